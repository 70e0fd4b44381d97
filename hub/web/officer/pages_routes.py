"""The pages of a scanned paper: thumbnails to put in order, to leave out and to add to."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from hub import jobs
from hub.cases import scanned_pages
from hub.cases.scanned_pages import MORE, PaperFiles
from hub.cases.views import CaseView
from hub.errors import NotFound, Refused
from hub.models.application import Application
from hub.web.desk import AnyRequest, Desk
from hub.web.forms import FORM_LIMIT, Form, fresh_key, read_form
from hub.web.officer import case_acts
from hub.web.officer.case_page import JobLamp
from hub.web.officer.lamps import job_lamp
from hub.web.rendering import page

MOST_FEEDER_PAGES = "50"


@dataclass(frozen=True, slots=True)
class PagesView:
    """A paper with its pages by name, and how the newest scan for it stands."""

    case: CaseView
    paper: PaperFiles
    pages: tuple[str, ...]
    lamp: JobLamp | None
    counter: int | None
    key: str
    refused: Refused | None = None


@get("/case/{application:str}/pages/{key:str}")
async def show_pages(
    application: FromPath[str], key: FromPath[str], desk: NamedDependency[Desk]
) -> Response[str]:
    """Show the pages of a paper. Raises NotFound, NotAllowed."""
    return await _page(desk, application, key)


@get("/case/{application:str}/pages/{key:str}/{name:str}")
async def show_page(
    application: FromPath[str],
    key: FromPath[str],
    name: FromPath[str],
    desk: NamedDependency[Desk],
) -> Response[bytes]:
    """Show one page. Raises NotFound `page_unknown`."""
    view = await case_acts.look(desk, application)
    paper = await _paper(desk, view, key)
    known = await asyncio.to_thread(scanned_pages.pages, desk.procedure.blobs, paper.files)
    if name not in known:
        raise NotFound("page_unknown", "There is no such page.", id="Halaman itu tidak ada.")
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(known[name], media_type="image/jpeg", headers=headers)


@post("/case/{application:str}/pages/{key:str}/save", request_max_body_size=FORM_LIMIT)
async def save_pages(
    application: FromPath[str],
    key: FromPath[str],
    desk: NamedDependency[Desk],
    request: AnyRequest,
) -> Response[str] | Redirect:
    """Save the chosen pages in their order as the paper's new file."""
    form = await read_form(request, desk.officer.csrf)
    view = await case_acts.look(desk, application)
    paper = await _paper(desk, view, key)
    try:
        stored = await asyncio.to_thread(
            scanned_pages.joined, desk.procedure.blobs, paper.files, form.every("page")
        )
        await desk.command(
            lambda tx: scanned_pages.save(tx, desk.procedure, view.id, paper, stored),
            form,
            "save pages",
        )
    except Refused as refused:
        return await _page(desk, application, key, refused)
    return Redirect(f"/case/{view.id}", status_code=303)


@post("/case/{application:str}/pages/{key:str}/add", request_max_body_size=FORM_LIMIT)
async def add_pages(
    application: FromPath[str],
    key: FromPath[str],
    desk: NamedDependency[Desk],
    request: AnyRequest,
) -> Response[str] | Redirect:
    """Scan more pages for the paper: one from the glass, or all that lie in the feeder."""
    form = await read_form(request, desk.officer.csrf)
    view = await case_acts.look(desk, application)
    paper = await _paper(desk, view, key)
    try:
        counter = case_acts.counter_of(desk, form)
        options = _options(form)
        await desk.command(
            lambda tx: jobs.ask(
                tx,
                counter=counter,
                kind="scan",
                application=view.id,
                evidence=f"{paper.evidence}{MORE}",
                options=options,
            ),
            form,
            "add pages",
        )
    except Refused as refused:
        return await _page(desk, application, key, refused)
    return Redirect(f"/case/{view.id}/pages/{key}", status_code=303)


def _options(form: Form) -> dict[str, str]:
    return {"feeder": "yes", "pages": MOST_FEEDER_PAGES} if form.text("feeder") else {}


async def _paper(desk: Desk, view: CaseView, key: str) -> PaperFiles:
    _, _, paper = await desk.read(
        lambda session, at: scanned_pages.files_of(
            session,
            desk.procedure,
            session.get_one(Application, (desk.office_no, view.id)),
            key,
            at,
        )
    )
    return paper


async def _page(
    desk: Desk, application: str, key: str, refused: Refused | None = None
) -> Response[str]:
    view = await case_acts.look(desk, application)
    paper = await _paper(desk, view, key)
    known = await asyncio.to_thread(scanned_pages.pages, desk.procedure.blobs, paper.files)
    seq, at, newest = await desk.read(
        lambda session, _at: next(
            (
                job
                for job in jobs.of_application(session.connection(), desk.office_no, view.id)
                if job.evidence in (paper.evidence, f"{paper.evidence}{MORE}")
            ),
            None,
        )
    )
    shown = PagesView(
        case=view,
        paper=paper,
        pages=tuple(known),
        lamp=job_lamp(newest, desk.speech) if newest else None,
        counter=desk.officer.counter,
        key=fresh_key(),
        refused=refused,
    )
    here = f"/case/{view.id}/pages/{key}"
    title = desk.speech.pick(paper.name)
    frame = desk.frame(seq, at, title=title, section="pages", here=here, stream=f"case/{view.id}")
    status = refused.status if refused else 200
    return page("pages.html", frame, shown, live=desk.live, status=status)


routes = [show_pages, show_page, save_pages, add_pages]
