"""What an office file must not contradict: zone, names, lanes, services, hours, signers."""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.office.case_rules import Relaxation
from hub.office.cekal_rules import cekal_faults
from hub.office.config import OfficeConfig, ServiceConfig, Signer
from hub.office.confirmations import confirmation_faults
from hub.office.faults import Fault
from hub.office.hours import Hours
from hub.office.message_rules import message_faults
from hub.office.queue_check import queue_faults
from hub.office.staff_numbers import is_nip
from hub.rulefile import Place
from hub.wire import Words

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LONGEST_PREFIX = 2
LEAST_CONTRAST = 7.0

_TWICE = Words(id="Beri masing-masing nilai sendiri.", en="Give each its own value.")
_NAME_ONE = Words(
    id="Tulis kode yang ada di berkas ini, atau tambahkan tabelnya.",
    en="Write a code that stands in this file, or add its table.",
)
_QUEUE = Words(
    id="Sesuaikan tabel ini dengan tabel yang disebut.",
    en="Make this table agree with the one it names.",
)


def office_faults(office: OfficeConfig) -> Iterator[Fault]:
    """Return every rule that the file breaks, in the order in which it is best mended."""
    yield from _zone(office)
    yield from _unique(office)
    yield from _references(office)
    for index, service in enumerate(office.services):
        yield from _service(office, index, service)
    yield from _prefixes(office)
    yield from _hours(office)
    yield from _register(office)
    yield from _signers(office)
    yield from _case_rules(office)
    yield from _spans(office)
    yield from _fees(office)
    yield from _fingers(office)
    yield from _addresses(office)
    yield from _cekal_roles(office)
    yield from message_faults(office.messages)
    yield from cekal_faults(office.cekal, office.cekal_service)
    yield from _signature(office)
    yield from _accent(office)
    yield from confirmation_faults(office)
    for says, place in queue_faults(office):
        names = ".".join(str(part) for part in place if isinstance(part, str))
        yield Fault(f"queue-{names}", says, _QUEUE, place)


