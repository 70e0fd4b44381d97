from pathlib import Path

import pytest

from devices.doctor import Person, examine, this_person

OFFICER = Person(1000, frozenset({"video"}))


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A machine with a sensor and a camera plugged in, pcscd running, nothing in the way."""
    for folder in ("dev/serial/by-id", "dev/v4l/by-id", "proc/7/fd", "sys/module", "etc"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "dev/serial/by-id/usb-FTDI_A1").touch()
    (tmp_path / "dev/v4l/by-id/usb-Logi-index0").touch()
    (tmp_path / "proc/7/comm").write_text("pcscd\n")
    (tmp_path / "etc/group").write_text("root:x:0:\ndialout:x:20:\nbroken\n")
    return tmp_path


def troubles(machine: Path, person: Person) -> dict[str, str]:
    return {one.what: one.remedy for one in examine(machine, person) if not one.fine}


def test_a_missing_group_is_named_with_the_command_that_mends_it(machine: Path) -> None:
    found = troubles(machine, OFFICER)

    assert list(found) == ["port serial / serial ports"]
    assert "usermod -aG dialout" in found["port serial / serial ports"]
    assert troubles(machine, Person(1000, frozenset({"video", "dialout"}))) == {}
    assert troubles(machine, Person(0, frozenset())) == {}


def test_a_program_that_talks_to_every_port_is_found(machine: Path) -> None:
    (machine / "proc/8/fd").mkdir(parents=True)
    (machine / "proc/8/comm").write_text("ModemManager\n")
    (machine / "proc/8/fd/9").symlink_to("/dev/ttyUSB0")

    said = {one.what: one.answer for one in examine(machine, Person(0, frozenset()))}

    assert "/dev/ttyUSB0" in said["ModemManager"]
    assert "disable --now" in troubles(machine, Person(0, frozenset()))["ModemManager"]


def test_a_kernel_driver_that_holds_the_reader_is_found(machine: Path) -> None:
    (machine / "sys/module/pn533_usb").mkdir()

    [remedy] = troubles(machine, Person(0, frozenset())).values()

    assert "blacklist pn533_usb" in remedy


def test_a_machine_without_pcscd_or_with_a_dead_name_is_told(machine: Path) -> None:
    (machine / "proc/7/comm").write_text("bash\n")
    (machine / "dev/serial/by-id/usb-OLD").symlink_to("/dev/gone")

    found = troubles(machine, Person(0, frozenset()))

    assert set(found) == {"pcscd", "/dev/serial/by-id/usb-OLD"}


def test_an_empty_root_is_no_reason_to_fall(tmp_path: Path) -> None:
    assert all(one.fine for one in examine(tmp_path, OFFICER) if one.what != "pcscd")
    assert this_person(tmp_path).groups
