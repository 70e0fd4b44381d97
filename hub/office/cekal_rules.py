"""The rules of SOP Cekal as an office file writes them: kinds, rights, re-checks, who is asked."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import PurePath
from typing import Annotated, Final, Literal
from urllib.parse import SplitResult, urlsplit

import msgspec

from hub.office.faults import Fault
from hub.office.queue_rules import Code
from hub.rulefile import Rule
from hub.wire import Words

OWN_LIST: Final = "list"
SERVICE: Final = "service"
SOURCES: Final = "loket.cekal_sources"
"""The entry-point group of sources of another kind."""
_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")

Kind = Literal["cegah", "tangkal"]
Roles = tuple[Code, ...]
Days = Annotated[int, msgspec.Meta(ge=1, le=366)]


class CekalRules(Rule, frozen=True, kw_only=True):
    """Which entries hold a case, who may do what, and when a case is checked again.

    `enter` and `verify` are two rights: what one person put into the list counts once another has
    verified it. `confirm` may give a first or second verdict, `decide` settles two that disagree.
    """

    shown: tuple[Kind, ...] = ("cegah", "tangkal")
    holds: tuple[Kind, ...] = ("cegah",)
    source: Annotated[str, msgspec.Meta(max_length=40)] = OWN_LIST
    answers_within_s: Annotated[int, msgspec.Meta(ge=1, le=120)] = 10
    national_check_days: Days = 30
    recheck_before: tuple[str, ...] = ("6", "9", "11")
    warn_days: Days = 30
    nearest: Annotated[int, msgspec.Meta(ge=1, le=20)] = 5
    enter: Roles = ("watchlist_entry",)
    verify: Roles = ("watchlist_verifier",)
    examine: Roles = ("watchlist_examiner",)
    confirm: Roles = ("watchlist_examiner", "watchlist_head")
    propose: Roles = ("watchlist_head",)
    decide: Roles = ("legaliser",)
    confirmed: bool = False
    confirmed_by: str = ""

    @property
    def sees(self) -> frozenset[str]:
        """Return the roles that see how a case stands with the list."""
        return frozenset((*self.examine, *self.confirm, *self.propose, *self.decide))

    @property
    def browses(self) -> frozenset[str]:
        """Return the roles that may open the list itself."""
        return self.sees | {*self.enter, *self.verify}


class CekalService(Rule, frozen=True, kw_only=True):
    """The `[cekal_service]` of an office file: a service that is asked in place of the list.

    `name` is what people read and what is kept with each check. The token stands in a file that
    only the hub can read; `ca_file` holds the authority of a service whose certificate this
    machine does not trust by itself.
    """

    name: Annotated[str, msgspec.Meta(max_length=24)] = ""
    url: Annotated[str, msgspec.Meta(max_length=300)] = ""
    token_file: str = ""
    ca_file: str = ""


def cekal_faults(rules: CekalRules, service: CekalService) -> Iterator[Fault]:
    """Yield why nobody could be asked."""
    if rules.source == SERVICE:
        yield from _service_faults(service)
    elif rules.source != OWN_LIST and not entry_points(group=SOURCES, name=rules.source):
        todo = Words(
            id='Tulis "list", "service", atau pasang paket sumber itu di mesin ini.',
            en='Write "list", "service", or install the package of that source on this machine.',
        )
        says = f"the source {rules.source} is not installed"
        yield Fault("cekal-source", says, todo, ("cekal", "source"))


def _service_faults(service: CekalService) -> Iterator[Fault]:
    for key in ("name", "url"):
        if not getattr(service, key):
            todo = Words(
                id="Tulis nama dan alamat layanan pada [cekal_service].",
                en="Write the service's name and address in [cekal_service].",
            )
            yield Fault(f"cekal-service-{key}", f"service needs {key}", todo, ("cekal", "source"))
    for key in ("token_file", "ca_file"):
        path = getattr(service, key)
        if path and not PurePath(path).is_absolute():
            todo = Words(
                id="Tulis jalur lengkap berkas di luar folder hub.",
                en="Write the whole path of a file outside of the hub's folder.",
            )
            says = f"service needs the whole path of {key}"
            yield Fault(f"cekal-service-{key}", says, todo, ("cekal_service", key))
    if service.url:
        yield from _url_faults(service.url)


def _url_faults(url: str) -> Iterator[Fault]:
    place = ("cekal_service", "url")
    address = _address(url)
    if address is None or address.username or address.query or address.fragment:
        todo = Words(
            id="Tulis alamat seperti https://layanan.example.go.id/cekal; token dalam token_file.",
            en="Write an address as https://service.example.go.id/cekal; the token in token_file.",
        )
        yield Fault("cekal-service-url", "url is no address of a service", todo, place)
    elif address.scheme != "https" and address.hostname not in _THIS_MACHINE:
        todo = Words(
            id="Pakai https; http hanya untuk layanan pada mesin ini.",
            en="Use https; http only for a service on this machine.",
        )
        yield Fault("cekal-service-url", "names never go out in clear", todo, place)


def _address(url: str) -> SplitResult | None:
    try:
        found = urlsplit(url)
        whole = found.scheme in ("http", "https") and found.hostname and found.port != 0
    except ValueError:  # a port that is none, an unclosed bracket
        return None
    return found if whole and not any(sign.isspace() for sign in url) else None