def _zone(office: OfficeConfig) -> Iterator[Fault]:
    try:
        ZoneInfo(office.office.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        todo = Words(
            id="Asia/Jakarta (WIB), Asia/Makassar (WITA), atau Asia/Jayapura (WIT).",
            en="Asia/Jakarta (WIB), Asia/Makassar (WITA) or Asia/Jayapura (WIT).",
        )
        says = "timezone must be a name of the tz database"
        yield Fault("timezone", says, todo, ("office", "timezone"))
    for code in office.office.languages:
        if office.office.languages.count(code) > 1:
            says = f"the language {code} stands twice"
            yield Fault("languages", says, _TWICE, ("office", "languages"))
            break
    if "id" not in office.office.languages:
        todo = Words(id="Tambahkan id.", en="Add id.")
        yield Fault("languages", "languages must contain id", todo, ("office", "languages"))


def _unique(office: OfficeConfig) -> Iterator[Fault]:
    tables: tuple[tuple[str, str, Iterable[object]], ...] = (
        ("lane", "code", (x.code for x in office.lanes)),
        ("service", "code", (x.code for x in office.services)),
        ("service", "prefix", (x.prefix for x in office.services)),
        ("counter", "number", (x.number for x in office.counters)),
        ("hours", "name", ((x.name, x.valid_from) for x in office.hours)),
        ("role", "code", (x.code for x in office.roles)),
        ("segregation", "code", (x.code for x in office.segregation)),
        ("holiday", "date", (x.date for x in office.holidays)),
        ("workday", "date", (x.date for x in office.workdays)),
    )
    for table, key, values in tables:
        seen: set[object] = set()
        for index, value in enumerate(values):
            if value in seen:
                says = f"{table} {key} {value} stands twice"
                yield Fault(f"unique-{table}-{key}", says, _TWICE, (table, index, key))
            seen.add(value)


def _references(office: OfficeConfig) -> Iterator[Fault]:
    hours = {h.name for h in office.hours}
    for index, service in enumerate(office.services):
        place: Place = ("service", index)
        if office.lane(service.lane) is None:
            says = f"there is no lane {service.lane}"
            yield Fault("service-lane", says, _NAME_ONE, (*place, "lane"))
        if service.hours not in hours:
            says = f"there are no hours {service.hours}"
            yield Fault("service-hours", says, _NAME_ONE, (*place, "hours"))
    yield from _counters(office)
    served = {lane for counter in office.counters for lane in counter.lanes}
    for index, lane in enumerate(office.lanes):
        if lane.code not in served:
            todo = Words(
                id="Tambahkan jalur ini pada sebuah loket.", en="Add this lane to a counter."
            )
            says = f"no counter serves the lane {lane.code}"
            yield Fault("lane-served", says, todo, ("lane", index, "code"))


def _counters(office: OfficeConfig) -> Iterator[Fault]:
    for index, counter in enumerate(office.counters):
        unknown = [lane for lane in counter.lanes if office.lane(lane) is None]
        if unknown or not counter.lanes:
            says = f"there is no lane {unknown[0]}" if unknown else "a counter needs a lane"
            yield Fault("counter-lanes", says, _NAME_ONE, ("counter", index, "lanes"))
        if counter.prints_at is not None and office.counter(counter.prints_at) is None:
            says = f"there is no counter {counter.prints_at} to print at"
            yield Fault("counter-prints", says, _NAME_ONE, ("counter", index, "prints_at"))


def _service(office: OfficeConfig, index: int, service: ServiceConfig) -> Iterator[Fault]:
    place: Place = ("service", index)
    if service.form == "passport" and not service.opens:
        todo = Words(
            id='Tulis form = "none", atau opens = "skim" bila layanan ini membuka permohonan SKIM.',
            en='Write form = "none", or opens = "skim" if this service opens a SKIM case.',
        )
        says = 'form "passport" is for services that open a case: nothing else keeps a passport'
        yield Fault("service-form", says, todo, (*place, "form"))
    if service.opens and service.form != "passport":
        todo = Words(id='Tulis form = "passport".', en='Write form = "passport".')
        says = f'a service that opens a case needs form "passport", not "{service.form}"'
        yield Fault("service-opens", says, todo, (*place, "opens"))
    for segment in service.segments:
        if office.segment(segment) is None:
            says = f"there is no segment {segment}"
            yield Fault("service-segments", says, _NAME_ONE, (*place, "segments"))


def _case_rules(office: OfficeConfig) -> Iterator[Fault]:
    seen: set[tuple[str, str]] = set()
    days: set[tuple[str, object]] = set()
    for index, checklist in enumerate(office.checklists):
        name, day = (checklist.sop, checklist.version), (checklist.sop, checklist.valid_from)
        if name in seen or day in days:
            says = f"checklist {checklist.version} of {checklist.sop} stands twice"
            yield Fault("checklist-version", says, _TWICE, ("checklist", index, "version"))
        seen.add(name)
        days.add(day)
        codes = [item.code for item in checklist.item]
        for place, code in enumerate(codes):
            if code in codes[:place]:
                says = f"checklist item {code} stands twice"
                where = ("checklist", index, "item", place, "code")
                yield Fault("checklist-item", says, _TWICE, where)
    rules = {rule.code: rule for rule in office.segregation}
    for index, relaxed in enumerate(office.relaxations):
        rule = rules.get(relaxed.rule)
        if rule is None:
            says = f"there is no segregation rule {relaxed.rule}"
            yield Fault("relaxation-rule", says, _NAME_ONE, ("relaxation", index, "rule"))
        elif not rule.relaxable:
            todo = Words(id="Hapus pelonggaran ini.", en="Remove this relaxation.")
            says = f"the rule {relaxed.rule} may never be relaxed"
            yield Fault("relaxation-never", says, todo, ("relaxation", index, "rule"))


def _prefixes(office: OfficeConfig) -> Iterator[Fault]:
    """A kiosk without the hub writes its letter after the prefix: nobody else may have that."""
    single = {service.prefix for service in office.services}
    for index, service in enumerate(office.services):
        if len(service.prefix) == LONGEST_PREFIX and service.prefix[0] in single:
            todo = Words(
                id="Pilih huruf awal yang tidak dipakai layanan lain.",
                en="Choose a first letter that no other service uses.",
            )
            says = (
                f"prefix {service.prefix} could be a kiosk's offline number of {service.prefix[0]}"
            )
            yield Fault("service-prefix", says, todo, ("service", index, "prefix"))


def _hours(office: OfficeConfig) -> Iterator[Fault]:
    ordinary = {one.name for one in office.hours if not one.seasonal}
    for index, hours in enumerate(office.hours):
        yield from _season(index, hours, ordinary)
        for day in WEEK:
            edges = [edge for span in getattr(hours, day) for edge in span]
            if edges != sorted(set(edges)):
                todo = Words(
                    id="Urutkan waktu buka; istirahat adalah celah di antaranya.",
                    en="Put the spans in order; a break is the gap between two.",
                )
                says = f"the spans of {day} must follow each other and not overlap"
                yield Fault("hours-order", says, todo, ("hours", index, day))


def _season(index: int, hours: Hours, ordinary: set[str]) -> Iterator[Fault]:
    if not hours.seasonal:
        return
    if hours.valid_from is None or hours.valid_to is None or hours.valid_to < hours.valid_from:
        todo = Words(
            id="Tulis hari pertama dan hari terakhir, keduanya termasuk.",
            en="Write the first and the last day, both included.",
        )
        says = f"hours {hours.name} of a season need valid_from and a later valid_to"
        yield Fault("hours-season", says, todo, ("hours", index, "valid_from"))
    if hours.name not in ordinary:
        todo = Words(
            id="Tambahkan juga jam biasa dengan nama ini.",
            en="Add the ordinary hours of this name too.",
        )
        says = f"there are no ordinary hours {hours.name} for the rest of the year"
        yield Fault("hours-ordinary", says, todo, ("hours", index, "name"))


def _signature(office: OfficeConfig) -> Iterator[Fault]:
    if office.signature.mode != "pades":
        return
    for key in ("key_file", "passphrase_file"):
        if not Path(getattr(office.signature, key)).is_absolute():
            todo = Words(
                id=f'Tulis {key} = "/etc/loket/…", jalur lengkap di luar folder hub.',
                en=f'Write {key} = "/etc/loket/…", a whole path outside of the hub\'s folder.',
            )
            says = f"pades needs the whole path of {key}"
            yield Fault(f"signature-{key}", says, todo, ("signature", "mode"))


def _accent(office: OfficeConfig) -> Iterator[Fault]:
    """Refuse a colour that is hard to read on paper (WCAG 2.2, 1.4.6: 7:1 against white)."""
    colour = office.letterhead.accent
    against_white = 1.05 / (_luminance(colour) + 0.05)
    if against_white < LEAST_CONTRAST:
        todo = Words(
            id="Pilih warna yang lebih tua, misalnya #17365d.",
            en="Choose a darker colour, such as #17365d.",
        )
        says = f"{colour} stands out from white only {against_white:.1f}:1, at least 7:1 is needed"
        yield Fault("letterhead-accent", says, todo, ("letterhead", "accent"))


def _luminance(colour: str) -> float:
    """Return the relative luminance of #rrggbb (WCAG 2.2, relative luminance)."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _spans(office: OfficeConfig) -> Iterator[Fault]:
    """What holds from a day to a day: the last is not before the first."""
    tables: tuple[tuple[str, Sequence[Signer | Relaxation]], ...] = (
        ("signer", office.signers),
        ("relaxation", office.relaxations),
    )
    for table, rows in tables:
        for index, row in enumerate(rows):
            if row.valid_to is not None and row.valid_to < row.valid_from:
                todo = Words(
                    id="Tulis hari pertama dan hari terakhir, keduanya termasuk.",
                    en="Write the first and the last day, both included.",
                )
                says = f"valid_to {row.valid_to} lies before valid_from {row.valid_from}"
                yield Fault(f"{table}-dates", says, todo, (table, index, "valid_to"))


def _fees(office: OfficeConfig) -> Iterator[Fault]:
    seen: set[tuple[str, object]] = set()
    for index, tariff in enumerate(office.tariffs):
        if (tariff.code, tariff.valid_from) in seen:
            says = f"tariff {tariff.code} of {tariff.valid_from} stands twice"
            yield Fault("unique-tariff", says, _TWICE, ("tariff", index, "valid_from"))
        seen.add((tariff.code, tariff.valid_from))
    codes = sorted({tariff.code for tariff in office.tariffs})
    if office.treasury.tariff not in codes:
        says = f"there is no tariff {office.treasury.tariff}"
        yield Fault("treasury-tariff", says, _one_of(codes), ("treasury", "tariff"))


def _fingers(office: OfficeConfig) -> Iterator[Fault]:
    rules = office.biometrics
    if len(set(rules.fingers)) < len(rules.fingers):
        says = "a finger stands twice"
        yield Fault("biometrics-fingers", says, _TWICE, ("biometrics", "fingers"))
    if rules.match_fingers > len(set(rules.fingers)):
        todo = Words(
            id=f"Tulis 1 sampai {len(set(rules.fingers))}, atau tambahkan jari.",
            en=f"Write 1 to {len(set(rules.fingers))}, or add fingers.",
        )
        says = f"{rules.match_fingers} fingers are compared, {len(set(rules.fingers))} are taken"
        yield Fault("biometrics-match", says, todo, ("biometrics", "match_fingers"))


def _addresses(office: OfficeConfig) -> Iterator[Fault]:
    url = office.office.public_url
    if url is None:
        return
    if not _is_web(url):
        todo = Words(
            id='Tulis alamat lengkap, misalnya "https://antrean.kantor.example", atau hapus.',
            en='Write the whole address, such as "https://queue.office.example", or remove it.',
        )
        says = f"{url} is no address of the web"
        yield Fault("public-url", says, todo, ("office", "public_url"))


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _one_of(known: Iterable[str]) -> Words:
    names = ", ".join(known) or "–"
    return Words(
        id=f"Tulis salah satu yang ada: {names}; atau tambahkan tabelnya.",
        en=f"Write one that there is: {names}; or add its table.",
    )


def _cekal_roles(office: OfficeConfig) -> Iterator[Fault]:
    known = [role.code for role in office.roles]
    for key in ("enter", "verify", "examine", "confirm", "propose", "decide"):
        for code in (one for one in getattr(office.cekal, key) if one not in known):
            yield Fault("cekal-role", f"there is no role {code}", _one_of(known), ("cekal", key))


def _register(office: OfficeConfig) -> Iterator[Fault]:
    try:
        names = {name for _, name, _, _ in string.Formatter().parse(office.register.format) if name}
        office.register.format.format(unit="X", seq=1, year=2026)
    except (ValueError, KeyError, IndexError):
        names = set()
    if not {"seq", "year"} <= names <= {"unit", "seq", "year"}:
        todo = Words(
            id="Contoh: {unit}-GR.01.14-{seq:04d}/{year}.",
            en="Example: {unit}-GR.01.14-{seq:04d}/{year}.",
        )
        says = "format must hold {seq} and {year}, may hold {unit}, and nothing else in braces"
        yield Fault("register-format", says, todo, ("register", "format"))


def _signers(office: OfficeConfig) -> Iterator[Fault]:
    for index, signer in enumerate(office.signers):
        if not is_nip(signer.nip):
            todo = Words(
                id="18 angka: lahir TTTTBBHH, pengangkatan TTTTBB, 1/2, tiga angka.",
                en="18 digits: birth YYYYMMDD, appointment YYYYMM, 1/2, three digits.",
            )
            says = f"{signer.nip} is no staff number (NIP)"
            yield Fault("signer-nip", says, todo, ("signer", index, "nip"))
