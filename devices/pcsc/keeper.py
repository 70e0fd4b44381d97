"""Keeps one pcscd with the virtual reader alive as long as anybody holds the lease.

Run inside a fresh network namespace: `unshare --net python -m devices.pcsc.keeper FOLDER`.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

FIRST_PORT = 35963
VPCD_LIBRARY = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
# every channel has two slots, on its port and the next
_NAMES = ("Virtual PCD", "Virtual PCD B", "Virtual PCD C", "Virtual PCD D")


def main() -> None:
    """Run pcscd until the lease in the folder of the first argument is free."""
    lease = Path(sys.argv[1]) / "lease"
    _open_loopback()
    with tempfile.TemporaryDirectory(prefix="loket-vpcd-") as folder:
        # pcscd reads every file of its table's folder: the libraries stand beside it
        table = Path(folder) / "readers"
        table.mkdir()
        (table / "vpcd").write_text(reader_table(Path(folder)))
        # setpriv: pcscd ends with its keeper, however the keeper ends
        command = [
            "setpriv",
            "--pdeathsig",
            "TERM",
            "pcscd",
            "--foreground",
            "--config",
            str(table),
        ]
        pcscd = subprocess.Popen(command)
        threading.Thread(target=_end_with_lease, args=(lease, pcscd), daemon=True).start()
        pcscd.wait()


def reader_table(folder: Path) -> str:
    """Return pcscd's reader.conf with four virtual readers of two slots.

    The driver keeps its slots in global variables: each reader gets a copy of it in `folder`.
    """
    rows = []
    for place, name in enumerate(_NAMES):
        library = folder / f"libifdvpcd-{place}.so"
        shutil.copy(VPCD_LIBRARY, library)
        channel = f"{FIRST_PORT + 2 * place:#x}"
        rows.append(
            f'FRIENDLYNAME "{name}"\nDEVICENAME /dev/null:{channel}\n'
            f"LIBPATH {library}\nCHANNELID {channel}\n"
        )
    return "\n".join(rows)


def _open_loopback() -> None:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def _end_with_lease(lease: Path, pcscd: subprocess.Popen[bytes]) -> None:
    handle = os.open(lease, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    # held until this process ends: whoever comes now waits, then starts a new one
    pcscd.terminate()


if __name__ == "__main__":
    main()
