"""Officers: entering them, signing in and out, lock-out after wrong passwords.

Passwords are Argon2id hashes; computing one takes a while, so it happens before a command, in a
thread, never in the writer.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, delete, insert, select, update

from hub.errors import BadInput, Conflict, NotAllowed, NotAuthenticated, NotFound
from hub.events import (
    OfficerAccessChanged,
    OfficerAdded,
    OfficerLockedOut,
    OfficerPasswordChanged,
    OfficerRolesChanged,
    OfficerSignedIn,
    OfficerSignedOut,
)
from hub.models.officer import Officer, OfficerSession
from hub.models.schema import new_id
from hub.office import OfficeConfig
from hub.wire import FieldFault
from hub.writer import Actor, Tx

SESSION_LASTS = timedelta(hours=12)
MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=5)
SHORTEST_PASSWORD = 10
MAY_SUPERVISE = frozenset({"supervisor", "system_admin", "auditor"})
"""The roles that open the supervisor's page."""
ONLY_LOOK = frozenset({"system_admin", "auditor"})
"""Who has no other role serves nobody and changes nothing at a counter."""

_hasher = PasswordHasher()


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is compared at sign-in."""

    officer: str
    password_hash: str
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A signed-in officer and the session they work in."""

    id: str
    name: str
    nip: str
    roles: frozenset[str]
    csrf: str
    counter: int | None
    token_hash: str

    @property
    def reference(self) -> str:
        """Return the officer as events name them."""
        return self.actor.reference

    @property
    def actor(self) -> Actor:
        """Return the officer as the author of commands."""
        return Actor("officer", self.id, self.name, self.roles, self.counter)


@functools.cache
def _nobody() -> str:
    # verified when the login is unknown, so that both cases take the same time
    return _hasher.hash("nobody has this password")


def must_serve(officer: SignedIn) -> None:
    """Refuse an officer who only looks on. Raises NotAllowed `role_missing`."""
    if officer.roles <= ONLY_LOOK:
        raise NotAllowed(
            "role_missing",
            "Your role looks on; it does not work at a counter.",
            id="Peran Anda hanya melihat; tidak bertugas di loket.",
        )


def hash_password(password: str) -> str:
    """Return the Argon2id hash. Raises BadInput `password_short`."""
    if len(password) < SHORTEST_PASSWORD:
        raise BadInput(
            "password_short",
            f"The password needs at least {SHORTEST_PASSWORD} characters.",
            id=f"Kata sandi paling sedikit {SHORTEST_PASSWORD} karakter.",
            fields=[FieldFault(field="password", code="short")],
        )
    return _hasher.hash(password)


def password_matches(password_hash: str, password: str) -> bool:
    """Return whether the password belongs to the hash; takes tens of milliseconds."""
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def add(
    tx: Tx,
    office: OfficeConfig,
    *,
    login: str,
    name: str,
    roles: Iterable[str],
    password_hash: str,
    nip: str = "",
) -> str:
    """Enter an officer, return the id. Raises BadInput `role_unknown`, Conflict `login_taken`."""
    given = _known_roles(office, roles)
    same = select(Officer.id).where(Officer.office == tx.office, Officer.login == login)
    if tx.connection.execute(same).first() is not None:
        raise Conflict("login_taken", "This login exists already.", id="Nama masuk sudah ada.")
    officer = new_id()
    tx.connection.execute(
        insert(Officer).values(
            office=tx.office,
            id=officer,
            login=login,
            name=name,
            nip=nip,
            password_hash=password_hash,
            roles=" ".join(given),
            created_at=tx.at,
        )
    )
    tx.emit(OfficerAdded(officer), subject=officer)
    return officer


def set_access(tx: Tx, *, login: str, active: bool) -> str:
    """Let an officer sign in or not, ending their sessions; return the name. Raises NotFound."""
    officer, name = _named(tx, login)
    _set(tx, officer, active=active)
    _end_sessions(tx, officer)
    tx.emit(OfficerAccessChanged(officer, active), subject=officer)
    return name


def set_roles(tx: Tx, office: OfficeConfig, *, login: str, roles: Iterable[str]) -> str:
    """Give an officer these roles and no others, at once; return the name.

    Raises NotFound `officer_unknown`, BadInput `role_unknown`.
    """
    officer, name = _named(tx, login)
    given = _known_roles(office, roles)
    _set(tx, officer, roles=" ".join(given))
    tx.emit(OfficerRolesChanged(officer, tuple(given)), subject=officer)
    return name


def set_password_of(tx: Tx, *, login: str, password_hash: str) -> str:
    """Give an officer who forgot theirs a password; return the name. Raises NotFound."""
    officer, name = _named(tx, login)
    set_password(tx, officer=officer, password_hash=password_hash)
    return name


def set_password(tx: Tx, *, officer: str, password_hash: str, here: str = "") -> None:
    """Let another password hold; every session ends but the one whose token hash is `here`."""
    _set(tx, officer, password_hash=password_hash, failures=0, locked_until=None)
    _end_sessions(tx, officer, but=here)
    tx.emit(OfficerPasswordChanged(officer), subject=officer)


