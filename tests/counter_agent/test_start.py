"""Starting an agent: its settings, its token, the hub on the network, its folder."""

import asyncio
import selectors
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from counter_agent.config import Asked, settings_from
from counter_agent.errors import StateInUse, WrongSettings
from counter_agent.keys import station_fingerprint
from counter_agent.outbox import Outbox
from devices.address import shown_address
from hub.announce import Announcer


class SilentHub:
    """Takes every connection and never answers."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._callers: list[socket.socket] = []
        self._thread = threading.Thread(target=self._hear)
        self._thread.start()

    @property
    def is_asked(self) -> bool:
        """Whether somebody has asked and still waits for the answer."""
        return bool(self._callers)

    def __enter__(self) -> "SilentHub":
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(60)
        for one in (self._listener, *self._callers):
            one.close()

    def _hear(self) -> None:
        with selectors.DefaultSelector() as ready:
            ready.register(self._listener, selectors.EVENT_READ)
            while True:
                for key, _ in ready.select():
                    if key.fileobj is not self._listener:
                        self._read(ready, key.fileobj)
                    elif not self._accept(ready):
                        return

    def _accept(self, ready: selectors.BaseSelector) -> bool:
        try:
            caller, _ = self._listener.accept()
        except OSError:  # shut down: the test is over
            return False
        ready.register(caller, selectors.EVENT_READ)
        self._callers.append(caller)
        return True

    def _read(self, ready: selectors.BaseSelector, caller: socket.socket) -> None:
        if not caller.recv(4096):
            ready.unregister(caller)
            self._callers.remove(caller)
            caller.close()


@pytest.fixture
def announced() -> Iterator[Callable[[int, str], None]]:
    """Announce hubs on the loopback network until the test ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    announcers: list[Announcer] = []

    def announce(port: int, office: str) -> None:
        announcers.append(Announcer(port, "http", office, ["127.0.0.1"]))
        asyncio.run_coroutine_threadsafe(announcers[-1].start(), loop).result(60)

    yield announce
    for announcer in announcers:
        asyncio.run_coroutine_threadsafe(announcer.stop(), loop).result(60)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(60)
    loop.close()


def asked(tmp_path, **changes):
    token = tmp_path / "token"
    token.write_text("secret\n")
    return Asked(**{"counter": 3, "token_file": token, "state": tmp_path / "s", **changes})


def test_the_command_line_wins_over_the_file(tmp_path):
    file = tmp_path / "agent.toml"
    file.write_text(
        'counter = 5\nhub = "https://a:1"\ninterfaces = ["10.0.0.1"]\n'
        '[devices]\ncamera = "camera:/dev/video0"\nscanner = "sane:x"\n'
    )

    settings = settings_from(asked(tmp_path, config=file, devices=("scanner=sane:test:0",)))

    assert settings.counter == 3
    assert settings.hub == "https://a:1"
    assert settings.interfaces == ("10.0.0.1",)
    assert settings.devices == {"camera": "camera:/dev/video0", "scanner": "sane:test:0"}
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"counter": None}, "--counter"),
        ({"counter": 0}, "--counter"),
        ({"hub": "http://192.168.1.5:8000"}, "no TLS"),
        ({"hub": "localhost"}, "no address of a hub"),
        ({"devices": ("toaster=r30x:/dev/x",)}, "toaster"),
        ({"devices": ("scanner",)}, "ROLE=ADDRESS"),
        ({"devices": ("scanner=nonsense",)}, "device scanner"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, changes, named):
    with pytest.raises(WrongSettings, match=named):
        settings_from(asked(tmp_path, **changes))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("counter = \nhub = 1", "line 1"),
        ("countr = 3", "countr"),
        ('counter = "three"', "counter"),
    ],
)
def test_a_wrong_file_is_named_with_its_fault(tmp_path, text, named):
    file = tmp_path / "agent.toml"
    file.write_text(text)

    with pytest.raises(WrongSettings, match=named) as error:
        settings_from(asked(tmp_path, config=file))

    assert "agent.toml" in str(error.value)


def test_a_missing_token_says_how_to_get_one(tmp_path):
    with pytest.raises(WrongSettings, match="loket hub token"):
        settings_from(asked(tmp_path, token_file=tmp_path / "nowhere"))


def test_a_password_in_an_address_is_never_shown():
    shown = shown_address("camera:http://admin:geheim@10.0.0.4/cam.mjpg")

    assert shown == "camera:http://…@10.0.0.4/cam.mjpg"


def test_the_stations_key_stays_the_same(tmp_path):
    assert station_fingerprint(tmp_path) == station_fingerprint(tmp_path)
    assert len(station_fingerprint(tmp_path)) == 64
    assert (tmp_path / "station.key").stat().st_mode & 0o777 == 0o600


def test_two_agents_never_share_a_state_folder(tmp_path):
    first = Outbox(tmp_path)

    with pytest.raises(StateInUse, match="--state"):
        Outbox(tmp_path)

    first.close()
    Outbox(tmp_path).close()


def test_a_wrong_token_ends_the_agent_in_words(hub, start_agent):
    hub.revoked = True

    agent = start_agent(ready=False)

    assert agent.process.wait(60) == 1
    assert agent.said("refused the token")


def test_another_counters_token_ends_the_agent_in_words(hub, start_agent):
    hub.counter = 4

    agent = start_agent(ready=False)

    assert agent.process.wait(60) == 1
    assert agent.said("belongs to counter 4, not to counter 3")


def test_a_token_revoked_later_ends_the_agent(hub, start_agent):
    agent = start_agent()

    hub.revoked = True

    assert agent.process.wait(60) == 1
    assert agent.said("refused the token")


def test_wrong_use_has_exit_code_2(start_agent):
    agent = start_agent({"toaster": "r30x:/dev/x"}, ready=False)

    assert agent.process.wait(60) == 2


def test_without_an_address_the_hub_is_found_on_the_network(hub, announced, start_agent):
    agent = start_agent(hub_url="", ready=False)

    announced(hub.port, "JKT-TEST-AGENT")
    agent.wait_ready()

    assert agent.said("found the hub")


def test_hubs_that_are_not_ours_are_asked_all_at_once(hub, announced, start_agent, wait):
    with SilentHub() as one, SilentHub() as two:
        for silent in (one, two):
            announced(silent.port, f"JKT-FOREIGN-{silent.port}")

        agent = start_agent(hub_url="", ready=False)
        wait(lambda: one.is_asked and two.is_asked, "both asked at the same time")
        announced(hub.port, "JKT-TEST-AGENT")
        agent.wait_ready()

    assert agent.said("found the hub 'Loket JKT-TEST-AGENT")


def test_the_agent_reports_itself_with_version_and_devices(hub, simulate, start_agent):
    printer = simulate("escpos")

    start_agent({"ticket_printer": printer.address})
    hub.wait_lamp("ticket_printer", "ready")

    report = hub.reports[-1]
    assert report.version
    assert len(report.boot) == 32
    assert [device.address for device in report.devices] == [printer.address]
