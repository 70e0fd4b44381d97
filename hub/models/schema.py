"""What all tables share: the office as first key column, ids as UUIDs, instants as microseconds."""

from __future__ import annotations

import os
import struct
from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Dialect, ForeignKey, Index, MetaData, String, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


# RFC 9562 §5.4: all but version and variant is random
_RANDOM_BITS = 0xFFFFFFFF_FFFF_0FFF_3FFF_FFFFFFFFFFFF
_VERSION_4 = 0x00000000_0000_4000_8000_000000000000
# §5.7 with §6.2, method 3: milliseconds, 4096ths of one, 62 random bits
_VERSION_7 = 0x00000000_0000_7000_8000_000000000000
_RANDOM_7 = 0x3FFF_FFFFFFFFFFFF


def new_id() -> str:
    """Return a random UUIDv4 as 32 hex digits."""
    # a ticket takes two: `uuid.uuid4().hex` takes three times as long
    return f"{int.from_bytes(os.urandom(16)) & _RANDOM_BITS | _VERSION_4:032x}"


def new_id_at(at: datetime, chance: int | None = None) -> str:
    """Return a UUIDv7 of the instant `at` as 32 hex digits, for tables that a busy hall fills.

    Later ones are greater: the rows of a batch share a page of each index, where random ids dirty
    a page each (measured: a quarter of the writer's time). Knowing one says nothing of another.
    `chance` is one of `chances`, for who makes many at once.
    """
    millis, micros = divmod(to_micros(at), 1000)
    told = millis << 80 | (micros * 4096 // 1000) << 64
    if chance is None:
        [chance] = chances(1)
    return f"{told | _VERSION_7 | chance & _RANDOM_7:032x}"


def chances(count: int) -> tuple[int, ...]:
    """Return random numbers of 64 bits, each to be used once.

    For every call of the system the interpreter is let go, and a busy event loop keeps it.
    """
    return struct.unpack(f"{count}Q", os.urandom(8 * count))


def to_micros(instant: datetime) -> int:
    """Return microseconds since 1970 of an aware instant."""
    # a ticket takes eight: dividing by a timedelta takes four times as long
    since = instant - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def from_micros(micros: int) -> datetime:
    """Return the aware UTC instant of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=micros)


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Return an index over the rows for which `where` holds.

    The migrations make it, on both databases. Its condition stands here for SQLite alone: an
    argument for PostgreSQL would load that whole dialect, 2 MB, into every hub.
    """
    return Index(name, *columns, unique=unique, sqlite_where=text(where))


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime kept as BIGINT microseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Store microseconds."""
        del dialect
        return None if value is None else to_micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Read microseconds."""
        del dialect
        return None if value is None else from_micros(value)


class Base(DeclarativeBase):
    """Declarative base with named constraints, so that migrations can address them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Instant, str: Text}  # noqa: RUF012 — SQLAlchemy's own name


class Office(Base):
    """The head row of an office: the last sequence number and seal of its event chain."""

    __tablename__ = "offices"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    seq: Mapped[int] = mapped_column(BigInteger, default=0)
    seal: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime]


class InOffice:
    """Makes the office the first column of the primary key."""

    office: Mapped[int] = mapped_column(
        ForeignKey("offices.id"), primary_key=True, autoincrement=False, sort_order=-100
    )


class WithId(InOffice):
    """Adds an id as the second key column: a random one unless the row is given another."""

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id, sort_order=-99)
