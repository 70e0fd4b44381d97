"""Two machines on one network: network namespaces joined by a cable; needs root.

`ours` runs this project's python-zeroconf, `theirs` Avahi with a D-Bus of its own.
"""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
import uuid
from contextlib import ExitStack
from pathlib import Path

import pytest

CONFIGURATION = """
[server]
host-name=printserver
use-ipv6=no
allow-interfaces=cable1
[wide-area]
enable-wide-area=no
[publish]
publish-workstation=no
[reflector]
[rlimits]
"""


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


class Office:
    """Two namespaces, a cable, and Avahi at the far end."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._stack = stack
        self._folder = folder
        suffix = uuid.uuid4().hex[:6]
        self.ours, self.theirs = f"loket-a-{suffix}", f"loket-b-{suffix}"
        for name in (self.ours, self.theirs):
            run("ip", "netns", "add", name)
            stack.callback(run, "ip", "netns", "delete", name)
        run("ip", "-n", self.ours, "link", "add", "cable0", "type", "veth", "peer", "cable1")
        run("ip", "-n", self.ours, "link", "set", "cable1", "netns", self.theirs)
        for name, cable, address in (
            (self.ours, "cable0", "10.77.0.1/24"),
            (self.theirs, "cable1", "10.77.0.2/24"),
        ):
            run("ip", "-n", name, "link", "set", "lo", "up")
            run("ip", "-n", name, "address", "add", address, "dev", cable)
            run("ip", "-n", name, "link", "set", cable, "up")
            run("ip", "-n", name, "route", "add", "224.0.0.0/4", "dev", cable)
        self._avahi = self._start_avahi()

    def _start_avahi(self) -> subprocess.Popen[bytes]:
        bus = Path(__file__).parent / "avahi-dbus.conf"
        configuration = self._folder / "avahi.conf"
        configuration.write_text(CONFIGURATION)
        script = textwrap.dedent(
            f"""
            set -e
            mount -t tmpfs none /run
            mkdir -p /run/loket-test /run/avahi-daemon
            chown avahi:avahi /run/avahi-daemon
            chmod 755 /run/loket-test
            dbus-daemon --config-file={bus} --nofork --nopidfile &
            while [ ! -S /run/loket-test/bus ]; do sleep 0.05; done
            export DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/loket-test/bus
            exec avahi-daemon --no-chroot --no-rlimits --no-drop-root -f {configuration}
            """
        )
        log = self._stack.enter_context((self._folder / "avahi.log").open("w"))
        process = subprocess.Popen(
            [
                *("ip", "netns", "exec", self.theirs),
                *("unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script),
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        self._stack.callback(process.wait, 30)
        self._stack.callback(process.kill)
        return process

    def with_avahi(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command beside Avahi."""
        return subprocess.run(self._beside(command), capture_output=True, text=True, check=False)

    def start_with_avahi(self, *command: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            self._beside(command),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._stack.callback(_end, process)
        return process

    def interrupt(self, process: subprocess.Popen[str]) -> None:
        """End a command beside Avahi in good order; nsenter itself passes no signal on."""
        os.killpg(process.pid, signal.SIGTERM)

    def start_ours(self, program: str) -> subprocess.Popen[str]:
        """Start a Python program at our end."""
        command = ["ip", "netns", "exec", self.ours, sys.executable, "-u", "-c"]
        environment = {**os.environ, "LOKET_MDNS_INTERFACES": "10.77.0.1"}
        process = subprocess.Popen(
            [*command, textwrap.dedent(program)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
        )
        self._stack.callback(_end, process)
        return process

    def _beside(self, command: tuple[str, ...]) -> list[str]:
        inside = Path(f"/proc/{self._avahi.pid}/task/{self._avahi.pid}/children").read_text()
        shell = inside.split()[0]
        return [
            *("nsenter", "--target", shell, "--mount", "--net", "--pid", "env"),
            "DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/loket-test/bus",
            *command,
        ]

    def wait_avahi(self) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            log = (self._folder / "avahi.log").read_text()
            if "Server startup complete" in log:
                return
            time.sleep(0.05)  # until it says so
        raise AssertionError("Avahi did not start:\n" + (self._folder / "avahi.log").read_text())


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait(30)
    if process.stdout:
        process.stdout.close()


@pytest.fixture
def office(tmp_path):
    assert os.geteuid() == 0, "network namespaces need root"
    for program in ("avahi-daemon", "avahi-browse", "avahi-publish", "dbus-daemon", "ip"):
        assert shutil.which(program), f"{program} is missing: see the apt packages in the README"
    with ExitStack() as stack:
        office = Office(tmp_path, stack)
        office.wait_avahi()
        yield office
