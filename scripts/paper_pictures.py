"""Take the pictures of the papers anew: one case of the specimen person, set by the office's press.

Usage: .venv/bin/python scripts/paper_pictures.py [--longest] [FOLDER]     (default docs/pictures)

A practice office in a passing folder takes a case through its steps by the staff of the tests and
prints what each step prints; how many pages each paper takes is told. With --longest names have 80
letters and addresses 200. A picture is of the first page, of small sheets of all pages.
Needs poppler's `pdftoppm`.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image
from pypdf import PdfReader

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests/hub/cases"), str(ROOT / "tests/hub")]

from case_desk import Desk
from outline_portrait import outline_portrait

from devices.emrtd.personalize import personalize
from hub.blobs import register
from hub.cases import (
    agenda,
    applications,
    branches,
    inviting,
    nonconformity,
    notifying,
    persons,
    returning,
)
from hub.cases import papers as case_papers
from hub.cases.agenda import Letter
from hub.cases.archive import transferring
from hub.cases.notifying import Tried
from hub.cases.office_lists import transfer_list
from hub.cases.payments import billing
from hub.house import create_house, open_house
from hub.letters import Paper, compose
from hub.letters.errors import Unprintable
from hub.models.application import Application
from hub.models.correspondence import TransferList
from hub.settings import settings_for
from hub.writer import Tx

PPI, SMALL_PPI = 80, 150
SMALL_PT = 350
"""Narrower sheets, card and labels, are shown larger."""
GAP_PX = 12
COLLECTOR = "Anna Maria Eriksson"
BLANK = "CTH 000123"
COLOURS = 32
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
REASON = "Akta perkawinan menyebut tanggal lahir lain daripada paspor."
LAPSED = "Dokumen tidak diambil walaupun pemohon sudah dihubungi."
LEFT_LYING = 200
"""Days after which a document that nobody collects ends its case."""
BASIS = "Pasal 27 Peraturan Menteri Nomor 10 Tahun 2023"
ABOVE = "Direktur Jenderal Imigrasi, u.p. Direktur Izin Tinggal dan Status Keimigrasian, Jakarta"
LONGEST = {
    "surname": "WIJAYAKUSUMANINGRAT SCHWARZENB",
    "given_names": "MAXIMILI",
    "full_name": "Maximiliana Konstantina Aleksandrovna Wijayakusumaningrat-Schwarzenberg Hohenloh",
    "guarantor": "PT Persekutuan Penjaminan Tenaga Ahli Asing dan Penanaman Modal Nusantara Abadi",
    "birth_place": "Llanfairpwllgwyngyllgogerychwyrndrobwll",
    "address": "Apartemen Taman Anggrek Residence Menara Bougenville Lantai 27 Unit 27-AB, Jalan "
    "Letnan Jenderal Siswondo Parman Kaveling 21 RT 012 RW 001, Tanjung Duren Selatan, Grogol "
    "Petamburan, Jakarta Barat 11470",
}


class Hours:
    """The practice office's clock: a Monday at nine, a minute later at each look."""

    def __init__(self) -> None:
        self.at = MONDAY

    def now(self) -> datetime:
        """Return the instant."""
        self.at += timedelta(milliseconds=1)
        return self.at


