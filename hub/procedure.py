"""What a case is worked with: the office's rules, the procedure, the keys and the files."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from hub.blobs import Blobs
from hub.cekal.listing import StoredList
from hub.countries import Countries
from hub.keys import Keyring
from hub.office import OfficeConfig
from hub.office.config import Tariff
from hub.sop import Sop

if TYPE_CHECKING:
    from devices.emrtd.trust import TrustStore


@dataclass(frozen=True, slots=True)
class Procedure:
    """Made once when the hub starts, handed to every command and view of a case."""

    office: OfficeConfig
    sop: Sop
    keyring: Keyring
    blobs: Blobs
    lists: StoredList
    countries: Countries = field(default_factory=Countries)
    emblem: str | None = None
    """The drawing at the head of the office's papers, if it has one."""

    @property
    def fee(self) -> str:
        """Return the code of the procedure's fee in the office's tariff."""
        return self.sop.sheet.tariff or self.office.treasury.tariff

    def fee_on(self, day: date) -> Tariff | None:
        """Return the procedure's fee in force on `day`, or None."""
        return self.office.tariff(self.fee, day)

    @property
    def trust(self) -> TrustStore:
        """Return the countries' certificates as they are now; call in a thread."""
        return self.countries.current()
