"""Applicants are told by e-mail: once per event, later if the server is away, never in the way."""

from __future__ import annotations

import asyncio
import dataclasses
import email
import email.policy
import os
import signal
import subprocess
import sys
from datetime import timedelta

import msgspec
import pytest
from mail_server import MailServer, mail_server
from sqlalchemy import select

from hub.cases import applications, inviting, notifying
from hub.cases.notifying import Tried
from hub.errors import Conflict
from hub.messages import outbox
from hub.messages.attaching import attached
from hub.models.messages import MessageRow
from hub.office.message_rules import MessageRules, message_faults
from hub.web.courier import Courier
from hub.web.words import wording

pytestmark = pytest.mark.parametrize("house", ["sqlite"], indirect=True)
TOLD, WANTED = Tried("phone", "reached"), "2026-11-24T09:30:00+07:00"
LATER = "2026-11-25T10:00:00+07:00"
ADDRESS = "anna@example.org"


@pytest.fixture
def mail():
    with mail_server() as server:
        yield server


@pytest.fixture
def post(desk, house, mail: MailServer):
    """An office that sends mail: `post()` lets its courier look once for what is due."""
    rules = MessageRules(
        adapter="smtp", host="127.0.0.1", port=mail.port, security="none",
        sender="skim@example.go.id",
    )  # fmt: skip
    office = msgspec.structs.replace(desk.procedure.office, messages=rules)
    desk.procedure = dataclasses.replace(desk.procedure, office=office)
    sending = dataclasses.replace(house, procedure=desk.procedure)

    async def once() -> None:
        desk.clock.pass_(seconds=1)
        # who is silent is waited for to the end; a busy machine is no silent server
        patience = {"timeout_s": 1} if "silent" in mail.rude.values() else {}
        asked = msgspec.structs.replace(rules, **patience)
        writer = sending.writer()
        writer.start()
        try:
            courier = attached(msgspec.structs.replace(office, messages=asked))
            await Courier(sending, writer, courier).send_due()
        finally:
            await writer.stop()

    return lambda: asyncio.run(once())


def waiting_case(desk, address: str = ADDRESS) -> str:
    """A case that has come to where its applicant must pay."""
    case = desk.go("6")
    if address:
        values = {"email": address}
        desk.do("loket", lambda tx: applications.confirm_draft(tx, desk.procedure, case, values))
    desk.step_6(case)
    return case


def states(desk) -> list[tuple[str, int, str]]:
    query = select(MessageRow.state, MessageRow.tries, MessageRow.error)
    with desk.database.reading() as session:
        return [tuple(row) for row in session.execute(query.order_by(MessageRow.queued_at))]


def parsed(content: str):
    return email.message_from_string(content, policy=email.policy.default)


def test_what_happens_to_a_case_is_told_once_each_and_logged(desk, post, mail) -> None:
    case = waiting_case(desk)
    desk.do("loket", lambda tx: inviting.invite(tx, desk.procedure, case, WANTED, TOLD))
    post()
    desk.do("loket", lambda tx: inviting.call_off(tx, desk.procedure, case, "office"))
    post()
    post()

    needed, booked, called_off = (parsed(one) for one in mail.taken)
    code = desk.view(case).head.case_code
    assert mail.receivers == [ADDRESS] * 3
    assert states(desk) == [("sent", 1, "")] * 3
    assert needed["Subject"] == f"Permohonan / Application {code}"
    assert "Selasa, 24 November 2026, pukul 09.30 WIB" in booked.get_content()
    assert "Tuesday, 24 November 2026" in booked.get_content()
    assert "called off" in called_off.get_content()
    for one in mail.taken:
        assert not {"ERIKSSON", "Eriksson", "L898902C3", "62811"} & set(one.split())
    with desk.database.reading() as session:
        made = [c.channel for c in notifying.contacts_of(session, desk.office_no, case)]
    assert made.count("message") == 3


def invite(desk, case: str, wanted: str, why: str = "") -> str:
    return desk.do("loket", lambda tx: inviting.invite(tx, desk.procedure, case, wanted, TOLD, why))


