"""Settles prints of which nobody knows whether paper came out; a reprint is marked as a copy."""

from __future__ import annotations

import msgspec
from sqlalchemy import select

from hub import jobs
from hub.models.station import JobRow
from hub.wire import Job
from hub.writer import Tx


def settle(
    tx: Tx, *, job: str, came: bool, counter: int | None = None, application: str | None = None
) -> Job:
    """Record whether paper came out; if not, print again. Raises Conflict, NotFound.

    `application`: the case that it must be a paper of.
    """
    if application is not None:
        jobs.must_be_of(tx, job=job, application=application)
    settled = jobs.settle_unknown(tx, job=job, printed=came)
    return settled if came else print_again(tx, job=job, counter=counter)


def print_again(tx: Tx, *, job: str, counter: int | None = None) -> Job:
    """Ask for the same paper once more, as a copy of `job`. Raises NotFound."""
    jobs.find(tx.connection, tx.office, job)
    row = tx.connection.execute(
        select(*JobRow.__table__.c).where(JobRow.office == tx.office, JobRow.id == job)
    ).one()
    return jobs.ask(
        tx,
        counter=counter or row.counter,
        kind=row.kind,
        options=msgspec.json.decode(row.options, type=dict[str, str]),
        application=row.application,
        evidence=row.evidence,
        blob=row.blob,
        copy_of=job,
    )
