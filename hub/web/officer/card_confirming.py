"""An officer confirms with the card in a counter's reader: the PIN is typed in the page.

The hub draws a challenge, seals the PIN for the agent of that counter, waits for the card's
signature and judges it with the certificate that is bound to the officer. The PIN is written down
nowhere: see docs/decisions/0016.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from devices.piv.pin import is_pin, seal_pin
from hub import card_jobs, jobs, officer_cards
from hub.errors import BadInput, Conflict
from hub.feed import Feed, Viewer
from hub.jobs import JobView
from hub.officer_cards import PIN_FIELD
from hub.web.confirming import confirmed_by_card, must_be_unlocked
from hub.web.desk import Desk
from hub.web.forms import Form
from hub.web.officer.views import CardDoor
from hub.wire import Job
from hub.writer import Done

WAIT_S = 25.0
"""How long a page waits for the card: the agent itself waits ten seconds for one to be put in."""
CARD_COUNTER = "card_counter"
LONGEST_KEY = 80
_OVER = ("job.done", "job.failed", "job.expired", "job.unknown")
_SAID = {
    "card_absent": "tidak ada kartu di pembaca; masukkan lalu ulangi"
    " / there is no card in the reader; put it in and try again",
    "card_removed": "kartu dicabut terlalu cepat; masukkan lagi dan biarkan"
    " / the card was taken out too soon; put it in again and leave it",
    "card_other_card": "ini bukan kartu yang terikat pada Anda; masukkan kartu Anda sendiri"
    " / this is not the card that is bound to you; put in your own",
    "card_identification_only": "kartu ini hanya mengenali, tidak dapat menandatangani"
    " / this card only identifies, it cannot sign",
    "card_no_certificate": "kartu tidak memuat sertifikat di slot 9A"
    " / the card has no certificate in slot 9A",
    "card_garbled": "kartu menjawab salah; lap kontaknya lalu masukkan lagi, atau minta kartu baru"
    " / the card answers wrongly; wipe its contacts and put it in again, or ask for a new one",
    "card_pin_lost": "agen loket baru dinyalakan ulang; ketik PIN sekali lagi"
    " / the counter's agent has just started anew; type the PIN once more",
}
_SILENT = (
    "pembaca tidak menjawab; periksa kabel dan kartunya, atau pakai kata sandi"
    " / the reader does not answer; check its cable and the card, or use your password"
)


def card_door(session: Session, desk: Desk) -> CardDoor | None:
    """Return where this officer's card is taken; None without a bound card or any reader."""
    connection = session.connection()
    if officer_cards.bound_to(connection, desk.office_no, desk.officer.id) is None:
        return None
    found = sorted(card_jobs.readers(connection, desk.office_no))
    own = [one for one in found if one == desk.officer.counter]
    return CardDoor(tuple(own or found)) if found else None


async def confirmed_at_reader(desk: Desk, feed: Feed, form: Form, purpose: str) -> bool:
    """Return whether the officer's card signed for `purpose` with the PIN that `form` brings.

    Waits for card and reader. False when no PIN was typed. Raises BadInput `card_…`,
    `password_wrong` while locked, Conflict `card_running`.
    """
    pin = form.text(PIN_FIELD)
    if not pin:
        return False
    asked = await _ask(desk, form, purpose, pin)
    ended = await _end_of(desk, feed, asked)
    if ended.state != "done" or not ended.blobs:
        raise _refused(ended)
    signature = await asyncio.to_thread(desk.procedure.blobs.get, ended.blobs[0])
    challenge = bytes.fromhex(asked.value.options["challenge"])
    return await confirmed_by_card(desk, purpose, challenge, signature)


async def _ask(desk: Desk, form: Form, purpose: str, pin: str) -> Done[Job]:
    """Ask the reader; the same form sent twice asks once."""
    drawn = officer_cards.challenge(
        desk.procedure.keyring, officer=desk.officer.id, purpose=purpose, at=desk.clock.now()
    )

    def look(session: Session) -> tuple[int, str, str]:
        connection = session.connection()
        must_be_unlocked(connection, desk, PIN_FIELD)
        bound = officer_cards.bound_to(connection, desk.office_no, desk.officer.id)
        if bound is None:
            raise officer_cards.unbound()
        return *_reader(connection, desk, form), bound

    _, _, (counter, key, bound) = await desk.read(lambda session, _: look(session))
    pin_file = await asyncio.to_thread(desk.procedure.blobs.put, _sealed(key, pin, drawn))
    return await desk.writer.run(
        lambda tx: card_jobs.ask(
            tx, counter=counter, challenge=drawn, purpose=purpose, certificate=bound, pin=pin_file
        ),
        actor=desk.officer.actor,
        key=f"card-{form.key}"[:LONGEST_KEY],
        request=purpose.encode(),  # never the form: it holds the PIN
        name="confirm by card",
        answer=Job,
    )


def _reader(connection: Connection, desk: Desk, form: Form) -> tuple[int, str]:
    """Return the counter whose reader is asked, and what seals a PIN for it. Raises Conflict."""
    found = card_jobs.readers(connection, desk.office_no)
    counter = form.number(CARD_COUNTER) or desk.officer.counter
    if counter is None or counter not in found:
        raise Conflict(
            "card_reader_missing",
            "There is no card reader that works: choose another counter, or use your password.",
            id="Tidak ada pembaca kartu yang siap: pilih loket lain atau pakai kata sandi.",
        )
    return counter, found[counter]


def _sealed(key: str, pin: str, challenge: bytes) -> bytes:
    if not is_pin(pin):
        words = "PIN terdiri dari 6-8 angka / a PIN has 6 to 8 digits"
        raise officer_cards.refusal("card_pin", words)
    return seal_pin(key, pin, challenge)


async def _end_of(desk: Desk, feed: Feed, asked: Done[Job]) -> JobView:
    """Wait for the job's end; one that takes too long is given up."""
    job = asked.value
    viewer = Viewer("station", job.counter)
    with suppress(TimeoutError):
        async with asyncio.timeout(WAIT_S), aclosing(feed.follow(viewer, asked.seq)) as frames:
            async for frame in frames:
                event = frame.event
                if event is not None and event.subject == job.id and event.kind in _OVER:
                    break

    def look(session: Session) -> JobView:
        return jobs.find(session.connection(), desk.office_no, job.id)

    _, _, ended = await desk.read(lambda session, _: look(session))
    if ended.state in jobs.UNFINISHED:
        with suppress(Conflict):  # it ended just now: then it is too late all the same
            await desk.writer.run(
                lambda tx: jobs.cancel(tx, job=job.id, application=None),
                actor=desk.officer.actor,
                name="give up card",
            )
    return ended


def _refused(ended: JobView) -> BadInput:
    words = ended.detail if ended.code == "card_wrong_pin" else _SAID.get(ended.code, _SILENT)
    code = ended.code if ended.code.startswith("card_") else "card_silent"
    return officer_cards.refusal(code, words)