def test_what_is_no_longer_so_is_not_sent_and_the_newer_says_so(desk, post, mail) -> None:
    case = waiting_case(desk)
    post()
    mail.rude["MAIL"] = "451 busy"
    invite(desk, case, WANTED)
    post()  # put off: it would go out a minute later
    invite(desk, case, LATER, "applicant")
    del mail.rude["MAIL"]
    desk.clock.pass_(minutes=5)
    post()

    changed = parsed(mail.taken[-1]).get_content()
    assert states(desk) == [("sent", 1, ""), ("withdrawn", 1, "server_busy"), ("sent", 1, "")]
    assert "Rabu, 25 November 2026, pukul 10.00 WIB" in changed
    assert "takes the place of your earlier one" in changed

    mail.rude["MAIL"] = "451 busy"
    desk.do("loket", lambda tx: inviting.call_off(tx, desk.procedure, case, "office"))
    post()
    invite(desk, case, WANTED)
    del mail.rude["MAIL"]
    desk.clock.pass_(minutes=5)
    post()

    assert [state for state, _, _ in states(desk)[3:]] == ["withdrawn", "sent"]
    assert len(mail.taken) == 3


def test_a_time_given_back_by_itself_is_told_and_one_that_was_never_told_is_withdrawn(
    desk, post, mail
) -> None:
    case = waiting_case(desk)
    post()
    invite(desk, case, WANTED)
    desk.step_7(case)
    post()

    told = parsed(mail.taken[-1]).get_content()
    assert states(desk)[1:] == [("withdrawn", 0, ""), ("sent", 1, "")]
    assert "Selasa, 24 November 2026, pukul 09.30 WIB, tidak berlaku lagi" in told
    assert "you need not come for it" in told


def test_an_unsent_message_is_not_sent_again_for_a_time_that_is_over(desk, post, mail) -> None:
    case = waiting_case(desk)
    post()
    mail.rude["RCPT"] = "550 nobody"
    invite(desk, case, WANTED)
    post()
    [failed] = states(desk)[1:]
    mail.rude.clear()
    with desk.database.reading() as session:
        [lost] = [one.id for one in outbox.troubled(session, desk.office_no)]
    desk.clock.pass_(days=2)
    desk.do("tu", lambda tx: outbox.decide(tx, lost, again=True))
    post()

    assert failed == ("failed", 1, "address_refused")
    assert [state for state, _, _ in states(desk)] == ["sent", "withdrawn"]
    assert len(mail.taken) == 1


def test_without_an_address_or_an_adapter_nothing_is_asked_for(desk, mail) -> None:
    waiting_case(desk)

    assert states(desk) == []
    assert attached(desk.procedure.office) is None


def test_a_case_without_an_address_is_told_nothing(desk, post, mail) -> None:
    waiting_case(desk, "")
    post()

    assert (states(desk), mail.taken) == ([], [])


def test_a_server_that_is_away_is_tried_again_later_and_at_last_given_up(desk, post, mail) -> None:
    waiting_case(desk)
    mail.rude["MAIL"] = "451 busy"
    post()
    post()  # not yet again
    first = states(desk)
    desk.clock.pass_(minutes=2)
    del mail.rude["MAIL"]
    post()

    assert first == [("waiting", 1, "server_busy")]
    assert states(desk) == [("sent", 2, "")]
    waiting_case(desk)
    mail.rude["EHLO"] = ""
    mail.rude["HELO"] = ""
    for _ in range(len(outbox.BACK_OFF) + 1):
        post()
        desk.clock.pass_(minutes=13 * 60)
    assert states(desk)[-1] == ("failed", len(outbox.BACK_OFF) + 1, "server_away")
    assert len(mail.taken) == 1


@pytest.mark.parametrize(
    ("verb", "reply", "state", "error"),
    [
        ("RCPT", "550 nobody", "failed", "address_refused"),
        ("DATA", "554 no", "failed", "content_refused"),
        (".", "552 too much", "failed", "content_refused"),
        (".", "452 full", "waiting", "server_busy"),
        (".", "", "unknown", "no_answer"),
        (".", "silent", "unknown", "no_answer"),
    ],
)
def test_what_the_server_says_decides(desk, post, mail, verb, reply, state, error) -> None:
    case = waiting_case(desk)
    mail.rude[verb] = reply
    post()

    assert states(desk) == [(state, 1, error)]
    assert desk.view(case).current.key == "7"  # the case waits for nothing


def test_an_uncertain_message_is_decided_by_a_person_and_is_known_as_the_same(
    desk, post, mail
) -> None:
    waiting_case(desk)
    mail.rude["."] = ""
    post()
    mail.rude.clear()
    with desk.database.reading() as session:
        [lost] = [one.id for one in outbox.troubled(session, desk.office_no)]

    desk.do("tu", lambda tx: outbox.decide(tx, lost, again=True))
    post()
    with pytest.raises(Conflict):
        desk.do("tu", lambda tx: outbox.decide(tx, lost, again=True))

    first, second = (parsed(one)["Message-ID"] for one in mail.taken)
    assert first == second
    assert states(desk) == [("sent", 1, "")]


