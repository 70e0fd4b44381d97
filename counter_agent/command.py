"""`loket agent`: drive the devices of one counter."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from counter_agent.agent import Agent
from counter_agent.config import Asked, Settings, settings_from
from counter_agent.errors import AgentError, WrongSettings
from counter_agent.outbox import Outbox

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

log = logging.getLogger(__name__)

EXAMPLE = """
Example: loket agent --counter 3 --token-file counter-3.token
--device fingerprint=r30x:/dev/ttyUSB0 --device document_printer=ipp://printer.local/ipp/print
"""


@app.command(epilog=EXAMPLE)
def agent(
    *,
    counter: Annotated[int | None, typer.Option(help="Number of the counter.")] = None,
    hub: Annotated[
        str | None, typer.Option(help="Address of the hub; left out: found on the network.")
    ] = None,
    token_file: Annotated[
        Path | None, typer.Option(help="File with the counter's token (loket hub token).")
    ] = None,
    ca: Annotated[Path | None, typer.Option(help="Certificate of the hub's authority.")] = None,
    state: Annotated[
        Path | None, typer.Option(help="Folder for unsent results; one for each agent.")
    ] = None,
    device: Annotated[
        list[str] | None, typer.Option(help="ROLE=ADDRESS; may be given several times.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="Settings as TOML.")] = None,
    interface: Annotated[
        list[str] | None, typer.Option(help="Address of ours to find the hub on.")
    ] = None,
    verbose: Annotated[bool, typer.Option(help="Log every retry as well.")] = False,
) -> None:
    """Drive the devices of one counter: do the hub's jobs, report how the devices are.

    Prints `ready counter N` once it is linked to the hub. Ends on SIGTERM or Ctrl-C.
    """
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)
    asked = Asked(
        counter=counter,
        hub=hub,
        ca=ca,
        token_file=token_file,
        state=state,
        config=config,
        interfaces=tuple(interface) if interface else None,
        devices=tuple(device or ()),
    )
    try:
        asyncio.run(_run(settings_from(asked)))
    except WrongSettings as error:
        typer.echo(f"loket agent: {error}", err=True)
        raise typer.Exit(2) from None
    except AgentError as error:
        typer.echo(f"loket agent: {error}", err=True)
        raise typer.Exit(1) from None


async def _run(settings: Settings) -> None:
    outbox = Outbox(settings.state)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        await _until(stop, settings, outbox)
    finally:
        outbox.close()


async def _until(stop: asyncio.Event, settings: Settings, outbox: Outbox) -> None:
    agent_ = Agent(settings, outbox, on_ready=lambda: _say_ready(settings.counter))
    work = asyncio.create_task(agent_.run(), name="agent")
    stopped = asyncio.create_task(stop.wait(), name="stop")
    await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if work.done():
        work.result()
        return
    work.cancel()
    await asyncio.wait({work})
    if not work.cancelled() and (error := work.exception()):
        log.warning("while stopping: %s", error)


def _say_ready(counter: int) -> None:
    print(f"ready counter {counter}", flush=True)
