import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
APART = ("unshare", "--net", "--mount", "--propagation", "private")
# pcscd's socket has one name on every machine
OWN_SOCKET = 'mount -t tmpfs tmpfs /run/pcscd && exec "$@"'


def test_pcscd_and_its_cards_are_told_as_they_come_and_go() -> None:
    """Nothing is looked for in between: each line was printed after an event."""
    Path("/run/pcscd").mkdir(exist_ok=True)
    program = [sys.executable, str(HERE / "cards_come_and_go.py")]

    told = subprocess.run(
        [*APART, "sh", "-c", OWN_SOCKET, "sh", *program],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (told.stdout.splitlines(), told.stderr) == (
        ["readers came", "card came", "card went", "readers went", "left running: []"],
        "",
    )
