"""Hands to the hub what the kiosk gave without it: own numbers, drafts, voids; each once.

Every command has a key of its own that outlives restarts, so a lost answer is asked for again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from hub.client import HubClient
from hub.errors import Busy, Refused
from kiosk.own_numbers import Own, OwnNumbers, void_request

log = logging.getLogger(__name__)


async def hand_over(hub: HubClient, numbers: OwnNumbers, settle: Callable[[str], None]) -> None:
    """Tell the hub of every own number it does not have. Raises Unreachable, Busy, Fault.

    `settle` is told the key of each request in whose stead a number was given: it is no doubt
    any more what became of it.
    """
    for own in numbers.unsent():
        if await _hand_over_ticket(hub, numbers, own) and own.told.instead_of:
            settle(own.told.instead_of)
    for own in numbers.unseen():
        try:
            await hub.void_numbers(void_request(own), key=f"{own.key}-void")
        except Busy:
            raise
        except Refused as refusal:
            log.error("void number %s not taken: %s", own.key, refusal.code)  # noqa: TRY400 — no trace
            numbers.refused(own)
        else:
            numbers.acknowledged(own)
    numbers.forget_sent()


async def _hand_over_ticket(hub: HubClient, numbers: OwnNumbers, own: Own) -> bool:
    """Say whether the hub took the number. Raises Unreachable, Busy, Fault."""
    if own.draft is not None:
        own = await _open_draft(hub, numbers, own)
    try:
        ticket = await hub.take_offline(own.told, key=own.key)
    except Busy:
        raise
    except Refused as refusal:
        log.error("own number %s not taken: %s", own.key, refusal.code)  # noqa: TRY400 — no trace
        numbers.refused(own)
        return False
    log.info("own number %s is ticket %s", own.key, ticket.id)
    numbers.acknowledged(own, ticket.id)
    return True


async def _open_draft(hub: HubClient, numbers: OwnNumbers, own: Own) -> Own:
    """Open the case of a number; a draft that the hub refuses must not cost the number."""
    draft = own.draft
    if draft is None:
        return own
    try:
        # the key of the request that was sent before: its draft may be there already
        opened = await hub.open_draft(draft, key=f"{own.told.instead_of}-draft")
    except Busy:
        raise
    except Refused as refusal:
        log.warning("draft of %s not taken: %s", own.key, refusal.code)
        return numbers.drafted(own, "")
    return numbers.drafted(own, opened.id)
