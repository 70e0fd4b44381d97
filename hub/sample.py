"""Fill a specimen office so that one can practise: an officer for every role, blanks, a list.

All data is invented and says so; a real office is refused.
"""

from __future__ import annotations

from datetime import date

from hub import officers
from hub.cases import blanks
from hub.cases.screening import versions
from hub.cekal.records import Entry
from hub.errors import Conflict
from hub.events.applications import QualificationNoted
from hub.events.cekal import CekalVersionJudged
from hub.models.casework import Qualification
from hub.models.cekal import CekalVersion
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
    "watchlist_head": "kepala",
    "watchlist_entry": "input",
    "watchlist_verifier": "verifikasi",
}
FIRST_BLANK, BLANKS = 260001, 200
QUALIFIED_SINCE = date(2020, 1, 2)
LIST_VERSION = "CONTOH-2026-11"
LIST = (
    Entry(
        id="CONTOH-T-1",
        names=["CONTOH TERLARANG"],
        dob="1970-01-31",
        sex="M",
        nationality="XXA",
        kind="tangkal",
        decree="CONTOH-KEP-1/2026",
        agency="Instansi Contoh",
        basis="UU 6/2011, isian contoh",
    ),
    Entry(
        id="CONTOH-C-2",
        names=["SAMPEL DICEGAH"],
        passports=["X0000001"],
        kind="cegah",
        valid_from="2026-07-01",
        decree="CONTOH-KEP-2/2026",
        agency="Instansi Contoh",
        basis="UU 6/2011, isian contoh",
    ),
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
    lines, ids = [], {}
    for place, role in enumerate(office.roles, start=1):
        login = LOGINS.get(role.code, role.code)
        ids[role.code] = officers.add(
            tx,
            office,
            login=login,
            name=f"Contoh {role.name.id}",
            roles=[role.code],
            password_hash=password_hash,
            nip=_nip_of(office, role.code, place),
        )
        lines.append(f"{login:<12}{role.name.id} / {role.name.en}")
    for officer in ids.values():
        _qualify(tx, procedure, officer)
    blanks.receive(tx, [f"CTH{number}" for number in range(FIRST_BLANK, FIRST_BLANK + BLANKS)])
    _keep_list(tx, procedure, entered=ids["watchlist_entry"], verified=ids["watchlist_verifier"])
    return lines


def _qualify(tx: Tx, procedure: Procedure, officer: str) -> None:
    """Note every qualification of the sheet, so that practice does not begin with warnings."""
    for number in range(1, len(procedure.sop.sheet.qualification) + 1):
        tx.session.add(
            Qualification(
                office=tx.office,
                officer=officer,
                number=number,
                valid_from=QUALIFIED_SINCE,
                valid_to=None,
                by=tx.actor.reference,
                at=tx.at,
            )
        )
        tx.emit(QualificationNoted(officer, number), subject=officer)


def _nip_of(office: OfficeConfig, role: str, place: int) -> str:
    """The legaliser is the first official who may sign, so that they can confirm by login."""
    if role == "legaliser" and office.signers:
        return office.signers[0].nip
    return _invented_nip(place)


def _keep_list(tx: Tx, procedure: Procedure, *, entered: str, verified: str) -> None:
    """Keep the practice list as if one officer had put it in and another had verified it."""
    known = {one.version for one in procedure.lists.manifest().versions}
    if LIST_VERSION not in known:
        procedure.lists.add(LIST_VERSION, LIST, kind="full", effective=tx.at, at=tx.at)
    tx.session.add(
        CekalVersion(
            office=tx.office,
            version=LIST_VERSION,
            kind="full",
            state=versions.IN_FORCE,
            entries=len(LIST),
            effective=tx.at,
            entered_by=f"officer:{entered}",
            entered_by_name="Contoh Input daftar cekal",
            entered_at=tx.at,
            judged_by=f"officer:{verified}",
            judged_by_name="Contoh Verifikasi daftar cekal",
            judged_at=tx.at,
        )
    )
    tx.session.flush()
    tx.emit(CekalVersionJudged(LIST_VERSION, versions.IN_FORCE), subject=LIST_VERSION)


def _invented_nip(place: int) -> str:
    # birth YYYYMMDD, appointment YYYYMM, sex, three digits (DOMAIN: NIP)
    return f"19800101200501{1 + place % 2}{place:03d}"
