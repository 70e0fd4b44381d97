"""How two dates of birth agree: one word for each way in which one person's papers differ."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from hub.cekal.birthdates import Birth
from hub.cekal.vocabulary import Ints

Shorts = npt.NDArray[np.int16]
Flags = npt.NDArray[np.bool_]


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
_LAST_DAYS = 28
"""From this day on a month has days that another year or month may lack."""


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
        return _partial(birth, apart, month, day, converted=converted)
    full = (day > 0) & (month > 0)
    placeholder = _stands_for_unknown(month, day) | birth.placeholder
    first = Born.CONVERTED_DAY if converted else Born.SAME_DAY
    swapped = (month == birth.day) & (day == birth.month)
    near_year = (apart <= _NEXT) | (apart == _DECADE)
    near_day = same_day | ((day >= _LAST_DAYS) & (birth.day >= _LAST_DAYS))
    choices = [
        (full & (apart == 0) & same_month & same_day & ~placeholder, first),
        ((month > 0) & (apart == 0) & placeholder & ~(~full & same_month), Born.PLACEHOLDER),
        (full & (apart == 0) & swapped, Born.SWAPPED),
        (full & converted & (apart == 0) & _within(birth, month, day), Born.CONVERTED_DAY),
        (full & _one_slip(birth, year, month, day) & ~placeholder, Born.ONE_DIGIT),
        (full & (apart == 0) & (same_month | same_day), Born.TWO_OF_THREE),
        (full & same_month & near_day & ~placeholder & near_year, Born.NEAR_YEAR),
        (full & same_month & same_day & ~placeholder, Born.OTHER_YEAR),
        (~full & (apart == 0) & (month > 0) & same_month, Born.SAME_MONTH),
        (~full & (apart == 0) & ((month == 0) | same_month), Born.ONLY_YEAR),
        (np.full(len(year), converted) & (apart <= 1), Born.CONVERTED_YEAR),
        (apart == 0, Born.SAME_YEAR),
        (near_year & ~full, Born.NEXT_YEAR_PARTIAL),
        ((apart <= _NEXT) & placeholder, Born.NEXT_YEAR_PARTIAL),
        (apart <= _NEXT, Born.NEXT_YEAR),
        (apart <= _FEW, Born.FEW_YEARS),
    ]
    return np.select(
        [case for case, _ in choices], [int(born) for _, born in choices], int(Born.FAR)
    )


def _partial(birth: Birth, apart: Ints, month: Ints, day: Ints, *, converted: bool) -> Ints:
    choices = [
        ((apart == 0) & (month == birth.month) & (birth.month > 0), Born.SAME_MONTH),
        ((apart == 0) & ((month == 0) | (birth.month == 0)), Born.ONLY_YEAR),
        ((apart == 0) & _stands_for_unknown(month, day), Born.PLACEHOLDER),
        (np.full(len(apart), converted) & (apart <= 1), Born.CONVERTED_YEAR),
        (apart == 0, Born.SAME_YEAR),
        ((apart <= _NEXT) | (apart == _DECADE), Born.NEXT_YEAR_PARTIAL),
        (apart <= _FEW, Born.FEW_YEARS),
    ]
    return np.select(
        [case for case, _ in choices], [int(born) for _, born in choices], int(Born.FAR)
    )


def _stands_for_unknown(month: Ints, day: Ints) -> Flags:
    first: Flags = (day == 1) & ((month == 1) | (month == 7))
    return first


def _within(birth: Birth, month: Ints, day: Ints) -> Flags:
    """Two days' grace: the tabular Hijri calendar is not the sighted one."""
    near: Flags = np.abs(31 * (month - birth.month) + day - birth.day) <= 3
    return near


def _one_slip(birth: Birth, year: Ints, month: Ints, day: Ints) -> Flags:
    """One digit, two turned ones, or one day or month more or less."""
    steps = np.abs(month - birth.month) + np.abs(day - birth.day)
    slip: Flags = (_digits_apart(birth, year, month, day) == 1) | (
        (year == birth.year) & (steps == 1)
    )
    return slip


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
