"""The papers an office hands out or files, as values; `compose` sets them, `press` prints them.

Importing this package loads no typesetter: the serving process stays free of it.
"""

from hub.letters.errors import Unprintable
from hub.letters.official import (
    BillingSlip,
    Column,
    CustodyReceipt,
    Fact,
    LetterAppointment,
    Listing,
    OfficialLetter,
    Paper,
    Signing,
)
from hub.letters.papers import (
    ApplicationReceipt,
    ArchiveLabel,
    CollectionSlip,
    EndorsementText,
    HandedItem,
    Imprint,
    Letterhead,
    MissingItem,
    MissingList,
    PaymentProof,
    PermitPeriod,
    ReceivedDocument,
    Route,
    Sex,
    Signer,
    SkimCard,
    SkimLetter,
)

__all__ = [
    "ApplicationReceipt",
    "ArchiveLabel",
    "BillingSlip",
    "CollectionSlip",
    "Column",
    "CustodyReceipt",
    "EndorsementText",
    "Fact",
    "HandedItem",
    "Imprint",
    "LetterAppointment",
    "Letterhead",
    "Listing",
    "MissingItem",
    "MissingList",
    "OfficialLetter",
    "Paper",
    "PaymentProof",
    "PermitPeriod",
    "ReceivedDocument",
    "Route",
    "Sex",
    "Signer",
    "Signing",
    "SkimCard",
    "SkimLetter",
    "Unprintable",
]
