"""How two dates of birth agree: one word for each way in which one person's papers differ."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from hub.cekal.birthdates import Birth
from hub.cekal.vocabulary import Ints

Shorts = npt.NDArray[np.int16]


class Born(IntEnum):
    """The relation of two dates, the most telling first."""

    SAME_DAY = 0
    CONVERTED_DAY = 1
    SWAPPED = 2
    ONE_DIGIT = 3
    TWO_OF_THREE = 4
    SAME_MONTH = 5
    NEAR_YEAR = 6
    OTHER_YEAR = 7
    ONLY_YEAR = 8
    PLACEHOLDER = 9
    CONVERTED_YEAR = 10
    SAME_YEAR = 11
    NEXT_YEAR_PARTIAL = 12
    NEXT_YEAR = 13
    UNKNOWN = 14
    FEW_YEARS = 15
    FAR = 16


_NEXT, _FEW, _DECADE = 2, 7, 10


def born_alike(births: tuple[Birth, ...], on_list: Shorts) -> Ints:
    """Return for K entries (births: K × readings × 3) the best relation to the query's readings."""
    best = np.full(len(on_list), int(Born.FAR), np.int32)
    known = (on_list[:, :, 0] > 0).any(axis=1)
    for birth in births:
        for reading in range(on_list.shape[1]):
            year, month, day = (on_list[:, reading, part].astype(np.int32) for part in range(3))
            relation = _relation(birth, year, month, day, second=reading > 0)
            best = np.minimum(best, np.where(year > 0, relation, int(Born.FAR)))
    if not births:
        return np.full(len(on_list), int(Born.UNKNOWN), np.int32)
    return np.where(known, best, int(Born.UNKNOWN)).astype(np.int32)


def _relation(birth: Birth, year: Ints, month: Ints, day: Ints, *, second: bool) -> Ints:
    apart = np.abs(year - birth.year)
    same_month, same_day = month == birth.month, day == birth.day
    converted = bool(birth.calendar) or second
    if not birth.day or not birth.month:
        return _partial(birth, apart, month, same_month, converted=converted)
    full = (day > 0) & (month > 0)
    placeholder = full & ((day == 1) & ((month == 1) | (month == 7))) | birth.placeholder
    first = Born.CONVERTED_DAY if converted else Born.SAME_DAY
    swapped = (month == birth.day) & (day == birth.month)
    choices = [
        (full & (apart == 0) & same_month & same_day & ~placeholder, first),
        (full & (apart == 0) & placeholder, Born.PLACEHOLDER),
        (full & (apart == 0) & swapped, Born.SWAPPED),
        (full & converted & (apart == 0) & _within(birth, month, day), Born.CONVERTED_DAY),
        (full & (_digits_apart(birth, year, month, day) == 1) & ~placeholder, Born.ONE_DIGIT),
        (full & (apart == 0) & (same_month | same_day), Born.TWO_OF_THREE),
        (
            full & same_month & same_day & ~placeholder & ((apart <= _NEXT) | (apart == _DECADE)),
            Born.NEAR_YEAR,
        ),
        (full & same_month & same_day & ~placeholder, Born.OTHER_YEAR),
        (~full & (apart == 0) & (month > 0) & same_month, Born.SAME_MONTH),
        (~full & (apart == 0) & ((month == 0) | same_month), Born.ONLY_YEAR),
        (np.full(len(year), converted) & (apart <= 1), Born.CONVERTED_YEAR),
        (apart == 0, Born.SAME_YEAR),
        ((apart <= _NEXT) & (~full | placeholder), Born.NEXT_YEAR_PARTIAL),
        (apart <= _NEXT, Born.NEXT_YEAR),
        (apart <= _FEW, Born.FEW_YEARS),
    ]
    return np.select(
        [case for case, _ in choices], [int(born) for _, born in choices], int(Born.FAR)
    )


def _partial(
    birth: Birth, apart: Ints, month: Ints, same_month: npt.NDArray[np.bool_], *, converted: bool
) -> Ints:
    choices = [
        ((apart == 0) & same_month & (birth.month > 0), Born.SAME_MONTH),
        ((apart == 0) & ((month == 0) | (birth.month == 0)), Born.ONLY_YEAR),
        (np.full(len(apart), converted) & (apart <= 1), Born.CONVERTED_YEAR),
        (apart == 0, Born.SAME_YEAR),
        (apart <= _NEXT, Born.NEXT_YEAR_PARTIAL),
        (apart <= _FEW, Born.FEW_YEARS),
    ]
    return np.select(
        [case for case, _ in choices], [int(born) for _, born in choices], int(Born.FAR)
    )


def _within(birth: Birth, month: Ints, day: Ints) -> npt.NDArray[np.bool_]:
    """Two days' grace: the tabular Hijri calendar is not the sighted one."""
    near: npt.NDArray[np.bool_] = np.abs(31 * (month - birth.month) + day - birth.day) <= 3
    return near


def _digits_apart(birth: Birth, year: Ints, month: Ints, day: Ints) -> Ints:
    mine = birth.year * 10_000 + birth.month * 100 + birth.day
    other = year * 10_000 + month * 100 + day
    apart = np.zeros(len(year), np.int32)
    for power in range(8):
        apart += (other // 10**power % 10) != (mine // 10**power % 10)
    # two neighbouring digits in each other's place count as one slip
    for power in range(7):
        high, low = 10 ** (power + 1), 10**power
        turned = mine - mine // low % 100 * low + mine // low % 10 * high + mine // high % 10 * low
        apart = np.where((other == turned) & (apart == 2), 1, apart)
    return apart