KILLED = """
import asyncio, sys
from datetime import datetime
from pathlib import Path
from hub.house import open_house
from hub.messages.attaching import attached
from hub.settings import settings_for
from hub.web.courier import Courier

class Then:
    def now(self): return datetime.fromisoformat(sys.argv[2])

async def main():
    house = open_house(settings_for(Path(sys.argv[1])), Then())
    writer = house.writer()
    writer.start()
    await Courier(house, writer, attached(house.procedure.office)).send_due()

asyncio.run(main())
"""


def test_a_hub_killed_while_it_sends_sends_nothing_twice_by_itself(desk, post, mail, house) -> None:
    waiting_case(desk)
    text = (
        f'[messages]\nadapter = "smtp"\nhost = "127.0.0.1"\nport = {mail.port}\n'
        'security = "none"\nsender = "skim@example.go.id"\n'
    )
    with house.settings.office_file.open("a", encoding="utf-8") as file:
        file.write(f"\n{text}")
    mail.rude["."] = "silent"
    desk.clock.pass_(seconds=1)
    at = desk.clock.now().isoformat()
    with subprocess.Popen([sys.executable, "-c", KILLED, house.settings.folder, at]) as sending:
        try:
            assert mail.heard.wait(timeout=60)
        finally:
            os.kill(sending.pid, signal.SIGKILL)
    mail.rude.clear()

    post()
    at_once = states(desk)
    desk.clock.pass_(minutes=outbox.LEASE / timedelta(minutes=1) + 1)
    post()

    assert at_once == [("sending", 1, "")]
    assert states(desk) == [("unknown", 1, "interrupted")]
    assert len(mail.taken) == 1


def test_a_delayed_message_is_shown_from_the_second_try_and_can_be_sent_at_once(
    desk, post, mail
) -> None:
    waiting_case(desk)
    mail.rude["RCPT"] = "450 greylisted"

    def shown() -> list[str]:
        with desk.database.reading() as session:
            return [one.id for one in outbox.troubled(session, desk.office_no)]

    post()
    once = shown()
    desk.clock.pass_(minutes=2)
    post()
    [delayed] = shown()
    mail.rude.clear()
    desk.do("tu", lambda tx: outbox.decide(tx, delayed, again=True))
    post()

    assert once == []
    assert states(desk) == [("sent", 1, "")]


def test_what_keeps_every_message_back_is_told_apart_from_one_messages_trouble(
    desk, post, mail
) -> None:
    waiting_case(desk)
    causes = []
    for verb, reply in (("RCPT", "450 greylisted"), ("MAIL", "550 no such sender here")):
        mail.rude = {verb: reply}
        post()
        desk.clock.pass_(hours=1)
        causes.append({error for *_, error in states(desk)} & outbox.SET_UP)

    assert causes == [set(), {"sender_refused"}]
    assert {f"mail_{code}" for code in outbox.SET_UP} <= set(wording())


class Broken:
    """An attached adapter with a bug."""

    def send(self, message) -> None:
        raise ZeroDivisionError


def test_a_bug_in_an_adapter_is_one_messages_trouble_and_a_late_end_is_still_noted(
    desk, house, post, mail
) -> None:
    waiting_case(desk)
    desk.clock.pass_(seconds=1)

    async def look() -> None:
        writer = house.writer()
        writer.start()
        try:
            await Courier(house, writer, Broken()).send_due()
        finally:
            await writer.stop()

    asyncio.run(look())
    broken = states(desk)
    with desk.database.reading() as session:
        [one] = [row.id for row in outbox.troubled(session, desk.office_no)]
    desk.do("tu", lambda tx: outbox.decide(tx, one, again=True))
    desk.do("tu", lambda tx: outbox.begin(tx, one, lambda *_: True))
    desk.clock.pass_(minutes=6)
    desk.do("tu", outbox.give_up_lost)
    given_up = states(desk)
    desk.do("tu", lambda tx: outbox.settle(tx, one, outbox.SENT))

    assert broken == [("unknown", 1, "adapter")]
    assert given_up == [("unknown", 1, "interrupted")]
    assert states(desk) == [("sent", 1, "")]


def test_rules_that_cannot_send_are_named_and_no_password_goes_out_in_clear(house) -> None:
    rules = MessageRules(adapter="smtp", user="skim", security="none")

    names = [fault.rule for fault in message_faults(rules)]

    assert names == [
        "messages-host", "messages-sender", "messages-password", "messages-security",
    ]  # fmt: skip
    assert list(message_faults(MessageRules())) == []