class Pictures:
    """A practice office, and the folder where the pictures of its papers are left."""

    def __init__(self, desk: Desk, target: Path, person: dict[str, str]) -> None:
        self.desk = desk
        self.target = target
        self.person = person

    def take(self, case: str, kind: str, login: str, at: datetime = MONDAY) -> None:
        """Print a paper of a case and leave its picture as `paper-KIND.png`."""
        desk = self.desk
        with self._long(case):
            made = desk.paper(case, kind, login, at=at)
        self.keep(kind, made)

    def keep(self, kind: str, made: Paper) -> None:
        """Leave the picture of a paper's first page, and say how many pages it has."""
        try:
            pdf = compose.compose(case_papers.letterhead(self.desk.procedure), made)
        except Unprintable as refused:
            print(f"{kind}: {refused.en}")
            return
        file = self.target / f"paper-{kind.replace('_', '-')}.png"
        file.write_bytes(_picture(pdf))
        pages = len(PdfReader(io.BytesIO(pdf)).pages)
        print(f"{file.name}: {pages} page(s), {file.stat().st_size} bytes")

    @contextmanager
    def _long(self, case: str) -> Iterator[None]:
        """Let the case say the longest values while its paper is set; they raise no warnings."""
        if not self.person:
            yield
            return
        before = {name: "" for name in self.person} | self._said(case)
        self._write(case, self.person)
        yield
        self._write(case, before)

    def _said(self, case: str) -> dict[str, str]:
        with self.desk.database.reading() as session:
            row = session.get_one(Application, (self.desk.office_no, case))
            known = persons.read(session, self.desk.procedure.keyring, row).values
        return {name: known.get(name, {}).get(persons.OFFICER, "") for name in self.person}

    def _write(self, case: str, values: dict[str, str]) -> None:
        keyring = self.desk.procedure.keyring

        def write(tx: Tx) -> None:
            row = tx.session.get_one(Application, (tx.office, case))
            persons.write(tx, keyring, row, persons.OFFICER, values)

        self.desk.do("kiosk", write)


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--longest", action="store_true")
    told.add_argument("folder", nargs="?", type=Path, default=ROOT / "docs/pictures")
    asked = told.parse_args()
    take(asked.folder, LONGEST if asked.longest else {})