def credentials(connection: Connection, office_no: int, login: str) -> Credentials:
    """Return what to compare for `login`; for an unknown one a hash that nothing matches."""
    query = select(Officer.id, Officer.password_hash, Officer.locked_until).where(
        Officer.office == office_no, Officer.login == login, Officer.active.is_(True)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return Credentials("", _nobody(), None)
    return Credentials(row.id, row.password_hash, row.locked_until)


def credentials_of(connection: Connection, office_no: int, officer: str) -> Credentials:
    """Return what to compare when a signed-in officer confirms an act with the password."""
    query = select(Officer.login).where(Officer.office == office_no, Officer.id == officer)
    login = connection.execute(query).scalar_one_or_none()
    return credentials(connection, office_no, login or "")


def sign_in(tx: Tx, *, officer: str, token_hash: str, csrf: str) -> None:
    """Open a session of 12 hours and forget earlier failures."""
    _set(tx, officer, failures=0, locked_until=None)
    tx.connection.execute(
        delete(OfficerSession).where(
            OfficerSession.office == tx.office, OfficerSession.expires_at < tx.at
        )
    )
    tx.connection.execute(
        insert(OfficerSession).values(
            office=tx.office,
            token_hash=token_hash,
            officer=officer,
            csrf=csrf,
            created_at=tx.at,
            expires_at=tx.at + SESSION_LASTS,
        )
    )
    tx.emit(OfficerSignedIn(officer), subject=officer)


def note_failure(tx: Tx, *, officer: str) -> None:
    """Count a wrong password; after five the login is locked for five minutes."""
    query = select(Officer.failures).where(Officer.office == tx.office, Officer.id == officer)
    failures = tx.connection.execute(query).scalar_one() + 1
    if failures < MOST_FAILURES:
        _set(tx, officer, failures=failures)
        return
    _set(tx, officer, failures=0, locked_until=tx.at + LOCKED_FOR)
    tx.emit(OfficerLockedOut(officer), subject=officer)


def sign_out(tx: Tx, *, officer: str, token_hash: str) -> None:
    """End a session."""
    tx.connection.execute(
        delete(OfficerSession).where(
            OfficerSession.office == tx.office, OfficerSession.token_hash == token_hash
        )
    )
    tx.emit(OfficerSignedOut(officer), subject=officer)


def sit_at(tx: Tx, *, token_hash: str, counter: int) -> None:
    """Remember at which counter a session works."""
    tx.connection.execute(
        update(OfficerSession)
        .where(OfficerSession.office == tx.office, OfficerSession.token_hash == token_hash)
        .values(counter=counter)
    )


def session(connection: Connection, office_no: int, token_hash: str, at: datetime) -> SignedIn:
    """Return the signed-in officer. Raises NotAuthenticated `session_over`."""
    query = (
        select(
            OfficerSession.officer,
            OfficerSession.csrf,
            OfficerSession.counter,
            Officer.name,
            Officer.nip,
            Officer.roles,
        )
        .join(
            Officer,
            (Officer.office == OfficerSession.office) & (Officer.id == OfficerSession.officer),
        )
        .where(
            OfficerSession.office == office_no,
            OfficerSession.token_hash == token_hash,
            OfficerSession.expires_at > at,
            Officer.active.is_(True),
        )
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotAuthenticated("session_over", "Please sign in.", id="Silakan masuk.")
    return SignedIn(
        id=row.officer,
        name=row.name,
        nip=row.nip,
        roles=frozenset(row.roles.split()),
        csrf=row.csrf,
        counter=row.counter,
        token_hash=token_hash,
    )


def _set(tx: Tx, officer: str, **values: object) -> None:
    tx.connection.execute(
        update(Officer).where(Officer.office == tx.office, Officer.id == officer).values(**values)
    )


def _named(tx: Tx, login: str) -> tuple[str, str]:
    """Return the id and the name of who signs in by `login`. Raises NotFound."""
    query = select(Officer.id, Officer.name).where(
        Officer.office == tx.office, Officer.login == login
    )
    found = tx.connection.execute(query).one_or_none()
    if found is None:
        raise NotFound(
            "officer_unknown", "Nobody signs in by this name.", id="Tidak ada nama masuk itu."
        )
    return found.id, found.name


def _known_roles(office: OfficeConfig, roles: Iterable[str]) -> list[str]:
    """Return the roles in their order, each once. Raises BadInput `role_unknown`."""
    given = sorted(set(roles))
    wrong = [role for role in given if office.role(role) is None]
    if wrong:
        known = ", ".join(role.code for role in office.roles)
        raise BadInput(
            "role_unknown",
            f"No such role: {', '.join(wrong)}. Roles are {known}.",
            id=f"Peran tidak dikenal: {', '.join(wrong)}. Peran: {known}.",
            fields=[FieldFault(field="roles", code="unknown")],
        )
    return given


def _end_sessions(tx: Tx, officer: str, but: str = "") -> None:
    tx.connection.execute(
        delete(OfficerSession).where(
            OfficerSession.office == tx.office,
            OfficerSession.officer == officer,
            OfficerSession.token_hash != but,
        )
    )
