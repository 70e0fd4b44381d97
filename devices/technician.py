"""`loket devices doctor`, `list`, `support`: what a technician with a laptop looks at first."""

from __future__ import annotations

import json
import platform
import tomllib
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Final

import typer

from devices import checkup, doctor, registry, saying
from devices.address import shown_address
from devices.naming import STABLE_FOLDERS, identity_of_name
from devices.record import FILE, SERVICES, DeviceRecord, change_record, read_records
from devices.terminal import FAILED, WRONG_USE, fail, writable

PACKAGES: Final = (
    "loket", "pyserial", "pyscard", "python-escpos", "opencv-python-headless", "python-sane",
    "pyipp", "zxing-cpp", "cryptography", "Pillow",
)  # fmt: skip

ConfigFile = Annotated[
    Path | None, typer.Option(help="The agent's settings; its [devices] are opened and asked.")
]
StateFolder = Annotated[
    Path | None, typer.Option(help="The agent's state folder: how its devices have fared.")
]
Named = Annotated[list[str] | None, typer.Option("--device", help="ROLE=ADDRESS, as the agent's")]


def examine() -> None:
    """Periksa mesin ini: hak akses, program lain, driver kernel, pcscd. / Examine this machine.

    Example: loket devices doctor
    """
    findings = doctor.examine(Path("/"), doctor.this_person(Path("/")))
    for finding in findings:
        typer.echo(_finding(finding))
    if not all(finding.fine for finding in findings):
        raise typer.Exit(FAILED)


def list_devices(
    config: ConfigFile = None, state: StateFolder = None, device: Named = None
) -> None:
    """Daftar driver, yang terpasang, dan yang diatur beserta keadaannya. / List devices and health.

    What a station keeps in its state folder is listed too: a kiosk has no settings file.

    Example: loket devices list --config agent.toml --state /var/lib/loket/counter-3
    """
    simulated = registry.simulator_names()
    records = _records(state)
    configured = _configured(config, device, records)
    for driver in sorted({*registry.driver_names(), *simulated}):
        more = "  + simulator" if driver in simulated else ""
        typer.echo(f"driver    {driver:10} {registry.driver_version(driver)}{more}")
    for line in found_lines():
        typer.echo(line)
    for role, address in configured.items():
        for line in _health_lines(role, address, records.get(role)):
            typer.echo(line)


def support(
    out: Annotated[Path, typer.Argument(help="ZIP file to write; holds no personal data")],
    config: ConfigFile = None,
    state: StateFolder = None,
    device: Named = None,
) -> None:
    """Kumpulkan keterangan untuk bantuan, tanpa data pribadi. / Collect what support needs.

    Example: loket devices support support.zip --config agent.toml
    """
    writable(out)
    records = _records(state)
    configured = _configured(config, device, records)
    findings = doctor.examine(Path("/"), doctor.this_person(Path("/")))
    parts = {
        "machine.txt": "\n".join(_machine()),
        "doctor.txt": "\n".join(_finding(one) for one in findings),
        "found.txt": "\n".join(found_lines()),
        "devices.txt": "\n".join(
            line
            for role, address in configured.items()
            for line in (*_health_lines(role, address, records.get(role)), "")
        ),
        "records.json": json.dumps(
            {role: record.as_json() for role, record in records.items()}, indent=2
        ),
    }
    try:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in parts.items():
                archive.writestr(name, text + "\n")
    except OSError as error:
        fail(f"{out}: tidak dapat ditulis / cannot be written: {error.strerror}", FAILED)
    typer.echo(f"{out}: {', '.join(parts)}")


def serviced(
    role: Annotated[str, typer.Argument(help="Role of the device, as in the agent's settings")],
    what: Annotated[str, typer.Argument(help="cleaned, roll_changed, cutter_changed or accept")],
    state: Annotated[Path, typer.Option(help="The agent's state folder")],
) -> None:
    """Catat: dibersihkan, rol diganti, perangkat lain diterima. / Note what was done at a device.

    Example: loket devices serviced scanner cleaned --state /var/lib/loket/counter-3
    """
    if what not in (*SERVICES, "accept"):
        fail(
            f"'{what}' tidak dikenal / '{what}' is unknown\n"
            f"-> tulis / write {', '.join((*SERVICES, 'accept'))}",
            WRONG_USE,
        )
    records = _records(state)
    if role not in records:
        fail(
            f"{state}: tidak ada perangkat '{role}' / no device '{role}'\n"
            f"-> ada / known: {', '.join(sorted(records)) or '-'}",
            WRONG_USE,
        )
    known = records[role]
    at = datetime.now(UTC)  # noqa: TID251 - a technician's note, on this machine's clock

    def change(record: DeviceRecord) -> DeviceRecord:
        return record.forgotten() if what == "accept" else record.after_service(what, at=at)

    try:
        changed = change_record(state, role, known.address, change)
    except OSError as error:
        fail(
            f"{state}: tidak dapat ditulis / cannot be written: {error.strerror}"
            f"\n-> {saying.SEE_THE_PATH}",
            FAILED,
        )
    for line in changed.lines():
        typer.echo(line)