def take(folder: Path, person: dict[str, str]) -> None:
    """Leave the pictures of all papers in `folder`; `person` says otherwise than the specimen."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="loket-papers-") as place:
        settings = settings_for(Path(place) / "hub")
        create_house(settings, Hours())
        house = open_house(settings, Hours())
        desk = Desk(house, house.clock, personalize())
        pictures = Pictures(desk, folder, person)
        _of_the_way(pictures)
        _of_a_nonconformity(pictures)
        _of_a_rejection(pictures)
        _of_an_ending(pictures)
        house.database.close()


def _of_the_way(pictures: Pictures) -> None:
    """Print what a case prints from the counter to the archive."""
    desk, procedure = pictures.desk, pictures.desk.procedure
    case = desk.open()
    _missing(pictures, case)
    desk.tick_papers(case)
    desk.supply("loket", case, "custody_place", "Loket 1, laci 2")
    pictures.take(case, "application_receipt", "loket")
    desk.step_1(case)
    pictures.take(case, "custody_receipt", "loket")
    for step in ("2", "3", "4", "5"):
        getattr(desk, f"step_{step}")(case)
    _photographed(desk, case)
    letter = Letter("out", "cover", "W.00.IMI.IMI.1-GR.01.14-0007", "2026-11-23", ABOVE, case)
    desk.do("tu", lambda tx: agenda.enter(tx, procedure, letter))
    pictures.take(case, "cover_letter", "tu")
    desk.step_external(case)
    desk.step_6(case)
    told, comes = Tried("letter", "sent"), "2026-11-26T09:30:00+07:00"
    desk.do("tu", lambda tx: inviting.invite(tx, procedure, case, comes, told))
    pictures.take(case, "notify_letter", "tu")
    code = f"8{int(case[:12], 16) % 10**14:014}"
    desk.do("bendahara", lambda tx: billing.enter(tx, procedure, case, code, "2026-11-23"))
    pictures.take(case, "billing_slip", "bendahara")
    desk.step_7(case)
    pictures.take(case, "payment_proof", "bendahara")
    desk.stock(BLANK)
    desk.supply("cetak", case, "blank_serial", BLANK)
    for kind in ("skim_letter", "skim_card", "endorsement"):
        pictures.take(case, kind, "cetak")
    desk.issue(case)
    desk.step_9(case)
    desk.step_10(case)
    desk.name_collector(case, collector_name=pictures.person.get("full_name", COLLECTOR))
    pictures.take(case, "collection_slip", "serah")
    desk.step_11(case)
    desk.step_12(case)
    pictures.take(case, "archive_label", "arsip")
    pictures.take(case, "case_history", "arsip")
    _handed_over(pictures, case)


def _of_a_nonconformity(pictures: Pictures) -> None:
    desk, procedure = pictures.desk, pictures.desk.procedure
    case = desk.go("4")
    desk.do(
        "dokumen",
        lambda tx: branches.divert(tx, procedure, case, "nonconformity", REASON, "DATA_MISMATCH"),
    )
    for state in ("UNDER_REVIEW", "NEED_APPLICANT"):
        _carried_on(desk, case, state)
    pictures.take(case, "nonconformity_letter", "tu")


def _of_a_rejection(pictures: Pictures) -> None:
    desk = pictures.desk
    case = desk.go("6")
    desk.do(
        "pejabat",
        lambda tx: applications.reject(tx, desk.procedure, case, REASON, BASIS),
    )
    pictures.take(case, "rejection_letter", "tu")


def _of_an_ending(pictures: Pictures) -> None:
    """The document was never collected: the letter with the most to say of how a case ends."""
    desk, procedure = pictures.desk, pictures.desk.procedure
    case = desk.go("7")
    desk.step_7(case, ntpn="A1B2C3D4E5F6G7H9")
    desk.step_8(case, serial=f"{BLANK}4")
    desk.step_9(case)
    desk.step_10(case)
    desk.do("tu", lambda tx: notifying.contact(tx, procedure, case, Tried("phone", "reached")))
    later = MONDAY + timedelta(days=LEFT_LYING)
    desk.clock.at = later
    desk.do("pejabat", lambda tx: notifying.lapse(tx, procedure, case, LAPSED))
    pictures.take(case, "ending_letter", "tu", at=later)


def _carried_on(desk: Desk, case: str, state: str) -> None:
    desk.do("dokumen", lambda tx: nonconformity.move(tx, desk.procedure, case, state, "catatan"))


def _missing(pictures: Pictures, case: str) -> None:
    """Print what is missing of a file of which only the passport was seen."""
    desk = pictures.desk
    desk.supply("loket", case, "checklist.passport", "on")
    with desk.database.reading() as session:
        made = returning.missing_list(
            session,
            desk.office_no,
            desk.procedure,
            case,
            MONDAY,
            desk.staff["loket"],
            counter=1,
            number="A-017",
        )
    pictures.keep("missing_list", made)


def _handed_over(pictures: Pictures, case: str) -> None:
    """Print the list on which a file goes from Tata Usaha to the archive, signed by both."""
    desk = pictures.desk
    transfer = desk.do("tu", lambda tx: transferring.give_list(tx, desk.procedure, [case]))
    desk.do("arsip", lambda tx: transferring.receive_list(tx, transfer))
    with desk.database.reading() as session:
        row = session.get_one(TransferList, (desk.office_no, transfer))
        made = transfer_list(desk.procedure, row, MONDAY)
    pictures.keep("transfer_list", made)


def _photographed(desk: Desk, case: str) -> None:
    """Take fingers and a portrait: an outline on white."""
    stored = desk.procedure.blobs.put(outline_portrait())
    desk.do("kiosk", lambda tx: register(tx, stored, "image/jpeg") and None)
    desk.take_fingers(case)
    desk.complete("loket", case, "biometrics", {"photo": stored.id})


def _picture(pdf: bytes) -> bytes:
    """Return a PNG in few colours: of a small paper all pages, of a large one the first."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    small = pages[0].mediabox.width < SMALL_PT
    seen = [
        _page(pdf, number, SMALL_PPI if small else PPI)
        for number in range(1, len(pages) + 1 if small else 2)
    ]
    height = sum(page.height for page in seen) + GAP_PX * (len(seen) - 1)
    whole = Image.new("RGB", (seen[0].width, height), "white")
    top = 0
    for page in seen:
        whole.paste(page, (0, top))
        top += page.height + GAP_PX
    out = io.BytesIO()
    whole.quantize(COLOURS).save(out, "PNG", optimize=True)
    return out.getvalue()


def _page(pdf: bytes, number: int, ppi: int) -> Image.Image:
    at = ["-f", str(number), "-l", str(number)]
    seen = subprocess.run(
        ["pdftoppm", "-png", "-r", str(ppi), *at, "-singlefile", "-"],
        input=pdf,
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    return Image.open(io.BytesIO(seen)).convert("RGB")


if __name__ == "__main__":
    main()
