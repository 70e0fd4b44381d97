"""Step 3 of the sheet: what completing it does to the check of the list."""

from __future__ import annotations

from collections.abc import Mapping

from hub.cases.screening.checks import LIST
from hub.cases.screening.national import MadeByHand, record_national
from hub.cases.screening.standing import note_pass, refer, standing
from hub.cases.screening.verdicts import confirm_clear
from hub.models.application import Application
from hub.procedure import Procedure
from hub.writer import Tx

CLEAR = "CLEAR"


def check_list(
    tx: Tx, procedure: Procedure, application: Application, values: Mapping[str, str]
) -> None:
    """Confirm the check of the list, or record the one made by hand, and let step 3 pass.

    A possible match that was found by hand is recorded so; the case goes to SOP Cekal then.
    """
    by_hand = values.get("national_check", "")
    clear = values.get("decision") == CLEAR
    stands = standing(tx.session, procedure, application, tx.at)
    mine = stands.check if stands.check and stands.check.source == LIST else None
    if not clear:
        if mine is None or stands.why != "blocked":
            record_national(tx, procedure, application, MadeByHand(by_hand or "-", found=True))
        return
    passed = mine if stands.why == "passes" else None
    if stands.why == "confirm" and mine is not None:
        passed = confirm_clear(tx, procedure, mine.id)
    if by_hand and stands.why != "blocked":
        found = record_national(tx, procedure, application, MadeByHand(by_hand, found=False))
        passed = passed or found
    passed = passed or (stands.check if stands.why == "passes" else None)
    if passed is None:
        raise refer()
    note_pass(tx, application, "3", passed)
