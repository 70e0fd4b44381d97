"""A code read at a counter is told from others, and its text is kept nowhere."""

import datetime

import pytest
from sqlalchemy import select

from devices.mrz.wire import compose_mrz
from hub.cases import scans
from hub.cases.payments import billing
from hub.errors import NotAllowed
from hub.models.application import Application
from hub.models.queue import CommandRow, EventRow
from hub.wire.scans import ReportScan, ScanKnown
from hub.writer import Actor

AGENT = Actor("station", "a" * 32, "agent 3", frozenset({"agent"}), 3)


def read(desk, text: str, *, fault: str = "") -> ScanKnown:
    scan = ReportScan(text=text, fault=fault)
    return desk._writer.run_alone(lambda tx: scans.report(tx, desk.procedure, scan), actor=AGENT)


def code_of(desk, case: str) -> str:
    with desk.database.reading() as session:
        return session.get_one(Application, (desk.office_no, case)).case_code


def test_each_paper_and_passport_leads_to_its_case(desk):
    case = desk.go("8")
    mrz = "\n".join(compose_mrz(desk.passport.mrz))

    letter = f"LOKET:U:{code_of(desk, case)}-U1"
    assert read(desk, code_of(desk, case)) == ScanKnown(meaning="case", application=case)
    assert read(desk, letter) == ScanKnown(meaning="case", application=case)
    assert read(desk, desk.receipt_code(case)) == ScanKnown(meaning="receipt", application=case)
    assert read(desk, desk.proof_code(case)) == ScanKnown(meaning="proof", application=case)
    assert read(desk, mrz) == ScanKnown(meaning="passport", application=case)


def test_a_billing_code_is_known_before_and_after_it_is_entered(desk):
    case, code = desk.go("7"), "820261123000009"

    before = read(desk, code)
    desk.do("bendahara", lambda tx: billing.enter(tx, desk.procedure, case, code, ""))

    assert before == ScanKnown(meaning="billing")
    assert read(desk, code) == ScanKnown(meaning="billing", application=case)
    assert read(desk, code[1:]) == ScanKnown(meaning="foreign")


def test_a_foreign_code_and_a_forged_receipt_name_no_case(desk):
    case = desk.open()
    forged = desk.receipt_code(case).rpartition(":")[0] + ":AAAAAAAAAA"

    for text in ("https://example.test/", "8991234567890", forged, "", "<<<<", "\x00"):
        assert read(desk, text) == ScanKnown(meaning="foreign")
    assert read(desk, "", fault="too_long") == ScanKnown(meaning="unreadable")


def test_the_text_is_neither_in_the_event_nor_in_the_remembered_command(desk):
    case = desk.open()
    receipt = desk.receipt_code(case)

    read(desk, receipt)

    with desk.database.reading() as session:
        event = session.scalars(select(EventRow).where(EventRow.kind == "code.scanned")).one()
        body, audience = event.body, event.audience
        kept = [row.outcome for row in session.scalars(select(CommandRow))]
    secret = receipt.rpartition(":")[2]
    assert audience == "staff"
    assert secret not in body
    assert receipt.split(":")[2] not in body
    assert not any(secret in outcome for outcome in kept)


def test_a_scan_is_fresh_for_two_minutes_at_its_own_counter(desk):
    case = desk.open()
    read(desk, desk.receipt_code(case))
    with desk.database.reading() as session:
        event = session.scalars(select(EventRow).where(EventRow.kind == "code.scanned")).one()
        soon = event.at + datetime.timedelta(seconds=119)
        late = event.at + datetime.timedelta(seconds=121)

        here = scans.fresh_at(session, desk.office_no, event.seq, counter=3, at=soon)
        elsewhere = scans.fresh_at(session, desk.office_no, event.seq, counter=2, at=soon)
        stale = scans.fresh_at(session, desk.office_no, event.seq, counter=3, at=late)
        other_event = scans.fresh_at(session, desk.office_no, 1, counter=3, at=soon)
        assert here is not None
        secret = scans.secret_of(session, desk.procedure, here)

    assert here == ScanKnown(meaning="receipt", application=case)
    assert secret == desk.receipt_code(case).rpartition(":")[2]
    assert (elsewhere, stale, other_event) == (None, None, None)


def test_a_station_without_a_counter_reports_no_scans(desk):
    with pytest.raises(NotAllowed):
        desk.do("kiosk", lambda tx: scans.report(tx, desk.procedure, ReportScan(text="x")))
