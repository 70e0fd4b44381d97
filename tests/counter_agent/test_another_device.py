"""A device at a known address that is another one waits for a person; one that is back is used."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from counter_agent.worker import DeviceWorker, Pace
from devices.capabilities import Identity
from devices.r30x import simulator
from devices.r30x.simulator import R30xSimulator
from devices.record import change_record, read_records

AT = datetime(2026, 11, 23, 2, 15, tzinfo=UTC)


@pytest.fixture
def sensor() -> Iterator[R30xSimulator]:
    running = simulator.start({"pace": "0", "model": "r503"})
    yield running
    running.stop()


class Watched:
    """A worker, and a way to wait for the report that one expects."""

    def __init__(self, address: str, state: Path) -> None:
        self.address = address
        self._changed = threading.Condition()
        # whatever is seen within a minute was told, not looked for
        pace = Pace(first_pause_s=300.0, health_every_s=600.0)
        self.worker = DeviceWorker("fingerprint", address, self._tell, state=state, pace=pace)

    def _tell(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def until(self, code: str, limit_s: float = 60) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.worker.report().code == code, limit_s), (
                self.worker.report()
            )


@pytest.fixture
def watched(sensor: R30xSimulator, tmp_path: Path) -> Iterator[Watched]:
    other = Identity("R503", "99999999", "1.0")
    change_record(tmp_path, "fingerprint", sensor.address, lambda record: record.up(other, at=AT))
    one = Watched(sensor.address, tmp_path)
    yield one
    one.worker.stop()
    one.worker.join(60)


def test_it_is_used_only_after_a_person_accepted_it(watched: Watched, tmp_path: Path) -> None:
    watched.worker.start()
    watched.until("device_changed")
    detail = watched.worker.report().detail

    watched.worker.accept()
    watched.until("ready")

    assert "00000001" in detail
    assert "99999999" in detail
    accepted = read_records(tmp_path)["fingerprint"].accepted
    assert accepted is not None
    assert accepted.serial == "00000001"


def test_a_device_that_is_plugged_in_again_is_opened_at_once(
    watched: Watched,
    sensor: R30xSimulator,
    tmp_path: Path,
) -> None:
    watched.worker.accept()
    watched.worker.start()
    watched.until("ready")

    sensor.fault("unplugged")
    watched.worker.submit(lambda device: device.health())
    watched.until("device_gone")
    sensor.fault("")
    watched.until("ready")

    record = read_records(tmp_path)["fingerprint"]
    assert record.reconnects == 1
    assert record.last_error == "device_gone"


def test_a_device_that_is_pulled_out_is_missed_at_once(
    watched: Watched, sensor: R30xSimulator
) -> None:
    watched.worker.accept()
    watched.worker.start()
    watched.until("ready")

    sensor.fault("unplugged")

    watched.until("device_gone")


def test_a_device_asks_for_its_care_after_its_uses(watched: Watched, tmp_path: Path) -> None:
    watched.worker.accept()
    watched.worker.care_after({"fingers": 2, "scans": 1})
    watched.worker.start()
    watched.until("ready")

    watched.worker.count("fingers")
    watched.worker.count("fingers")
    watched.worker.submit(lambda device: device.health())
    watched.until("device_care_due")
    detail = watched.worker.report().detail
    change_record(
        tmp_path,
        "fingerprint",
        watched.address,
        lambda record: record.after_service("cleaned", at=AT),
    )
    watched.worker.submit(lambda device: device.health())
    watched.until("ready")

    assert detail == "fingers 2 / 2"
