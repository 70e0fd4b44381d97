"""Tata Usaha's agenda fills the gate; who must come is told; deadlines end a case in words."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from hub.cases import agenda, blanks, ledger, letter_book, letters_sent, notifying, search
from hub.cases.agenda import Letter
from hub.cases.check import broken_cases
from hub.cases.history_paper import case_history
from hub.cases.notifying import Tried
from hub.errors import BadInput, Conflict, NotAllowed
from hub.models.application import Application
from hub.models.station import JobRow


def send(desk, case: str, number: str = "W.00-0001/2026", **more: str) -> str:
    letter = Letter("out", more.pop("kind", "cover"), number, "2026-11-23", "Dirjen", case, **more)
    return desk.do("tu", lambda tx: agenda.enter(tx, desk.procedure, letter))


def answer(desk, case: str, to: str) -> str:
    letter = Letter("in", "answer", "IMI-7/2026", "2026-11-23", "Dirjen", case, to)
    scan = desk.procedure.blobs.put(b"%PDF-1.4 answer")
    return desk.do(
        "tu", lambda tx: agenda.enter(tx, desk.procedure, letter, scan, "application/pdf")
    )


def waiting(desk) -> list[tuple[str, bool, int]]:
    with desk.database.reading() as session:
        today = desk.procedure.office.today(desk.clock.now())
        rows = agenda.waiting(session, desk.office_no, today)
        return [(row.case_code, row.overdue, row.reminders) for row in rows]


def print_notice(desk, case: str, file: str | None = None) -> str:
    """Print the letter that asks the applicant to come; return its number."""
    paper = desk.paper(case, "notify_letter", "tu")
    desk.do(
        "tu",
        lambda tx: letters_sent.enter(tx, desk.procedure, case, "notify_letter", paper, file=file),
    )
    return paper.number


def book_of(desk, case: str) -> list[tuple[str, int, str]]:
    with desk.database.reading() as session:
        rows = letter_book.of_case(session, desk.office_no, case)
        return [(row.kind, row.agenda, row.number) for row in rows]


def to_notify(desk) -> dict[str, notifying.ToNotify]:
    with desk.database.reading() as session:
        rows = notifying.to_notify(session, desk.office_no, desk.procedure, desk.clock.now())
    return {row.application: row for row in rows}


def contact(desk, case: str, outcome: str = "reached", **more: str) -> str:
    tried = Tried("phone", outcome, **more)
    return desk.do("loket", lambda tx: notifying.contact(tx, desk.procedure, case, tried))


def lapse(desk, case: str) -> str:
    return desk.do("pejabat", lambda tx: notifying.lapse(tx, desk.procedure, case, "lewat waktu"))


def test_letter_and_answer_fill_the_gate_and_the_officer_only_decides(desk) -> None:
    case = desk.go("external")
    sent = send(desk, case)
    answer(desk, case, sent)

    done = desk.complete("tu", case, "external", {"decision": "GRANTED"})

    assert done.state == "EXTERNAL_ANSWERED"
    assert waiting(desk) == []


def test_letters_typed_at_the_gate_stand_in_the_agenda_once_whatever_the_answer(desk) -> None:
    granted, refused = desk.go("external"), desk.go("external")
    said = {"letter_date": "2026-11-20", "answer_date": "2026-11-23", "answer_number": "IMI-9"}
    for case, number, answered in ((granted, "W.00-1", "GRANTED"), (refused, "W.00-2", "REFUSED")):
        desk.capture(case, "external.answer_scan", "scan", "image/png")
        desk.complete(
            "tu", case, "external", said | {"letter_number": number, "decision": answered}
        )

    with desk.database.reading() as session:
        books = [letter_book.of_case(session, desk.office_no, case) for case in (granted, refused)]
        entered = [[(one.direction, one.agenda, one.number) for one in book] for book in books]
        cover, answered = books[0]
        belongs = answered.answers == cover.id
        scanned = answered.blob
        broken = list(broken_cases(session, desk.office_no, desk.procedure))

    assert entered == [
        [("out", 1, "W.00-1"), ("in", 1, "IMI-9")],
        [("out", 2, "W.00-2")],
    ], "one answer to both cases is one letter"
    assert belongs
    assert desk.procedure.blobs.get(scanned), "the scan is the file of the case"
    assert broken == []


def test_a_cover_letter_without_answer_is_due_again_and_a_reminder_moves_the_day(desk) -> None:
    case = desk.go("external")
    sent = send(desk, case)
    code = desk.view(case).head.case_code
    assert waiting(desk) == [(code, False, 0)]

    desk.clock.pass_(days=21)
    assert waiting(desk) == [(code, True, 0)]
    send(desk, case, "W.00-0002/2026", kind="reminder", answers=sent)

    assert waiting(desk) == [(code, False, 1)]


def test_a_letter_to_the_applicant_is_in_the_agenda_once_and_no_number_comes_twice(desk) -> None:
    case = desk.go("7")
    code = desk.view(case).head.case_code

    printed = [print_notice(desk, case), print_notice(desk, case)]
    contact(desk, case, "no_answer")
    printed.append(print_notice(desk, case))
    desk.clock.pass_(days=1)
    printed.append(print_notice(desk, case))
    for step in ("7", "8", "9", "10"):
        getattr(desk, f"step_{step}")(case)
    printed.append(print_notice(desk, case))

    numbers = [f"{code}-U{count}" for count in (1, 2, 3, 4)]
    assert printed == [numbers[0], *numbers], "a copy of the same day is the same letter"
    assert [entry for entry in book_of(desk, case) if entry[0] == "notice"] == [
        ("notice", place, number) for place, number in enumerate(numbers, start=2)
    ]


def test_a_letter_whose_print_failed_is_marked_until_it_is_printed_after_all(desk) -> None:
    case = desk.go("7")

    def print_at_counter() -> str:
        job = desk.capture(case, "notify.letter", "print_document", "application/pdf")
        with desk.database.reading() as session:
            file = session.get_one(JobRow, (desk.office_no, job)).blob
        print_notice(desk, case, file=file)
        return job

    def ends(job: str, state: str) -> dict[str, str]:
        change = update(JobRow).where(JobRow.id == job).values(state=state)
        desk.do("tu", lambda tx: tx.session.execute(change) and None)
        with desk.database.reading() as session:
            rows = agenda.newest(session, desk.office_no, "out", 9)
            found = letters_sent.unprinted(session, rows)
            return {row.number[-2:]: found[row.id] for row in rows if row.id in found}

    def history() -> str:
        with desk.database.reading() as session:
            row = session.get_one(Application, (desk.office_no, case))
            at, officer = desk.clock.now(), desk.staff["tu"]
            lines = case_history(session, desk.procedure, row, at, officer).rows
            return next(said for _, said, _ in lines if "-U1" in said)

    first = print_at_counter()
    marks = [ends(first, state) for state in ("queued", "unknown", "failed", "expired")]
    lost = history()
    copy = print_at_counter()
    after = [ends(copy, state) for state in ("failed", "done")]
    print_at_counter()

    assert marks == [{"U1": "printing"}, {"U1": "unknown"}, {"U1": "failed"}, {"U1": "failed"}]
    assert after == [{"U1": "failed"}, {}]
    assert [entry[0] for entry in book_of(desk, case)].count("notice") == 1
    assert "-U1 (tidak tercetak)" in lost
    assert "-U1 (not printed)" in lost
    assert "printed" not in history()


def test_the_agenda_is_searched_by_number_party_place_case_and_name(desk) -> None:
    case = desk.go("7")
    number = print_notice(desk, case)
    office, keyring = desk.office_no, desk.procedure.keyring

    def seek(text: str, *cases: str) -> list[str]:
        with desk.database.reading() as session:
            rows = agenda.found(session, office, "out", text, cases, 10)
            return [row.number for row in rows]

    with desk.database.reading() as session:
        by_letter = search.by_number(session, office, keyring, f"LOKET:U:{number}")
        parties = [row.party for row in letter_book.of_case(session, office, case)]

    assert by_letter == (case,)
    assert seek(number[-12:]) == seek(f"{number[:-3]}") == seek("2/2026") == [number]
    assert seek("w.00-1") == seek("kanwil") == ["W.00-1"]
    assert sorted(seek("nobody", case)) == sorted(["W.00-1", number])
    assert seek("100%") == seek("9" * 40 + "/1") == []
    assert not any("Eriksson" in party for party in parties), "rows of the agenda are not sealed"


def test_numbers_of_the_agenda_count_by_direction_and_a_number_is_used_once(desk) -> None:
    case = desk.go("external")
    send(desk, case)

    with pytest.raises(Conflict) as again:
        send(desk, case)
    with pytest.raises(BadInput) as empty:
        send(desk, case, " ")

    assert again.value.code == "letter_known"
    assert [fault.field for fault in empty.value.fields] == ["number"]


def test_who_must_pay_is_on_the_list_until_reached_and_every_try_is_kept(desk) -> None:
    case = desk.go("7")
    assert to_notify(desk)[case].contacts == 0

    contact(desk, case, "no_answer")
    contact(desk, case, comes_on="2026-11-25", note="lewat penjamin")

    row = to_notify(desk)[case]
    assert (row.contacts, row.last_outcome, str(row.comes_on)) == (2, "reached", "2026-11-25")


@pytest.mark.parametrize(
    ("step", "days", "state"), [("7", 61, "EXPIRED_UNPAID"), ("11", 181, "UNCOLLECTED")]
)
def test_a_deadline_ends_a_case_and_its_passport_is_to_be_given_back(
    desk, step: str, days: int, state: str
) -> None:
    case = desk.go(step)
    with pytest.raises(Conflict) as early:
        lapse(desk, case)
    desk.clock.pass_(days=days)
    with pytest.raises(Conflict) as silent:
        lapse(desk, case)
    contact(desk, case, "no_answer")
    with pytest.raises(NotAllowed):
        desk.do("loket", lambda tx: notifying.lapse(tx, desk.procedure, case, "lewat"))

    assert lapse(desk, case) == state

    assert (early.value.code, silent.value.code) == ("deadline_runs", "never_contacted")
    assert to_notify(desk)[case].what.en == "Collect the passport"
    with desk.database.reading() as session:
        assert blanks.number_of(session, desk.office_no, case) is None
        reasons = [one.reason for one in ledger.stock(session, desk.office_no).written_off]
        assert reasons == (["tidak diambil / not collected"] if step == "11" else [])


def test_being_reached_gives_the_applicant_the_days_anew(desk) -> None:
    case = desk.go("7")
    desk.clock.pass_(days=50)
    contact(desk, case)
    desk.clock.pass_(days=20)

    with pytest.raises(Conflict) as refused:
        lapse(desk, case)

    assert refused.value.code == "deadline_runs"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"letter_number": "W.00-7", "decision": "REFUSED"}, "letter_date"),
        (
            {
                "letter_number": "W.00-7",
                "letter_date": "2026-11-20",
                "answer_number": "IMI-7",
                "answer_date": "31-02-2026",
                "decision": "REFUSED",
            },
            "answer_date",
        ),
        (
            {
                "letter_number": "W.00-7",
                "letter_date": "2026-11-20",
                "answer_number": "IMI-7",
                "answer_date": "2026-11-19",
                "decision": "GRANTED",
            },
            "answer_date",
        ),
    ],
)
def test_a_letter_typed_at_the_gate_has_a_day_that_can_be(desk, said, field) -> None:
    case = desk.go("external")
    desk.capture(case, "external.answer_scan", "scan", "image/png")

    with pytest.raises(BadInput) as refused:
        desk.complete("tu", case, "external", said)

    assert [fault.field for fault in refused.value.fields] == [field]
    assert desk.view(case).current.key == "external"
