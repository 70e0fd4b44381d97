"""Touch time by step and lead time by outcome: two reports, each with its own unit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from case_desk import COPIED, MANDATORY

from hub import queue
from hub.cases import reopen, steps, times, touch
from hub.errors import BadInput
from hub.queue import counters
from hub.web.rooms.times_pages import lead_table, touch_table
from hub.web.words import Speech
from hub.wire import IssueTicket


def report(desk, ask):
    today = desk.procedure.office.today(desk.clock.now())
    with desk.database.reading() as session:
        return ask(session, desk.office_no, desk.procedure, today - timedelta(days=40), today)


def serve_ticket(desk, case: str, counter: int = 1) -> None:
    """A ticket of this case is called and served at a counter."""
    office = desk.procedure.office

    def serve(tx) -> None:
        counters.open_counter(tx, office, counter=counter, lanes=("intake",))
        queue.issue(tx, office, IssueTicket(service="skim"), application=case)
        called = queue.call_next(tx, office, counter=counter)
        assert called is not None
        queue.start(tx, ticket=called.id)

    desk.do("loket", serve)


def test_the_clock_starts_when_the_served_tickets_case_is_opened(desk) -> None:
    case = desk.open()
    serve_ticket(desk, case)

    elsewhere = desk.do("loket", lambda tx: touch.begin_served(tx, desk.procedure, case, 2))
    here = desk.do("loket", lambda tx: touch.begin_served(tx, desk.procedure, case, 1))
    desk.clock.pass_(minutes=6)
    done = desk.step_1(case)

    assert (elsewhere, here) == ("", "1")
    assert done.touch_s in (360, 361)


def test_a_clock_that_was_paused_does_not_start_by_itself(desk) -> None:
    case = desk.open()
    serve_ticket(desk, case)
    desk.do("loket", lambda tx: touch.begin_served(tx, desk.procedure, case, 1))
    desk.clock.pass_(minutes=2)
    desk.do("loket", lambda tx: steps.pause(tx, desk.procedure, case))

    again = desk.do("loket", lambda tx: touch.begin_served(tx, desk.procedure, case, 1))

    assert again == ""
    assert desk.view(case).current.running_since is None


def test_who_only_looks_starts_no_clock(desk) -> None:
    case = desk.open()
    serve_ticket(desk, case)

    assert desk.do("bendahara", lambda tx: touch.begin_served(tx, desk.procedure, case, 1)) == ""


def test_a_clock_left_running_overnight_ends_with_its_day(desk) -> None:
    case = desk.open()
    desk.begin("loket", case)  # 09:00 on the sample Monday
    desk.clock.pass_(days=1)

    done = desk.step_1(case)

    assert done.touch_s == 8 * 3600  # until 17:00


def test_touch_times_count_the_clocked_steps_against_the_sheet(desk) -> None:
    case = desk.open()
    desk.begin("loket", case)
    desk.clock.pass_(minutes=12)
    desk.step_1(case)
    desk.step_2(case)

    lines = {line.step: line for line in report(desk, times.touch_times)}

    first, second = lines["1"], lines["2"]
    assert (first.done, first.clocked, first.standard_min, first.over) == (1, 1, 10, 1)
    assert first.mean_s in (720, 721)
    assert (second.done, second.clocked, second.mean_s, second.over) == (1, 0, 0, 0)
    assert lines["12"].done == 0


def again(desk, case: str, step: str) -> None:
    desk.do("supervisor", lambda tx: reopen.reopen(tx, desk.procedure, case, step, "salah catat"))


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
def test_a_reopened_step_keeps_its_time_and_the_history_says_both_parts(desk) -> None:
    case = desk.open()
    desk.begin("loket", case)
    desk.clock.pass_(minutes=6)
    desk.step_1(case)
    again(desk, case, "1")
    desk.clock.pass_(minutes=30)
    desk.begin("loket", case)
    desk.clock.pass_(minutes=2)
    running = desk.view(case).current
    desk.step_1(case)

    [first] = [line for line in report(desk, times.touch_times) if line.step == "1"]
    told = [one.kept.en for one in desk.view(case).history if one.what.en.startswith("1 · ")]

    assert (running.before_s, running.touch_s) == (360, 480)
    assert desk.clock.now() - running.ticking_since >= timedelta(minutes=8)
    assert (first.done, first.clocked, first.reopened, first.mean_s) == (1, 1, 1, 480)
    assert told == ["touch time 6:00", "touch time 2:00, with what was before the reopening 8:00"]
    assert desk.view(case).head.touch_s == 480


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
def test_what_was_done_on_paper_is_in_no_measured_time_even_when_it_is_done_again(desk) -> None:
    case = desk.open()
    then = desk.clock.now()
    desk.clock.pass_(days=2)
    desk.begin("loket", case)  # to type what stands on the form
    desk.clock.pass_(minutes=9)
    paper = steps.Paper("paper", "Map 1", then)
    said = {f"checklist.{item}": "on" for item in (*MANDATORY, *COPIED)}
    said |= {"custody_place": "Loket 1, laci 2", "receipt": "paper"}
    desk.do("loket", lambda tx: steps.complete(tx, desk.procedure, case, "1", said, paper=paper))
    on_paper = next(line for line in report(desk, times.touch_times) if line.step == "1")
    marked = desk.view(case).steps[0].on_paper_at
    again(desk, case, "1")
    desk.begin("loket", case)
    desk.clock.pass_(minutes=4)
    desk.step_1(case)

    measured = next(line for line in report(desk, times.touch_times) if line.step == "1")
    told = [one.kept.en for one in desk.view(case).history if one.what.en.startswith("1 · ")]

    assert (on_paper.done, on_paper.clocked, on_paper.on_paper, on_paper.mean_s) == (1, 0, 1, 0)
    assert marked == then
    assert (measured.clocked, measured.on_paper, measured.mean_s) == (1, 0, 240)
    assert "entered later from paper" in told[0]
    assert told[1:] == ["touch time 4:00"]


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
def test_a_form_that_says_when_it_was_begun_keeps_its_time_in_the_touch_clock(desk) -> None:
    case = desk.open()
    then = desk.clock.now().astimezone(desk.procedure.office.zone)
    then = then.replace(hour=9, minute=10, second=0, microsecond=0)
    desk.clock.pass_(days=2)
    desk.begin("loket", case)  # to type what stands on the form
    desk.clock.pass_(minutes=9)
    said = {f"checklist.{item}": "on" for item in (*MANDATORY, *COPIED)}
    said |= {"custody_place": "Loket 1, laci 2", "receipt": "paper"}

    def enter(done_at, begun_at) -> None:
        paper = steps.Paper("paper", "Map 1", done_at, begun_at)
        desk.do(
            "loket", lambda tx: steps.complete(tx, desk.procedure, case, "1", said, paper=paper)
        )

    with pytest.raises(BadInput) as backwards:
        enter(then, then + timedelta(minutes=1))
    with pytest.raises(BadInput) as endless:
        enter(None, then)
    enter(then + timedelta(minutes=7), then)
    line = next(one for one in report(desk, times.touch_times) if one.step == "1")
    told = [one.kept.en for one in desk.view(case).history if one.what.en.startswith("1 · ")]
    step = desk.view(case).steps[0]

    assert [fault.field for fault in backwards.value.fields] == ["begun_at"]
    assert [fault.field for fault in endless.value.fields] == ["done_at"]
    assert (line.clocked, line.on_paper, line.unclocked, line.mean_s) == (1, 1, 0, 420)
    assert (step.touch_s, step.measured, step.on_paper_at) == (
        420,
        True,
        then + timedelta(minutes=7),
    )
    assert f"done {then:%d-%m-%Y} 09.10–09.17, entered later from paper" in told[0]


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
def test_the_days_before_a_reopening_stay_with_whom_the_case_waited_for_then(desk) -> None:
    case = desk.go("7")
    desk.step_7(case)  # the applicant paid on the same day
    desk.clock.pass_(days=7)  # the office was slow to print
    again(desk, case, "7")
    desk.clock.pass_(days=1)

    waited = dict(desk.view(case).head.waited)

    # the Monday of the reopening is the applicant's: most of it came after
    assert waited == {"applicant": 2, "officer": 4}


def test_lead_times_give_every_working_day_to_one_party(desk) -> None:
    case = desk.go("external")
    desk.clock.pass_(days=7)
    desk.step_external(case)
    for stage in ("6", "7", "8", "9", "10", "11", "12"):
        getattr(desk, f"step_{stage}")(case)

    [line] = report(desk, times.lead_times)

    assert (line.outcome, line.cases, line.promised_kept) == ("ARCHIVED", 1, 1)
    assert dict(line.waited)["external"] == 5
    assert sum(days for _, days in line.waited) == round(line.mean_days)


def test_the_two_files_share_no_column(desk) -> None:
    desk.go("never")
    speech = Speech("en", desk.procedure.office.zone)

    touched = touch_table(report(desk, times.touch_times), speech)
    lead = lead_table(report(desk, times.lead_times), speech)

    assert not set(touched[0]) & set(lead[0])
    assert len(touched) == 1 + len(desk.procedure.sop.stages)
    assert lead[1][:2] == ["Archived", "1"]
