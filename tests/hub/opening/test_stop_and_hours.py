"""Stop, messages, hours, holidays, quotas: what is refused, and that nothing changes then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import msgspec
import pytest
from sqlalchemy import select

from hub import opening, queue
from hub.check import check_records
from hub.errors import BadInput, Conflict, NotFound, Refused
from hub.house import House
from hub.models.queue import EventRow
from hub.office import Holiday, OfficeConfig, Workday
from hub.queue import board, counters
from hub.wire import IssueTicket, OfficeState, Words

Act = Callable[..., object]
DOWN = Words(id="Sistem pusat sedang gangguan.", en="The central system is down.")


def issue(act: Act, office: OfficeConfig, service: str = "information", **more: object) -> object:
    return act(lambda tx: queue.issue(tx, office, IssueTicket(service=service, **more)))  # type: ignore[arg-type]


def events(house: House) -> list[str]:
    with house.database.reading_core() as connection:
        query = (
            select(EventRow.kind).where(EventRow.office == house.office_no).order_by(EventRow.seq)
        )
        return list(connection.execute(query).scalars())


def seen(house: House, office: OfficeConfig) -> OfficeState:
    with house.database.reading_core() as connection:
        return board.office_state(connection, house.office_no, office, house.clock.now())


def refusal(act: Act, house: House, command: Callable[[], object]) -> Refused:
    before = events(house)
    with pytest.raises(Refused) as refused:
        command()
    assert events(house) == before, "a refusal writes no event"
    return refused.value


def findings(house: House) -> list[str]:
    with house.database.reading_core() as connection:
        return check_records(connection, house.office_no)


@pytest.mark.parametrize("scope", ["numbers", "everything"])
def test_a_stop_is_on_every_screen_until_it_is_ended(
    act: Act, office: OfficeConfig, house: House, scope: str
) -> None:
    issue(act, office)
    act(lambda tx: counters.open_counter(tx, office, counter=1))
    act(lambda tx: opening.stop(tx, scope=scope, text=DOWN))
    stopped = seen(house, office)
    numbers = refusal(act, house, lambda: issue(act, office))
    if scope == "everything":
        calls = refusal(act, house, lambda: act(lambda tx: queue.call_next(tx, office, counter=1)))
        assert calls.code == "queue_stopped"
    else:
        assert act(lambda tx: queue.call_next(tx, office, counter=1)) is not None

    assert stopped.stop is not None
    assert (stopped.stop.text, stopped.stop.scope) == (DOWN, scope)
    assert not any(service.open for service in stopped.services)
    assert numbers.code == "queue_stopped"
    assert findings(house) == []
    act(opening.resume)
    assert seen(house, office).stop is None
    issue(act, office)
    assert [kind for kind in events(house) if kind.startswith("office.s")] == ["office.stopped"]
    assert "office.resumed" in events(house)
    assert findings(house) == []


def test_a_second_stop_replaces_the_first(act: Act, office: OfficeConfig, house: House) -> None:
    act(lambda tx: opening.stop(tx, scope="numbers", text=DOWN))
    out = Words(id="Mohon keluar dengan tenang.", en="Please leave calmly.")
    act(lambda tx: opening.stop(tx, scope="everything", text=out))

    stop = seen(house, office).stop
    assert stop is not None
    assert stop.text == out
    assert findings(house) == []


def test_a_stop_without_words_or_scope_is_refused(act: Act, house: House) -> None:
    wrong = refusal(
        act,
        house,
        lambda: act(lambda tx: opening.stop(tx, scope="all", text=Words(id="", en="x" * 201))),
    )

    assert isinstance(wrong, BadInput)
    assert {fault.field for fault in wrong.fields} == {"scope", "text_id", "text_en"}


def test_nothing_to_resume_and_no_message_to_end_are_refused(act: Act, house: House) -> None:
    assert refusal(act, house, lambda: act(opening.resume)).code == "not_stopped"
    ended = refusal(act, house, lambda: act(lambda tx: opening.end_message(tx, notice="0" * 32)))
    assert isinstance(ended, NotFound)


def test_a_message_comes_and_goes_and_its_words_are_in_no_event(
    act: Act, office: OfficeConfig, house: House
) -> None:
    shown = act(lambda tx: opening.show_message(tx, text=DOWN))
    with house.database.reading_core() as connection:
        bodies = connection.execute(
            select(EventRow.body).where(EventRow.office == house.office_no)
        ).scalars()
        assert not any("gangguan" in body for body in bodies)
    assert [one.text for one in seen(house, office).messages] == [DOWN]
    act(lambda tx: opening.end_message(tx, notice=shown.id))  # type: ignore[attr-defined]

    assert seen(house, office).messages == []


@pytest.mark.parametrize(
    ("local", "words"),
    [
        ("2026-11-27T11:45", "istirahat"),  # Friday prayer
        ("2026-11-28T09:00", "tutup"),
        ("2026-12-25T09:00", "Natal"),
        ("2026-12-24T09:00", "Cuti Bersama"),
        ("2027-03-10T09:00", "Idul Fitri"),
        ("2027-02-08T09:00", "Hari Jadi Kabupaten Contoh"),
        ("2026-11-23T15:50", "Di luar jam"),
    ],
)
def test_no_number_outside_the_hours_and_it_is_said_when_again(
    act: Act, office: OfficeConfig, house: House, local: str, words: str
) -> None:
    house.clock.at = datetime.fromisoformat(local).replace(tzinfo=office.zone).astimezone(UTC)
    refused = refusal(act, house, lambda: issue(act, office))

    assert isinstance(refused, Conflict)
    assert refused.code == "queue_closed"
    assert words in refused.id
    assert "Nomor diberikan lagi" in refused.id
    assert "Numbers are given again on" in refused.en


@pytest.mark.parametrize(
    ("local", "words"),
    [
        ("2026-11-27T11:45", "Sedang istirahat, buka lagi 13.00"),
        ("2026-11-23T06:10", "Di luar jam layanan, buka lagi 07.30"),
        ("2026-11-23T15:50", "Di luar jam layanan, buka lagi Selasa 07.30"),
        ("2026-11-28T09:00", "Hari ini tutup, buka lagi Senin 07.30"),
        ("2027-03-05T15:30", "Di luar jam layanan, buka lagi Selasa 16-03 07.30"),
    ],
)
def test_a_closed_service_says_when_it_opens_again(
    house: House, office: OfficeConfig, local: str, words: str
) -> None:
    house.clock.at = datetime.fromisoformat(local).replace(tzinfo=office.zone).astimezone(UTC)

    because = seen(house, office).services[0].closed_because

    assert because is not None
    assert because.id == words
    assert because.en.endswith(words.rpartition(" ")[2].replace(".", ":"))


def test_joint_leave_and_national_days_may_be_worked(office: OfficeConfig) -> None:
    christmas, before = date(2026, 12, 25), date(2026, 12, 24)
    own_way = msgspec.structs.replace(
        office,
        calendar=msgspec.structs.replace(office.calendar, joint_leave=False),
        workdays=(Workday(date=christmas),),
        holidays=(Holiday(date=christmas, name=Words(id="x", en="x")),),
    )

    assert office.holiday(before) is not None
    assert own_way.holiday(before) is None
    assert own_way.holiday(christmas) is None


def test_a_used_up_quota_says_so_and_when_to_come_again(
    act: Act, office: OfficeConfig, house: House
) -> None:
    few = msgspec.structs.replace(
        office,
        service_list=tuple(
            msgspec.structs.replace(one, quota=2) if one.code == "skim" else one
            for one in office.services
        ),
    )
    for _ in range(2):
        issue(act, few, "skim")
    refused = refusal(act, house, lambda: issue(act, few, "skim"))
    skim = next(one for one in seen(house, few).services if one.code == "skim")

    assert refused.code == "quota_used"
    assert "2 nomor Surat Keterangan Keimigrasian (SKIM) hari ini sudah habis." in refused.id
    assert "24 November 2026 pukul 07.30" in refused.id
    assert (skim.open, skim.left) == (False, 0)
    assert skim.closed_because is not None
    assert "habis" in skim.closed_because.id
    assert findings(house) == []
    house.clock.pass_(days=1)
    issue(act, few, "skim")


def test_a_service_may_be_for_one_class_only(act: Act, office: OfficeConfig, house: House) -> None:
    only = msgspec.structs.replace(
        office,
        service_list=tuple(
            msgspec.structs.replace(one, segments=("priority",)) if one.code == "skim" else one
            for one in office.services
        ),
    )
    refused = refusal(act, house, lambda: issue(act, only, "skim"))
    issue(act, only, "skim", segment="priority")

    assert [fault.field for fault in refused.fields] == ["segment"]
