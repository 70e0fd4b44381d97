"""What completing a step does besides leaving its evidence; the SOP file names these duties."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from hub.cases import archive, blanks, correcting, custody, legalising, letter_book, payments
from hub.cases.checklists import checklist_of
from hub.cases.screening.by_step import check_list
from hub.models.application import Application
from hub.procedure import Procedure
from hub.writer import Tx

ALSO_LEAVING = frozenset({"check_list", "enter_letters"})
"""Duties that are done as well when the step's answer leads to another procedure."""
Duty = Callable[[Tx, Procedure, Application, Mapping[str, str]], None]


def perform(
    tx: Tx, procedure: Procedure, application: Application, name: str, values: Mapping[str, str]
) -> None:
    """Do the duty `name` with the values of the step. Raises what the duty raises."""
    _DUTIES[name](tx, procedure, application, values)


def _receive(
    tx: Tx, procedure: Procedure, application: Application, values: Mapping[str, str]
) -> None:
    del values
    today = procedure.office.today(tx.at)
    application.checklist_version = checklist_of(procedure, application, today).version
    received(procedure, application, tx.at)


def received(procedure: Procedure, application: Application, at: datetime) -> None:
    """Let the lead time run from `at`, and the promised day count from its day."""
    office = procedure.office
    days = office.office.promised_working_days
    application.received_at = at
    application.promised_on = office.working_day_after(office.today(at), days)


def _open_custody(
    tx: Tx, procedure: Procedure, application: Application, values: Mapping[str, str]
) -> None:
    del procedure  # also an office that keeps passports per visit holds it from here
    if custody.holder(tx.session, tx.office, application.id) is not None:
        return  # the step was opened again: the passport did not leave meanwhile
    custody.take(tx, application.id, values["custody_place"])


def _enter_letters(
    tx: Tx, procedure: Procedure, application: Application, values: Mapping[str, str]
) -> None:
    letter_book.enter_of_gate(tx, procedure, application, values)


def _record_payment(
    tx: Tx, procedure: Procedure, application: Application, values: Mapping[str, str]
) -> None:
    payments.record(
        tx,
        procedure.keyring,
        application,
        tariff=procedure.fee,
        today=procedure.office.today(tx.at),
        values=values,
    )


def _issue(
    tx: Tx, procedure: Procedure, application: Application, values: Mapping[str, str]
) -> None:
    custody.must_be_here(tx, procedure, application, "issue")
    blanks.issue(tx, procedure.office, application, values["blank_serial"])


def _legalise(
    tx: Tx, procedure: Procedure, application: Application, values: Mapping[str, str]
) -> None:
    custody.must_be_here(tx, procedure, application, "legalise")
    legalising.legalise(tx, procedure, application, values)


def _close_custody(
    tx: Tx, procedure: Procedure, application: Application, values: Mapping[str, str]
) -> None:
    del values
    kept = custody.holder(tx.session, tx.office, application.id)
    if kept is None and procedure.office.office.custody == "visit":
        return  # given back at the end of an earlier visit
    if kept is None and custody.was_returned(tx.session, application):
        return  # the step was opened again to put its record right: the passport did not come back
    payment = payments.of_case(tx.session, tx.office, application.id)
    custody.hand_over(tx, procedure, application, payment.proof_number if payment else "")


def _correct_data(
    tx: Tx, procedure: Procedure, application: Application, values: Mapping[str, str]
) -> None:
    del procedure, values
    correcting.must_be_settled(tx, application)


def _archive(
    tx: Tx, procedure: Procedure, application: Application, values: Mapping[str, str]
) -> None:
    archive.lay_down(tx, procedure, application, values)


_DUTIES: dict[str, Duty] = {
    "receive": _receive,
    "open_custody": _open_custody,
    "check_list": check_list,
    "enter_letters": _enter_letters,
    "record_payment": _record_payment,
    "issue": _issue,
    "legalise": _legalise,
    "close_custody": _close_custody,
    "correct_data": _correct_data,
    "archive": _archive,
}
