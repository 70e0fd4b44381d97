"""A PostgreSQL of our own: made in a folder of its own, on a socket only, gone at the end.

PostgreSQL refuses to run as root: there it runs as `nobody`, and its folder belongs to that user.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psycopg

from hub.placement import Placement, read_placement, write_placement

DEBIAN = Path("/usr/lib/postgresql")
OWNER = "loket"
UNPRIVILEGED = "nobody"
READY_WITHIN_S = 60.0
_LOOK_EVERY_S = 0.05
_INITDB = ("--username", OWNER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8",
           "--no-sync", "--no-instructions")  # fmt: skip

_OFFICE_COLUMNS = """
SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'
AND (column_name = 'office' OR (table_name, column_name) = ('offices', 'id'))
"""


class Cluster:
    """A running PostgreSQL; `durable=False` spares the disk where no power cut is tested."""

    def __init__(self, *, durable: bool = False) -> None:
        # not below a test's folder: a socket's address holds 107 bytes, and others may not look in
        self.folder = Path(tempfile.mkdtemp(prefix="loket-pg-", dir="/tmp"))
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        if os.getuid() == 0:
            user = pwd.getpwnam(UNPRIVILEGED)
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self._run("initdb", "--pgdata", str(self._data), *_INITDB)
        self.start()

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def url(self, database: str) -> str:
        """Return the URL under which a hub reaches `database`."""
        return f"postgresql+psycopg://{OWNER}@/{database}?host={self.folder}"

    def create(self, database: str, *, like: str = "template0") -> str:
        """Create a database, a copy of another one that nobody uses now; return its URL."""
        with self._connect() as connection:
            connection.execute(f"CREATE DATABASE {database} TEMPLATE {like}")  # type: ignore[arg-type]
        return self.url(database)

    def give_own_database(self, copied: Path) -> str:
        """Let a copied hub's folder have a copy of its database too; return the new one's name."""
        placed = read_placement(copied)
        assert placed is not None
        name = f"hub_{secrets.token_hex(8)}"
        original = placed.database.rpartition("/")[2].partition("?")[0]
        write_placement(copied, Placement(self.create(name, like=original), placed.office))
        return name

    def drop(self, database: str) -> None:
        """Drop a database, whoever uses it."""
        with self._connect() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")  # type: ignore[arg-type]

    def wall_off(self, database: str, office: int) -> str:
        """Return the URL of a user that the database lets see and write one office's rows only."""
        role = f"{database}_office_{office}"
        with self._connect(database) as connection:
            connection.execute(f"CREATE ROLE {role} LOGIN")  # type: ignore[arg-type]
            connection.execute(
                f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"  # type: ignore[arg-type]
            )
            for table, column in connection.execute(_OFFICE_COLUMNS).fetchall():
                connection.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
                connection.execute(
                    f"CREATE POLICY own_office ON {table} TO {role} USING ({column} = {office})"
                )
        return self.url(database).replace(f"//{OWNER}@", f"//{role}@")

    def holds_transaction(self, pid: int) -> bool:
        """Return whether a hub's writer has an open transaction and sends nothing now."""
        with self._connect() as connection:
            found = connection.execute(
                "SELECT 1 FROM pg_stat_activity "
                "WHERE application_name = %s AND state = 'idle in transaction'",
                [f"loket writer {pid}"],
            )
            return found.fetchone() is not None

    def end_connections(self, last_query: str) -> int:
        """Cut every connection whose last query is LIKE `last_query`; return how many."""
        with self._connect() as connection:
            cut = connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE %s",
                [last_query],
            )
            return len(cut.fetchall())

    def start(self) -> None:
        """Start, and return when it answers."""
        sync = "on" if self._durable else "off"
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*_as_nobody("--pdeathsig", "INT"), str(_program("postgres")),
                 "-D", str(self._data), "-k", str(self.folder), "-c", "listen_addresses=",
                 "-c", f"fsync={sync}", "-c", "shared_buffers=64MB", "-c", "max_connections=200"],
                stdout=subprocess.DEVNULL, stderr=log, cwd="/",
            )  # fmt: skip
        self._await_ready()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Cut the connections, write a checkpoint and end."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=30)
            self._process = None

    def crash(self) -> None:
        """End at once, as a power cut does."""
        self.stop(signal.SIGQUIT)

    def close(self) -> None:
        """Stop and remove everything."""
        self.crash()
        shutil.rmtree(self.folder)

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _connect(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(host=str(self.folder), user=OWNER, dbname=database, autocommit=True)

    def _await_ready(self) -> None:
        assert self._process is not None
        until = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < until and self._process.poll() is None:
            with suppress(psycopg.OperationalError), self._connect():
                return
            time.sleep(_LOOK_EVERY_S)
        raise RuntimeError("PostgreSQL did not start: " + (self.folder / "log").read_text()[-2000:])

    def _run(self, program: str, *arguments: str) -> None:
        command = [*_as_nobody(), str(_program(program)), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
        if done.returncode:
            message = f"{program} failed: {done.stderr}"
            raise RuntimeError(message)


def _program(name: str) -> Path:
    """Return PostgreSQL's program: Debian keeps it outside of the search path."""
    places = [place / "bin" / name for place in DEBIAN.glob("*") if (place / "bin" / name).exists()]
    if places:
        return max(places, key=lambda place: float(place.parents[1].name))
    found = shutil.which(name)
    if found is None:
        message = f"no {name} here: apt-get install postgresql"
        raise RuntimeError(message)
    return Path(found)


def _as_nobody(*options: str) -> list[str]:
    if os.getuid() != 0:
        return ["setpriv", *options, "--"] if options else []
    group = str(pwd.getpwnam(UNPRIVILEGED).pw_gid)
    return ["setpriv", "--reuid", UNPRIVILEGED, "--regid", group, "--clear-groups", *options, "--"]
