"""A long list in pages: none of its rows is out of reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

T = TypeVar("T")
SIZE = 20


@dataclass(frozen=True, slots=True)
class Paged(Generic[T]):
    """The rows of one page, and which of how many it is, from 1."""

    rows: tuple[T, ...]
    page: int
    pages: int
    count: int
    """The rows of all pages together."""


def paged(session: Session, query: Select[T], page: int, size: int = SIZE) -> Paged[T]:
    """Return a page of an ordered query; one that is not there is the nearest that is."""
    count = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    pages = max(1, -(-count // size))
    page = min(max(1, page), pages)
    rows = session.scalars(query.offset((page - 1) * size).limit(size)).all()
    return Paged(tuple(rows), page, pages, count)
