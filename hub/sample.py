"""Fill a specimen office so that one can practise: an officer for every role, blanks, a list.

All data is invented and says so; a real office is refused.
"""

from __future__ import annotations

from hub import officers
from hub.cases import blanks
from hub.cekal.entries import Entry, load_list
from hub.errors import Conflict
from hub.office import OfficeConfig
from hub.procedure import Procedure
from hub.writer import Tx

LOGINS = {
    "counter_officer": "loket",
    "data_operator": "data",
    "watchlist_examiner": "cekal",
    "document_examiner": "periksa",
    "scan_operator": "pindai",
    "administration": "tu",
    "approver": "setuju",
    "treasurer": "bendahara",
    "issuing_officer": "cetak",
    "legaliser": "sah",
    "handover_officer": "serah",
    "archivist": "arsip",
    "supervisor": "supervisor",
    "system_admin": "admin",
    "auditor": "auditor",
}
FIRST_BLANK, BLANKS = 260001, 200
LIST_VERSION = "CONTOH-2026-11"
LIST = (
    Entry(kind="tangkal", name="CONTOH TERLARANG", birth_date="1970-01-31", reference="CONTOH-1"),
    Entry(kind="cegah", name="SAMPEL DICEGAH", document_number="X0000001", reference="CONTOH-2"),
)


def fill_office(tx: Tx, procedure: Procedure, password_hash: str) -> list[str]:
    """Enter one officer a role, card blanks and a list; return the logins, one a line.

    Raises Conflict `office_is_real` for an office that is no specimen.
    """
    office = procedure.office
    if not office.office.specimen:
        raise Conflict(
            "office_is_real",
            "Only a specimen office is filled with invented people.",
            id="Hanya kantor contoh yang boleh diisi data rekaan.",
        )
    lines = []
    for place, role in enumerate(office.roles, start=1):
        login = LOGINS.get(role.code, role.code)
        officers.add(
            tx,
            office,
            login=login,
            name=f"Contoh {role.name.id}",
            roles=[role.code],
            password_hash=password_hash,
            nip=_nip_of(office, role.code, place),
        )
        lines.append(f"{login:<12}{role.name.id} / {role.name.en}")
    blanks.receive(tx, [f"CTH{number}" for number in range(FIRST_BLANK, FIRST_BLANK + BLANKS)])
    load_list(tx, procedure.keyring, LIST_VERSION, LIST)
    return lines


def _nip_of(office: OfficeConfig, role: str, place: int) -> str:
    """The legaliser is the first official who may sign, so that they can confirm by login."""
    if role == "legaliser" and office.signers:
        return office.signers[0].nip
    return _invented_nip(place)


def _invented_nip(place: int) -> str:
    # birth YYYYMMDD, appointment YYYYMM, sex, three digits (DOMAIN: NIP)
    return f"19800101200501{1 + place % 2}{place:03d}"
