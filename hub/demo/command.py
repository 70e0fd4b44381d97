"""`loket demo`: an office on this machine, to look at or to watch going the whole way by itself."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from hub.demo import office
from hub.demo.errors import DemoFailed
from hub.demo.folder import found_or_made

demo_app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

_NEEDED = {"Xvfb": "xvfb", "xdotool": "xdotool", "setpriv": "util-linux", "pcscd": "pcscd"}


@demo_app.command(
    epilog="Example: loket demo --once --out demo-out      (one applicant, three visits)"
)
def demo(
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Let one applicant go the whole way, then end.")
    ] = False,
    out: Annotated[
        Path, typer.Option("--out", help="Where printers, scanners and logs leave theirs.")
    ] = Path("demo-out"),
    data: Annotated[
        Path | None,
        typer.Option("--data", help="The practice office; default demo-office, with --once new."),
    ] = None,
    show: Annotated[
        bool, typer.Option("--show", help="With --once: use your display if there is one.")
    ] = False,
) -> None:
    """Start a practice office on this machine: hub, kiosk, two counters, simulated devices.

    Ctrl-C ends everything. Exit codes: 0 fine, 1 a program or a step fell short, 2 wrong use.
    """
    _require_programs()
    out = out.resolve()
    with _ended_by_signal():
        try:
            if once:
                _go_once(out, data or out / "office", fresh=data is None, show=show)
            else:
                _stay_open(out, data or Path("demo-office"))
        except DemoFailed as error:
            print(f"loket demo: {error}\n            logs: {out}", file=sys.stderr)
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            print("ended")
            if once:
                raise typer.Exit(1) from None


def _go_once(out: Path, data: Path, *, fresh: bool, show: bool) -> None:
    from hub.demo.journey import Journey

    started = time.monotonic()
    _clear(out)
    if fresh:
        shutil.rmtree(data, ignore_errors=True)
    folder = found_or_made(data)
    with office.living(folder, out / "work", own_display=not show) as living:
        print(f"office open after {time.monotonic() - started:.0f} s at {living.hub_url}")
        Journey(living, out, _say).run()
        _say(f"hub check: {living.check()}")
    _say(f"done in {time.monotonic() - started:.0f} s")


def _clear(out: Path) -> None:
    """Remove what an earlier journey left, and nothing else."""
    out.mkdir(parents=True, exist_ok=True)
    for file in out.iterdir():
        if file.is_file() and file.suffix in (".png", ".pdf", ".jpg", ".tar"):
            file.unlink()
    shutil.rmtree(out / "work", ignore_errors=True)


def _stay_open(out: Path, data: Path) -> None:
    started = time.monotonic()
    folder = found_or_made(data)
    with office.living(folder, out, own_display=False) as living:
        seconds = time.monotonic() - started
        print(_welcome(living, seconds), flush=True)
        ended = living.crew.watch()
        print(f"loket demo: {ended.ending()}", file=sys.stderr)
        raise typer.Exit(1)


def _welcome(living: office.LivingOffice, seconds: float) -> str:
    logins = "\n".join(f"               {line}" for line in living.folder.logins)
    return f"""\
office open after {seconds:.0f} s; its clock says {living.opened_at:%A %d %B %Y %H:%M}

  kiosk        window on display {living.display.name}
  display      {living.page("/display")}
  supervisor   {living.page("/supervisor")}
  counter 1    {living.page("/counter/1")}
  counter 2    {living.page("/counter/2")}
  sign in as
{logins}
  password     {living.folder.password}   (all of them)
  tickets      {living.tickets}
  papers       {living.printed(1)}
               {living.printed(2)}
  logs         {living.out / "logs"}

Ctrl-C ends everything."""


def _say(line: str) -> None:
    print(line, flush=True)


def _require_programs() -> None:
    """Exit naming the packages whose programs are not on this machine."""
    path = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"
    missing = [package for name, package in _NEEDED.items() if not shutil.which(name, path=path)]
    if missing:
        print(f"loket demo: install first: apt-get install {' '.join(missing)}", file=sys.stderr)
        raise typer.Exit(1)


@contextlib.contextmanager
def _ended_by_signal() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does, and a second signal disturb nothing."""

    signals = (signal.SIGINT, signal.SIGTERM)

    def interrupt(_number: int, _frame: object) -> None:
        for number in signals:  # once is enough: the programs are being ended
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
