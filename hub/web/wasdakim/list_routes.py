"""The list itself: versions, search, entries that end soon, input, verification, import."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Literal

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect
from sqlalchemy.orm import Session

from hub.cases.screening import versions
from hub.cases.screening.threshold import threshold
from hub.cekal.learned import day_learned, weights_mark
from hub.cekal.records import Entry, Query
from hub.errors import BadInput, Fault, NotFound, Refused
from hub.events.cekal import CekalLookedAt
from hub.house import House
from hub.matching.order import Order, Outcome
from hub.matching.port import Away, Found, reference
from hub.matching.task import Look
from hub.models.cekal import CekalVersion
from hub.web.confirming import must_confirm
from hub.web.desk import AnyRequest, Desk
from hub.web.forms import FORM_LIMIT, Form, fresh_key, read_form
from hub.web.importer import Import, Importer
from hub.web.rendering import page
from hub.web.screener import Screener
from hub.web.typed_dates import typed_moment
from hub.web.wasdakim.entering import entry_from, mapping_from, version_name
from hub.web.wasdakim.rights import must_browse, must_have
from hub.wire import FieldFault
from hub.writer import Tx

PAGE = 25
PREVIEWED = 10
ENDING_SHOWN = 15
MIDNIGHT = "00.00"
FORMS: Mapping[str, Literal["jsonl", "csv", "xlsx"]] = {
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "csv": "csv",
    "xlsx": "xlsx",
}


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version as the page shows it."""

    version: str
    kind: str
    state: str
    entries: int
    withdrawn: int
    effective: datetime
    entered_by: str
    entered_at: datetime
    judged_by: str
    judged_at: datetime | None
    reason: str
    mine: bool
    counts: bool
    preview: tuple[Entry, ...] = ()
    gone: tuple[str, ...] = ()
    """What a version that waits for its verifier puts in and withdraws: the first ones."""
    damaged: bool = False
    """What it puts in cannot be opened: it can only be refused."""


@dataclass(frozen=True, slots=True)
class ThresholdView:
    """The office's threshold, and what it was set from: on which list, for which share, by whom."""

    score: float
    false_alarms: float
    size: int
    version: str
    by: str
    at: datetime
    elsewhere: bool
    """It was measured on a list that is no longer in force."""
    newer_weights: str
    """The day of the matcher's weights in use, if it was measured with others; else empty."""


@dataclass(frozen=True, slots=True)
class ListView:
    """The page of the list."""

    in_force: str
    versions: tuple[VersionRow, ...]
    found: tuple[Found, ...]
    size: int
    after: int
    following: int
    ending: tuple[Found, ...]
    ends: int
    """How many entries end within the office's days of warning; `ending` are the first of them."""
    warn_days: int
    only_ending: bool
    """Those are what the page lists, in place of the whole list."""
    away: bool
    may: frozenset[str]
    key: str
    newest: Import | None
    today: date
    threshold: ThresholdView | None
    """None: the learned one."""
    sought: str = ""
    refused: Refused | None = None
    typed: Mapping[str, str] = field(default_factory=dict)

    def days_left(self, entry: Entry) -> int:
        """Return how many days the entry's ban still runs."""
        return (date.fromisoformat((entry.valid_to or "")[:10]) - self.today).days


@get("/wasdakim/list")
async def show_list(
    desk: NamedDependency[Desk],
    screener: NamedDependency[Screener],
    importer: NamedDependency[Importer],
    after: FromQuery[int] = 0,
    ending: FromQuery[bool] = False,
) -> Response[str]:
    """Show the list, its versions, and what ends soon; opening it is recorded."""
    return await _page(desk, screener, importer, after=max(0, after), only_ending=ending)


@post("/wasdakim/list/search")
async def search(
    desk: NamedDependency[Desk],
    screener: NamedDependency[Screener],
    importer: NamedDependency[Importer],
    request: AnyRequest,
) -> Response[str]:
    """Search the list for a name, a document number or an entry: posted, never in an address."""
    must_browse(desk)
    form = await read_form(request, desk.officer.csrf)
    return await _page(desk, screener, importer, sought=form.text("q"))


