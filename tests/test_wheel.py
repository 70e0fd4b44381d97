"""The built wheel, installed outside of the checkout, is the whole program."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("kiosk", "counter_agent", "hub", "devices")
ON_A_SCREEN_OR_PAPER = {
    ".toml", ".kv", ".typ", ".ttf", ".woff2", ".css", ".js", ".html", ".svg", ".mo", ".mako",
}  # fmt: skip

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]

A_PAPER = """
from datetime import UTC, datetime
from hub.letters import Imprint, Letterhead, MissingItem, MissingList
from hub.letters.compose import compose
from hub.wire import Words

at = datetime(2026, 11, 23, 3, 42, tzinfo=UTC)
words = Words(id="Fotokopi paspor", en="Copy of the passport")
head = Letterhead(
    lines=("Direktorat Jenderal Imigrasi",), office="Kantor Contoh", address="Jalan Contoh 1",
    contact="contoh.example", place="Contoh", zone="Asia/Jakarta", complaints=words,
)
imprint = Imprint(
    case_code="7KQ2M9", paper_number="1", printed_at=at, payload="LKT1:7KQ2M9", short_code="7KQ2"
)
paper = MissingList(
    imprint=imprint, queue_number="A-001", applicant="ERIKSSON, ANNA MARIA", service=words,
    checked_at=at, counter=1, back_before="14.30", missing=(MissingItem(what=words, where=words),),
    complete=(), checklist=words, officer="Siti Contoh",
)
print(compose(head, paper)[:5].decode())
"""

A_TICKET = """
from datetime import UTC, datetime
from hub.wire import Words
from kiosk.ticket import TicketPaper, render_ticket

paper = TicketPaper(
    number="A-001", service=Words(id="Informasi", en="Information"),
    issued_at=datetime(2026, 11, 23, 3, 42, tzinfo=UTC), zone="Asia/Jakarta", office="Contoh",
)
print(render_ticket(paper).width_dots)
"""


@dataclass(frozen=True)
class Installed:
    """An environment that has the wheel, and the locked packages but not the checkout."""

    wheel: Path
    folder: Path

    @property
    def loket(self) -> str:
        return str(self.folder / "venv/bin/loket")

    def run(self, *command: str) -> str:
        told = subprocess.run(
            command, cwd=self.folder, env=bare_environment(), capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert told.returncode == 0, told.stdout + told.stderr
        return told.stdout

    def python(self, program: str) -> str:
        return self.run(str(self.folder / "venv/bin/python"), "-W", "error", "-c", program)


def bare_environment() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if name not in ("PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME")
    }


def files_of_the_project() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [Path(name) for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]


def build(folder: Path) -> Path:
    clean = folder / "clean"
    for file in files_of_the_project():
        (clean / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, clean / file)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder / "dist"],
        cwd=clean, env=bare_environment(), capture_output=True, check=True,
    )  # fmt: skip
    [wheel] = (folder / "dist").glob("*.whl")
    return wheel


def install(wheel: Path, folder: Path) -> None:
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    python = folder / "venv/bin/python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps",
         "--no-index", "--disable-pip-version-check", wheel],
        env=bare_environment(), capture_output=True, check=True,
    )  # fmt: skip
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    # a folder added by a .pth file is not searched for further .pth files: the checkout's
    # editable link stays out
    link = folder / "venv/lib" / version / "site-packages/locked.pth"
    link.write_text(sysconfig.get_paths()["purelib"] + "\n")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("wheel")
    wheel = build(folder)
    install(wheel, folder)
    return Installed(wheel, folder)


@pytest.fixture(scope="module")
def office(installed: Installed) -> Path:
    folder = installed.folder / "office"
    installed.run(installed.loket, "hub", "init", "--data", str(folder))
    return folder


@pytest.fixture(scope="module")
def hub_url(installed: Installed, office: Path) -> Iterator[str]:
    serving = subprocess.Popen(
        [installed.loket, "hub", "serve", "--data", office, "--plain", "--port", "0",
         "--interface", "127.0.0.1"],
        cwd=installed.folder, env=bare_environment() | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with serving:
        ready = serving.stdout.readline().split()
        assert ready[:1] == ["ready"]
        yield ready[1]
        serving.send_signal(signal.SIGTERM)
        assert serving.wait(timeout=30) == 0


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=30) as answer:
        assert answer.status == 200
        return answer.read()


def test_every_file_that_is_shown_or_printed_is_in_the_wheel(installed: Installed) -> None:
    ours = {
        file.as_posix()
        for file in files_of_the_project()
        if file.parts[0] in PACKAGES and (file.suffix in {".py", *ON_A_SCREEN_OR_PAPER})
    }

    with zipfile.ZipFile(installed.wheel) as wheel:
        packed = set(wheel.namelist())

    assert ours - packed == set()
    assert "kiosk/locale/id.toml" in packed
    assert any(name.endswith(".kv") for name in packed)


def test_the_wheel_holds_nothing_but_the_packages(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        tops = {name.partition("/")[0] for name in wheel.namelist()}

    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_what_runs_is_the_wheel_and_not_the_checkout(installed: Installed) -> None:
    program = (
        "import kiosk, counter_agent, hub, devices as d; "
        + "print("
        + ("*(m.__file__ for m in (kiosk, counter_agent, hub, d)), sep='\\n')")
    )

    places = installed.python(program).split()

    assert all(Path(place).is_relative_to(installed.folder / "venv") for place in places)


def test_it_says_its_version(installed: Installed) -> None:
    name, version = installed.run(installed.loket, "--version").split()

    assert name == "loket"
    assert f"-{version}-" in installed.wheel.name


def test_a_paper_is_set(installed: Installed) -> None:
    assert installed.python(A_PAPER) == "%PDF-\n"


def test_a_ticket_is_drawn(installed: Installed) -> None:
    assert installed.python(A_TICKET) == "576\n"


def test_every_entry_point_loads(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        [named] = [one for one in wheel.namelist() if one.endswith("/entry_points.txt")]
        listed = configparser.ConfigParser(delimiters="=")
        listed.read_string(wheel.read(named).decode())
    wanted = {f"{group}:{name}" for group in listed for name in listed[group] if "loket" in group}

    loaded = installed.python(
        "from importlib.metadata import entry_points\n"
        "for group in ('loket.commands', 'loket.devices', 'loket.simulators'):\n"
        "    for entry in entry_points(group=group):\n"
        "        assert callable(entry.load()), entry\n"
        "        print(f'{group}:{entry.name}')"
    )

    assert set(loaded.split()) == wanted


def test_an_office_is_created_and_found_sound(installed: Installed, office: Path) -> None:
    told = installed.run(installed.loket, "hub", "check", "--data", str(office))

    assert (office / "office.toml").exists()
    assert told.startswith("sound")


def test_the_hub_serves_its_pages_with_their_assets(hub_url: str) -> None:
    page = fetch(f"{hub_url}/display").decode()

    assets = set(re.findall(r"(?:href|src)=\"(/static/[^\"]+)\"", page))

    assert any(".css" in asset for asset in assets)
    for asset in assets:
        assert fetch(hub_url + asset.partition("#")[0])