def found_lines() -> list[str]:
    """Return what is plugged in under a stable name, with its model and serial."""
    lines = []
    for kind, folder, pattern in STABLE_FOLDERS:
        for path in sorted(folder.glob(pattern)):
            identity = identity_of_name(str(path))
            lines.append(f"found     {kind:9} {path}  {identity.model} {identity.serial}".rstrip())
    return lines


def _health_lines(role: str, address: str, record: DeviceRecord | None) -> list[str]:
    lines = [f"device    {role}  {shown_address(address)}"]
    if driver := registry.driver_version(address.partition(":")[0]):
        lines.append(f"          driver {driver}")
    for step in checkup.walk_through(address):
        if step.asked.startswith("alamat") and step.fine:
            continue  # stands above, without its password
        answer = shown_address(step.answer)
        lines.append(f"          {'ok   ' if step.fine else 'GAGAL'} {step.asked}: {answer}")
        if step.remedy:
            lines.append(f"                -> {step.remedy}")
    return lines + [f"          {line}" for line in (record.lines() if record else [])]


def _configured(
    config: Path | None, named: list[str] | None, records: Mapping[str, DeviceRecord]
) -> Mapping[str, str]:
    """Return addresses by role: as named, else as in the settings, else as the station kept them.

    A kept address has no password any more: a device that needs one is named or in the settings.
    """
    kept = {role: record.address for role, record in records.items()}
    of_file = _of_file(config) if config else {}
    return {**kept, **of_file, **dict(_pair(one) for one in named or [])}


def _of_file(config: Path) -> dict[str, str]:
    try:
        devices = tomllib.loads(config.read_text("utf-8")).get("devices", {})
    except OSError as error:
        fail(
            f"{config}: tidak terbaca / cannot be read: {error.strerror}\n-> {saying.SEE_THE_PATH}",
            WRONG_USE,
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        fail(f"{config}: bukan TOML yang benar / no valid TOML: {error}", WRONG_USE)
    if not isinstance(devices, dict):
        fail(
            f"{config}: [devices] harus tabel / has to be a table\n"
            '-> mis. / e.g. fingerprint = "r30x:/dev/serial/by-id/…"',
            WRONG_USE,
        )
    return {str(role): str(address) for role, address in devices.items()}


def _records(state: Path | None) -> dict[str, DeviceRecord]:
    """Return what a station kept; a folder where none ever kept anything ends the command."""
    if state is None:
        return {}
    try:
        (state / FILE).read_bytes()
    except OSError as error:
        fail(
            f"{state / FILE}: tidak terbaca / cannot be read: {error.strerror}\n"
            "-> Tulis folder keadaan agen atau kios, yang dibuatnya saat pertama dijalankan."
            " / Name the state folder of an agent or kiosk, which it makes at its first start.",
            WRONG_USE,
        )
    records = read_records(state)
    if not records:
        typer.echo(
            f"{state / FILE}: rusak atau kosong, dianggap tidak ada"
            " / damaged or empty, counts as none",
            err=True,
        )
    return records


def _pair(text: str) -> tuple[str, str]:
    role, equals, address = text.partition("=")
    if not equals or not address:
        fail(f"--device {text}: tulis ROLE=ADDRESS / write ROLE=ADDRESS", WRONG_USE)
    return role, address


def _machine() -> list[str]:
    lines = [f"{platform.platform()}", f"Python {platform.python_version()}"]
    for name in PACKAGES:
        try:
            lines.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            lines.append(f"{name} -")
    return lines


def _finding(finding: doctor.Finding) -> str:
    line = f"{'ok   ' if finding.fine else 'GAGAL'} {finding.what}: {finding.answer}"
    return f"{line}\n      -> {finding.remedy}" if not finding.fine and finding.remedy else line