@post("/wasdakim/list/entry")
async def put_entry(
    desk: NamedDependency[Desk],
    screener: NamedDependency[Screener],
    importer: NamedDependency[Importer],
    request: AnyRequest,
) -> Response[str] | Redirect:
    """Put one entry in, or withdraw one: a small version that another person verifies."""
    must_browse(desk)
    form = await read_form(request, desk.officer.csrf)
    try:
        must_have(desk, "enter")
        await _enter_one(desk, form)
    except Refused as refused:
        return await _page(desk, screener, importer, refused=refused, form=form)
    return Redirect("/wasdakim/list", status_code=303)


@post("/wasdakim/list/judge")
async def judge_version(
    desk: NamedDependency[Desk],
    screener: NamedDependency[Screener],
    importer: NamedDependency[Importer],
    request: AnyRequest,
) -> Response[str] | Redirect:
    """Verify a version, which puts it in force, or refuse it with a reason."""
    must_browse(desk)
    form = await read_form(request, desk.officer.csrf)
    version, good = form.text("version"), form.text("choice") == "verify"

    def run(tx: Tx) -> str:
        return versions.judge(
            tx,
            desk.office,
            desk.procedure.keyring,
            version,
            good=good,
            reason=form.text("reason"),
        )

    try:
        must_have(desk, "verify")
        await must_confirm(desk, form.text("password"), f"password-{version}")
        await desk.command(run, form, "judge list version")
    except Refused as refused:
        return await _page(desk, screener, importer, refused=refused, form=form)
    return Redirect("/wasdakim/list", status_code=303)


@post("/wasdakim/list/import", request_max_body_size=FORM_LIMIT)
async def import_file(
    desk: NamedDependency[Desk],
    screener: NamedDependency[Screener],
    importer: NamedDependency[Importer],
    house: NamedDependency[House],
    request: AnyRequest,
) -> Response[str] | Redirect:
    """Judge a file's rows, and unless it is a trial put what is good before the verifier."""
    must_browse(desk)
    form = await read_form(request, desk.officer.csrf)
    try:
        must_have(desk, "enter")
        order, content = await _order(desk, house, form)
        importer.start(
            order,
            content,
            desk.officer.id,
            lambda o, done: _stage(desk, o, done),
            typed=form.typed(),
        )
    except Refused as refused:
        return await _page(desk, screener, importer, refused=refused, form=form)
    return Redirect("/wasdakim/list", status_code=303)


@get("/wasdakim/list/import/report.csv")
async def import_report(
    desk: NamedDependency[Desk], importer: NamedDependency[Importer]
) -> Response[str]:
    """Give every bad row of the newest import: line, field, reason."""
    must_have(desk, "enter")
    newest = importer.newest
    if newest is None or newest.outcome is None:
        raise NotFound("report_missing", "There is no report.", id="Belum ada laporan.")
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(("line", "field", "reason"))
    rows.writerows((bad.line, bad.field, bad.reason) for bad in newest.outcome.bad_rows)
    if more := newest.outcome.bad - len(newest.outcome.bad_rows):
        told = f"{more} baris lain / more rows: loket cekal import --report FILE"
        rows.writerow(("", "", told))
    headers = {"Content-Disposition": 'attachment; filename="impor-cekal.csv"'}
    return Response(out.getvalue(), media_type="text/csv", headers=headers)


async def _order(desk: Desk, house: House, form: Form) -> tuple[Order, bytes]:
    file = form.files.get("file")
    if file is None or not file.content:
        raise _fault("file", "Pilih berkas dahulu / Choose a file first")
    ending = file.name.lower().rpartition(".")[2]
    if ending not in FORMS:
        raise _fault("file", "Hanya CSV, JSONL, atau XLSX / Only CSV, JSONL or XLSX")
    now, dry = desk.clock.now(), form.text("choice") == "trial"
    update = form.text("kind") == "update"
    name = version_name(form.text("version"), "perubahan" if update else "daftar", now)
    if not dry:
        await desk.read(lambda session, _at: versions.must_be_free(session, desk.office_no, name))
    mapping = mapping_from(form.text("mapping"))
    order = Order(
        folder=str(house.settings.folder),
        key_file=str(house.settings.key_file),
        name=file.name,
        form=FORMS[ending],
        version=name,
        kind="update" if update else "full",
        effective=_effective(desk, form, now),
        at=now,
        today=desk.office.today(now),
        mapping=mapping,
        good_only=form.text("good_only") == "yes",
        dry_run=dry,
        warn_days=desk.office.cekal.warn_days,
    )
    return order, file.content


