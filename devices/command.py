"""`loket devices`: what a technician does with a device and a terminal."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from devices import checkup, once, registry, saying, technician
from devices.emrtd.command import app as csca_app
from devices.piv.command import confirm, officer_card
from devices.terminal import FAILED, WRONG_USE, DeviceAddress, fail, plain_errors
from devices.trace import tracing
from devices.usage import BothLanguages

app = typer.Typer(
    name="devices",
    cls=BothLanguages,
    help="Perangkat: daftar, periksa, simulasi, pakai. / Devices: list, check, simulate, use.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
)


app.command("capture-finger")(once.capture_finger)
app.command("empty-library")(once.empty_library)
app.command("photo")(once.photo)
app.command("scan")(once.scan)
app.command("print-ticket")(once.print_ticket)
app.command("print-text")(once.print_text)
app.command("print")(once.print_document)
app.command("read-passport")(once.read_passport)


app.command("officer-card")(officer_card)
app.command("confirm")(confirm)
app.add_typer(csca_app)
app.command("list")(technician.list_devices)
app.command("doctor")(technician.examine)
app.command("support")(technician.support)
app.command("serviced")(technician.serviced)


@app.callback()
def devices(
    context: typer.Context,
    trace: Annotated[
        Path | None, typer.Option(help="File for the bytes in both directions, data hidden.")
    ] = None,
) -> None:
    """Perangkat: daftar, periksa, simulasi, pakai. / Devices: list, check, simulate, use.

    Without a command: what is there, as `list` says it.
    """
    if context.invoked_subcommand is None:
        technician.list_devices()
        typer.echo("Perintah lain / other commands: loket devices --help", err=True)
    # what a driver would log for an agent is said here in words: no bare lines between them
    logging.getLogger("devices").addHandler(logging.NullHandler())
    if trace is not None:
        try:
            out = context.with_resource(trace.open("w", encoding="utf-8"))
        except OSError as error:
            fail(
                f"--trace {trace}: tidak dapat ditulis / cannot be written: {error.strerror}\n"
                f"-> {saying.SEE_THE_PATH}",
                WRONG_USE,
            )
        context.with_resource(tracing(out))


@app.command()
def check(
    address: DeviceAddress,
    use: Annotated[
        bool, typer.Option(help="Also use it once: finger, photo, scan, test print, code, card.")
    ] = False,
) -> None:
    """Periksa satu perangkat dengan kata-kata sederhana. / Walk through one device in plain words.

    Example: loket devices check escpos:socket://10.0.0.9:9100 --use
    """
    steps = []
    for step in checkup.walk_through(address):
        steps.append(step)
        _show(step)
    if use and all(step.fine for step in steps):
        steps.append(checkup.try_once(address, lambda words: typer.echo(words, err=True)))
        _show(steps[-1])
    if any(step.asked.startswith("alamat") and not step.fine for step in steps):
        raise typer.Exit(WRONG_USE)
    if not all(step.fine for step in steps):
        raise typer.Exit(FAILED)


def _show(step: checkup.Step) -> None:
    print(f"{'ok   ' if step.fine else 'GAGAL'} {step.asked}: {step.answer}", flush=True)
    if step.remedy:
        print(f"      -> {step.remedy}", flush=True)


@app.command()
def simulate(
    driver: Annotated[str, typer.Argument(help="Name of a simulator, see: loket devices list")],
    option: Annotated[list[str] | None, typer.Option(help="K=V for the simulator")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for what it prints")] = None,
    fault: Annotated[list[str] | None, typer.Option(help="Fault to start with")] = None,
    pty: Annotated[bool, typer.Option("--pty", help="On a serial line")] = False,
    tcp: Annotated[int | None, typer.Option(min=0, max=65535, help="On this TCP port")] = None,
    vpcd: Annotated[bool, typer.Option("--vpcd", help="In the virtual PC/SC reader")] = False,
) -> None:
    """Jalankan simulator sampai EOF. / Run a simulator on a real wire until EOF.

    Prints `ready ADDRESS`, then obeys lines `fault NAME` and `clear`, each answered by `ok` or
    `error TEXT`.

    Example: loket devices simulate escpos --option port=9100 --out tickets --fault near_end
    """
    signal.signal(signal.SIGTERM, _end)
    options = _options(option or []) | _wire(driver, pty=pty, tcp=tcp, vpcd=vpcd)
    with plain_errors():
        try:
            simulator = registry.start_simulator(driver, options, out=out)
        except ValueError as error:
            fail(f"{driver}: {error}\n-> {_HELP}", WRONG_USE)
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            fail(
                f"{driver}: simulator tidak dapat dijalankan / cannot be started:"
                f" {place}{error.strerror or error}\n-> {saying.SEE_THE_PATH}",
                WRONG_USE,
            )
        try:
            _obey(simulator, [f"fault {name}" for name in fault or []], quiet=True)
            print(f"ready {simulator.address}", flush=True)
            if isinstance(simulator, registry.Explained):
                typer.echo(simulator.explain(), err=True)
            _obey(simulator, sys.stdin)
        finally:
            simulator.stop()


_HELP = "loket devices simulate --help; docs/drivers.md"
_WIRES = {
    "--pty": ("r30x", "barcode", "escpos"),
    "--tcp": ("escpos", "ipp", "camera"),
    "--vpcd": ("emrtd", "piv"),
}


def _wire(driver: str, *, pty: bool, tcp: int | None, vpcd: bool) -> dict[str, str]:
    """Return the simulator's options for the wire that was asked for."""
    asked = {"--pty": pty, "--tcp": tcp is not None, "--vpcd": vpcd}
    if len(wanted_wires := [flag for flag, wanted in asked.items() if wanted]) > 1:
        fail(f"{' '.join(wanted_wires)}: pilih satu / choose one", WRONG_USE)
    for flag, wanted in asked.items():
        if wanted and driver in registry.simulator_names() and driver not in _WIRES[flag]:
            known = ", ".join(_WIRES[flag])
            fail(f"{driver} {flag}: hanya untuk / only for {known}\n-> {_HELP}", WRONG_USE)
    if pty and driver == "escpos":
        return {"pty": "yes"}
    return {"port": str(tcp)} if tcp is not None else {}


def _obey(simulator: registry.Simulator, lines: Iterable[str], *, quiet: bool = False) -> None:
    for line in lines:
        verb, _, name = line.strip().partition(" ")
        try:
            if verb in ("fault", "clear"):
                simulator.fault(name.strip() if verb == "fault" else "")
            elif not _told(simulator, verb, name.strip()):
                message = (
                    f"baris '{verb}' tidak dikenal / unknown line '{verb}':"
                    " tulis / write fault NAME, clear"
                )
                raise ValueError(message)  # noqa: TRY301 - answered like the simulator's own
        except ValueError as error:
            if quiet:
                fail(f"{error}\n-> {_HELP}", WRONG_USE)
            print(f"error {error}", flush=True)
        else:
            if not quiet:
                print("ok", flush=True)


def _told(simulator: registry.Simulator, verb: str, text: str) -> bool:
    """Let a simulator that knows more than faults obey, e.g. `scan TEXT`."""
    return isinstance(simulator, registry.Tellable) and simulator.tell(verb, text)


def _end(_signal: int, _frame: object) -> NoReturn:
    raise typer.Exit(0)


def _options(pairs: list[str]) -> dict[str, str]:
    for pair in pairs:
        if not pair.partition("=")[0] or "=" not in pair:
            fail(f"--option {pair}: tulis K=V / write K=V\n-> {_HELP}", WRONG_USE)
    return dict(pair.split("=", 1) for pair in pairs)
