"""Options by name, of an address or of a simulator: read once, refused in words, never guessed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from devices.address import Address
from devices.errors import AddressError


@dataclass(frozen=True, slots=True)
class Options:
    """What was given; `refuse` makes the error out of the words about a wrong one."""

    given: Mapping[str, str]
    refuse: Callable[[str], Exception] = ValueError

    def only(self, *known: str) -> None:
        """Refuse every option that is not `known`: a misspelt one would be silently without it."""
        unknown = sorted(set(self.given) - set(known))
        if unknown:
            listed = ", ".join(sorted(known)) or "-"
            words = f"'{unknown[0]}' bukan pilihan / '{unknown[0]}' is no option: {listed}"
            raise self.refuse(words)

    def whole(self, name: str, otherwise: int, *, least: int = 0, most: int = 2**31) -> int:
        """Return a whole number between `least` and `most`."""
        given = self.given.get(name, str(otherwise))
        if not (given.isascii() and given.isdigit() and least <= int(given) <= most):
            raise self._no_number(name, least, most)
        return int(given)

    def number(
        self, name: str, otherwise: float, *, least: float = 0.0, most: float = 86_400.0
    ) -> float:
        """Return a number between `least` and `most`."""
        try:
            found = float(self.given.get(name, otherwise))
        except ValueError:
            found = math.nan
        if not least <= found <= most:
            raise self._no_number(name, least, most)
        return found

    def one_of(self, name: str, known: Sequence[str]) -> str:
        """Return one of the `known` answers, the first if the option was not given."""
        given = self.given.get(name, known[0])
        if given not in known:
            listed = ", ".join(one or "(kosong / empty)" for one in known)
            words = f"{name}={given} tidak dikenal / {name}={given} is unknown; {name}: {listed}"
            raise self.refuse(words)
        return given

    def _no_number(self, name: str, least: float, most: float) -> Exception:
        bounds = f"{least:g}-{most:g}"
        told = f"{name}={self.given.get(name, '')}"
        return self.refuse(f"{told}: tulis bilangan {bounds} / {told}: write a number {bounds}")


def options_of(address: Address) -> Options:
    """Return the options of `address`; what is wrong with one is an AddressError."""
    return Options(address.options, lambda words: AddressError(f"{words}", address=str(address)))


def no_fault(name: str, known: Iterable[str]) -> ValueError:
    """Return the error of a simulator that has no fault `name`."""
    return ValueError(
        f"tidak ada gangguan '{name}' / no fault '{name}'; ada / known: {', '.join(known)}"
    )