async def _stage(desk: Desk, order: Order, done: Outcome) -> None:
    """Put a stored version before the verifier: one small command, whatever its size."""

    def run(tx: Tx) -> str:
        return versions.enter(
            tx,
            desk.office,
            version=order.version,
            kind=order.kind,
            entries=done.taken,
            withdrawn=len(order.withdrawn),
            effective=order.effective,
        )

    await desk.writer.run(run, actor=desk.officer.actor, name="enter list version")


async def _enter_one(desk: Desk, form: Form) -> None:
    now = desk.clock.now()
    withdrawn = (form.text("id"),) if form.text("choice") == "withdraw" else ()
    if withdrawn and not withdrawn[0]:
        raise _fault("id", "Nomor entri wajib / The entry's number is needed")
    entries = () if withdrawn else (entry_from(form),)
    name = version_name("", "cabut" if withdrawn else "entri", now)
    lists = desk.procedure.lists

    def keep() -> None:
        lists.add(name, entries, kind="update", effective=now, at=now, withdrawn=withdrawn)

    await desk.read(lambda session, _at: versions.must_be_free(session, desk.office_no, name))
    if await asyncio.to_thread(lists.unknown, withdrawn):
        raise _fault("id", "Entri itu tidak ada di daftar / The list holds no such entry")
    await asyncio.to_thread(keep)
    await desk.command(
        lambda tx: versions.enter(
            tx,
            desk.office,
            version=name,
            kind="update",
            entries=len(entries),
            withdrawn=len(withdrawn),
            effective=now,
        ),
        form,
        "enter list version",
    )


async def _page(
    desk: Desk,
    screener: Screener,
    importer: Importer,
    *,
    after: int = 0,
    only_ending: bool = False,
    sought: str = "",
    refused: Refused | None = None,
    form: Form | None = None,
) -> Response[str]:
    must_browse(desk)
    seq, at, view = await desk.read(lambda session, at: _read(session, desk, importer, at))
    typed = form.typed() if form else _tried(view.newest)
    view = replace(view, refused=refused, typed=typed, sought=sought, only_ending=only_ending)
    view = await _with_entries(desk, screener, view, after)
    entries = [found.entry for found in (*view.found, *view.ending)]
    entries += [entry for version in view.versions for entry in version.preview]
    shown = tuple(reference(entry.id) for entry in entries)
    if not desk.live and shown:
        looked = CekalLookedAt("search" if sought else "list", "", shown)
        await desk.writer.run(
            lambda tx: tx.emit(looked, subject=view.in_force or "list"),
            actor=desk.officer.actor,
            name="look at the list",
        )
    frame = desk.frame(
        seq,
        at,
        title=desk.speech.say("nav_cekal_list"),
        section="cekal_list",
        here=f"/wasdakim/list{_place(after, only_ending=only_ending)}",
        stream="" if sought else "wasdakim",  # what was found stays as it was found
        place="Wasdakim",
    )
    status = refused.status if refused else 200
    return page("cekal_list.html", frame, view, live=desk.live, status=status)


def _place(after: int, *, only_ending: bool) -> str:
    """Return what follows the page's path in its address."""
    parts = [*(["ending=true"] if only_ending else []), *([f"after={after}"] if after else [])]
    return f"?{'&'.join(parts)}" if parts else ""


def _read(session: Session, desk: Desk, importer: Importer, at: datetime) -> ListView:
    listed = versions.in_force(session, desk.office_no, at)
    counting = set(listed.versions) if listed else set()
    rows = versions.every(session, desk.office_no)[:40]
    rules, roles = desk.office.cekal, desk.officer.roles
    rights = {"enter": rules.enter, "verify": rules.verify}
    newest = importer.newest
    return ListView(
        in_force=listed.name if listed else "",
        versions=tuple(_version_row(desk, row, counting) for row in rows),
        found=(),
        size=0,
        after=0,
        following=0,
        ending=(),
        ends=0,
        warn_days=rules.warn_days,
        only_ending=False,
        away=False,
        may=frozenset(name for name, those in rights.items() if roles & set(those)),
        key=fresh_key(),
        newest=newest if newest and newest.officer == desk.officer.id else None,
        today=desk.office.today(at),
        threshold=_threshold(session, desk, counting),
    )


