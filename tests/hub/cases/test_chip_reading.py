"""The chip read again: its key is a secret of one job, and only what the hub judged counts."""

import msgspec
from sqlalchemy import select

from hub import blobs, jobs, stations
from hub.cases import chip_reading, persons
from hub.models.application import Application
from hub.models.station import BlobRow
from hub.wire import ChipEvidence, DeviceReport, JobResult, LeaseJob, PassportInput, StationReport
from hub.writer import Actor


def agent_at_counter_1(desk) -> Actor:
    def admit(tx):
        stations.add(tx, desk.procedure.office, kind="agent", name="counter 1", counter=1)
        query = "SELECT id FROM stations WHERE name = 'counter 1'"
        return tx.connection.exec_driver_sql(query).scalar_one()

    agent = Actor("station", desk.do("kiosk", admit), "counter 1", frozenset({"agent"}), 1)
    reader = DeviceReport(role="passport_reader", address="emrtd:pcsc://x", lamp="ready")
    report = StationReport(boot="b1", version="1", devices=[reader])
    desk._writer.run_alone(lambda tx: stations.report(tx, report=report), actor=agent)
    return agent


def ask(desk, case: str) -> jobs.JobView:
    with desk.database.reading() as session:
        row = session.get_one(Application, (desk.office_no, case))
        key = chip_reading.key_of(persons.read(session, desk.procedure.keyring, row))
    stored = desk.procedure.blobs.put(msgspec.json.encode(key))
    job = desk.do(
        "dokumen", lambda tx: chip_reading.ask(tx, desk.procedure, case, stored, counter=1)
    )
    assert job.options == {}
    assert job.blob == stored.id
    return job


def deliver(desk, agent: Actor, job, content: bytes) -> jobs.JobView:
    stored = desk.procedure.blobs.put(content)

    def upload(tx):
        return blobs.register(tx, stored, "application/octet-stream").id

    desk._writer.run_alone(upload, actor=agent)
    lease = LeaseJob(boot="b1")
    held = desk._writer.run_alone(lambda tx: jobs.lease(tx, job=job.id, request=lease), actor=agent)
    said = JobResult(boot="b1", fence=held.fence, state="done", blobs=[stored.id])
    with desk.database.reading_core() as connection:
        view = jobs.find(connection, desk.office_no, job.id)
    said, found = chip_reading.judged(desk.procedure, view, said, desk.clock)

    def end(tx):
        jobs.result(tx, job=job.id, request=said)
        if found is not None:
            chip_reading.keep(tx, desk.procedure, view, found)

    desk._writer.run_alone(end, actor=agent)
    with desk.database.reading_core() as connection:
        return jobs.find(connection, desk.office_no, job.id)


def of_chip(desk, **files: bytes) -> bytes:
    chip = ChipEvidence(access="BAC", files={**desk.passport.files, **files})
    given = PassportInput(
        source="chip", document_number="", birth_date="", expiry_date="", chip=chip
    )
    return msgspec.json.encode(given)


def test_the_key_is_forgotten_with_the_job_and_the_verdict_is_the_hubs(desk):
    agent, case = agent_at_counter_1(desk), desk.go("4")
    job = ask(desk, case)
    ended = deliver(desk, agent, job, of_chip(desk, DG2=b"another picture"))

    with desk.database.reading() as session:
        kept = session.scalar(select(BlobRow).where(BlobRow.id == job.blob))
        row = session.get_one(Application, (desk.office_no, case))
        verdict = row.chip_verdict
        person = persons.read(session, desk.procedure.keyring, row)
    assert kept is None
    assert (ended.state, verdict) == ("done", "altered")
    assert person.sources("passport_number")["reread"] == "L898902C3"
    assert [one.step for one in desk.view(case).documents if one.kind == "chip"] == ["draft", "4"]


def test_what_is_no_chip_ends_the_job_in_words_and_changes_nothing(desk):
    agent, case = agent_at_counter_1(desk), desk.go("4")
    for content in (b"no record", b"{}", of_chip(desk, DG1=b"\x61\x00")):
        ended = deliver(desk, agent, ask(desk, case), content)

        assert (ended.state, ended.code) == ("failed", "chip_record_wrong")
        with desk.database.reading() as session:
            row = session.get_one(Application, (desk.office_no, case))
            person = persons.read(session, desk.procedure.keyring, row)
            assert "reread" not in person.sources("passport_number")
            assert row.chip_verdict == "valid"


def test_a_cancelled_reading_leaves_no_key_behind(desk):
    agent_at_counter_1(desk)
    case = desk.go("4")
    job = ask(desk, case)
    desk.do("dokumen", lambda tx: jobs.cancel(tx, job=job.id, application=case))

    with desk.database.reading() as session:
        assert session.scalar(select(BlobRow).where(BlobRow.id == job.blob)) is None