def _threshold(session: Session, desk: Desk, counting: set[str]) -> ThresholdView | None:
    own = threshold(session, desk.office_no)
    if own is None:
        return None
    elsewhere = own.list_version not in counting
    return ThresholdView(
        own.score,
        own.false_alarms,
        own.size,
        own.list_version,
        own.by_name,
        own.at,
        elsewhere,
        "" if own.weights == weights_mark() else day_learned(weights_mark()),
    )


def _version_row(desk: Desk, row: CekalVersion, counting: set[str]) -> VersionRow:
    lists = desk.procedure.lists
    waits = row.state == versions.ENTERED
    stored = [one for one in lists.manifest().versions if waits and one.version == row.version]
    preview: tuple[Entry, ...] = ()
    damaged = False
    try:
        preview = tuple(islice((one.entry for one in lists.placed(stored)), PREVIEWED))
    except (OSError, Fault):
        damaged = True
    return VersionRow(
        version=row.version,
        kind=row.kind,
        state=row.state,
        entries=row.entries,
        withdrawn=row.withdrawn,
        effective=row.effective,
        entered_by=row.entered_by_name,
        entered_at=row.entered_at,
        judged_by=row.judged_by_name,
        judged_at=row.judged_at,
        reason=versions.reason_of(desk.procedure.keyring, row),
        mine=row.entered_by == desk.officer.actor.reference,
        counts=row.version in counting,
        preview=preview,
        damaged=damaged,
        gone=tuple(name for one in stored for name in one.withdrawn[:PREVIEWED]),
    )


async def _with_entries(desk: Desk, screener: Screener, view: ListView, after: int) -> ListView:
    """Add what the matching process says; when it is away the page says that instead."""
    if not view.in_force:
        return view
    on = view.today.isoformat()
    soon = (view.today + timedelta(days=desk.office.cekal.warn_days)).isoformat()
    matching = screener.matching
    try:
        ending = await matching.look(Look(on, count=ENDING_SHOWN, ending_by=soon))
        view = replace(view, ending=tuple(ending.found), ends=ending.ending)
        if view.sought:
            query = Query("search", view.sought, passport=view.sought)
            near = await matching.ask(query, view.today, PAGE)
            exact = await matching.look(Look(on, ids=[view.sought]))
            found = [*exact.found, *(one for one in near.found if one not in exact.found)]
            return replace(view, found=tuple(found), size=ending.size)
        by = soon if view.only_ending else ""
        listed = await matching.look(Look(on, after=after, count=PAGE, ending_by=by))
    except Away:
        return replace(view, away=True)
    return replace(
        view,
        found=tuple(listed.found),
        size=listed.size,
        after=after,
        following=listed.next,
    )


def _tried(newest: Import | None) -> Mapping[str, str]:
    """Return what was typed beside a file that was not stored: the next try wants it again."""
    stored = newest is not None and newest.outcome is not None and newest.outcome.stored
    return newest.typed if newest and not stored else {}


def _effective(desk: Desk, form: Form, now: datetime) -> datetime:
    """Return from when a version counts: a day alone means its beginning, nothing means now."""
    day, clock = form.text("effective"), form.text("effective_time")
    try:
        typed = typed_moment(day, clock or (MIDNIGHT if day else ""))
    except ValueError as error:
        raise _fault("effective", "Tanggal atau jam tidak terbaca / No date or time") from error
    return typed.replace(tzinfo=desk.office.zone) if typed else now


def _fault(name: str, message: str) -> BadInput:
    indonesian, _, english = message.partition(" / ")
    fault = FieldFault(field=name, code="wrong", message=message)
    return BadInput("list_invalid", f"{english}.", id=f"{indonesian}.", fields=[fault])


routes = [show_list, search, put_entry, judge_version, import_file, import_report]
