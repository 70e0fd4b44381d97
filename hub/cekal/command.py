"""`loket cekal`: import the list, screen people against it, explain a hit, set the threshold."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import msgspec
import typer

from hub.cekal.importing import CUT, WARN_DAYS, Imported, ImportOrder, import_list
from hub.cekal.learned import weights_mark
from hub.cekal.listing import StoredList, Threshold
from hub.cekal.reading import Format, format_of, mapping_of
from hub.cekal.records import Entry, Query
from hub.cekal.tolerant import date_fault, read_entries, read_queries
from hub.clock import SystemClock, office_day
from hub.errors import BadInput, NotFound, Refused
from hub.keys import KeyFileError, Keyring
from hub.settings import settings_for

if TYPE_CHECKING:
    from hub.cekal.matcher import Matcher
    from hub.office import OfficeConfig

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="The cekal list: import, screening, explanation, threshold.",
)
DEFAULT_DATA = Path("/var/lib/loket")
REPORTED = 40
DEFAULT_SHARE = 0.01
_SET_ANEW = "bobot lama, tetapkan ulang / older weights, set it anew: loket cekal threshold"

Data = Annotated[Path, typer.Option("--data", help="The hub's folder.", envvar="LOKET_DATA")]
KeyFile = Annotated[
    Path | None, typer.Option("--key-file", help="The master key; default: beside the folder.")
]
ListFile = Annotated[
    Path | None, typer.Option("--list", help="Screen against this JSONL list instead.")
]


@app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(help="JSONL, CSV or XLSX.")],
    data: Data = DEFAULT_DATA,
    form: Annotated[
        str, typer.Option("--format", help="jsonl, csv or xlsx; default: by its name.")
    ] = "",
    columns: Annotated[
        list[str] | None, typer.Option("--map", help="FIELD=COLUMN; repeat.")
    ] = None,
    version: Annotated[
        str, typer.Option("--version", help="Default: daftar (or perubahan) and the time.")
    ] = "",
    effective: Annotated[
        datetime | None,
        typer.Option("--effective", help="In force from, local time of the office; default now."),
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Change the list instead of replacing it.")
    ] = False,
    withdraw: Annotated[
        list[str] | None, typer.Option("--withdraw", help="Id of an entry to withdraw.")
    ] = None,
    good_rows: Annotated[
        bool, typer.Option("--good-rows", help="Take the good rows if some are bad.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Judge every row and store nothing.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option("--report", help="Write bad rows here as CSV.")
    ] = None,
    key_file: KeyFile = None,
) -> None:
    """Import a list: every row is judged; it is taken whole or, by default, not at all.

    Example: loket cekal import daftar.xlsx --map names=NAMA --map dob='TGL LAHIR' --data DIR
    """
    with _in_words():
        now = _now(data, key_file)
        order = ImportOrder(
            file=_existing(file),
            form=_format(form, file),
            version=version
            or f"{'perubahan' if update or withdraw else 'daftar'}-{now:%Y%m%dT%H%M%S%f}",
            kind="update" if update or withdraw else "full",
            effective=_at_the_office(effective, data, key_file) or now,
            mapping=mapping_of(columns or []),
            good_only=good_rows,
            dry_run=dry_run,
            withdrawn=tuple(withdraw or ()),
            today=_today(data, None, key_file),
            warn_days=_warn_days(data, key_file),
        )
        store = None if dry_run else _store(data, key_file, create=True)
        with _bar("import", _lines(file)) as step:
            done = import_list(store, order, now, step)
        if done.stored:
            _put_before_verifier(data, key_file, order, done)
    _tell(done, order, report)
    if not done.stored and not (dry_run and done.bad == 0):
        raise SystemExit(1)


@app.command()
def screen(
    queries: Annotated[Path, typer.Argument(help="JSON lines of people.")],
    out: Annotated[Path, typer.Option("--out", help="JSON lines of answers.")],
    top: Annotated[int, typer.Option("--top", min=1, max=1000, help="Entries a query.")] = 30,
    data: Data = DEFAULT_DATA,
    watchlist: ListFile = None,
    key_file: KeyFile = None,
) -> None:
    """Rank the entries that each person may be, best first, each with a score from 0 to 1.

    An answer line holds `id`, `hits` (pairs of entry and score) and `ms`.

    Example: loket cekal screen orang.jsonl --out jawaban.jsonl --data DIR
    """
    from hub.cekal.answering import answer_all

    with _in_words():
        file = _existing(queries)
        _must_be_another(out, file, *([watchlist] if watchlist else []))
        with _bar("index", 0) as step:
            listed = None if watchlist is None else _list(data, watchlist, key_file)
            matcher = _matcher(listed, data, key_file, step)
        asked = list(read_queries(file))
        with _bar("screen", len(asked)) as step:
            answer_all(matcher, asked, out, top, step)
        if watchlist is None:
            _note_look(data, key_file, "screen", ())
    print(f"{len(asked)} queries against {len(matcher.index)} entries: {out}")


@app.command()
def explain(
    query: Annotated[
        str,
        typer.Argument(
            help="A file of queries, - for one from standard input, or the query itself as JSON: "
            "what is typed here stays in the shell's history."
        ),
    ],
    entry: Annotated[
        str, typer.Option("--entry", help="Id of an entry; default: the nearest ones.")
    ] = "",
    query_id: Annotated[str, typer.Option("--query", help="Id of the query in the file.")] = "",
    nearest: Annotated[
        int, typer.Option("--nearest", min=1, max=100, help="Entries to explain.")
    ] = 3,
    data: Data = DEFAULT_DATA,
    watchlist: ListFile = None,
    key_file: KeyFile = None,
) -> None:
    """Explain why an entry is ranked as it is, term by term; also what is nearest if nothing hits.

    Example: loket cekal explain orang.jsonl --query P-12 --entry E7 --data DIR
    """
    from hub.cekal.answering import explained, standing

    with _in_words():
        person = _one_query(query, query_id)
        entries = {one.id: one for one in _list(data, watchlist, key_file)}
        matcher = _matcher(entries.values() if watchlist else None, data, key_file)
        score, exact = _threshold(
            matcher.weights.threshold(DEFAULT_SHARE, len(matcher.index)), data, watchlist, key_file
        )
        lines = list(explained(matcher, person, entry, nearest, score))
        if watchlist is None:
            _note_look(data, key_file, "explain", dict.fromkeys(one for one, _ in lines if one))
        last, today = "", _today(data, watchlist, key_file)
        for found, line in lines:
            print(line)
            if found and found != last:
                print(f"  {standing(entries[found], today)}")
            last = found
    print(f"\nambang / threshold {score:.4f} ({exact})")


@app.command()
def threshold(
    false_alarms: Annotated[
        float,
        typer.Option(
            "--false-alarms",
            min=0.0005,
            max=0.5,
            help="Share of strangers that may be shown: 0.01 is one in a hundred.",
        ),
    ] = DEFAULT_SHARE,
    data: Data = DEFAULT_DATA,
    watchlist: ListFile = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the people invented for it.")] = 1,
    key_file: KeyFile = None,
) -> None:
    """Set from which score a person is shown, for a share of false alarms on the office's list.

    With --list it is only printed. Example: loket cekal threshold --false-alarms 0.01 --data DIR
    """
    from hub.cekal.calibrating import STRANGERS, threshold_for

    with _in_words():
        entries = list(_list(data, watchlist, key_file))
        matcher = _matcher(entries if watchlist else None, data, key_file)
        with _bar("threshold", STRANGERS) as step:
            score = threshold_for(matcher, entries, false_alarms, seed=seed, progress=step)
        if watchlist is None:
            store, now = _store(data, key_file), _now(data, key_file)
            version = store.in_force(now)[-1].version
            kept = Threshold(score, false_alarms, len(entries), version, now, weights_mark())
            store.set_threshold(kept)
            _let_hub_know(data, key_file, kept)
    print(f"threshold {score:.6f} for {false_alarms:.2%} false alarms at {len(entries)} entries")


@app.command("looks")
def looks_command(
    most: Annotated[int, typer.Option("--last", min=1, max=100_000, help="How many.")] = 50,
    data: Data = DEFAULT_DATA,
    key_file: KeyFile = None,
) -> None:
    """Tell who looked at which entries of the list, the latest first: time, who, where, which.

    Example: loket cekal looks --last 200 --data DIR
    """
    from hub.admin import ReadLooks, perform

    with _in_words():
        settings = settings_for(data, key_file=key_file)
        if not settings.office_file.exists():
            text = f"{data}: no hub's folder; looks are recorded by a hub."
            indonesian = f"{data}: bukan folder hub; yang mencatat pembukaan adalah hub."
            raise NotFound("hub_missing", text, id=indonesian)
        for line in perform(settings, SystemClock(), ReadLooks(most)):
            print(line)


def _today(data: Path, watchlist: Path | None, key_file: Path | None) -> date:
    """Return the calendar day of the office in this folder; without one, this machine's."""
    zone = None if watchlist else _zone(data, key_file)
    if zone is None:
        return SystemClock().now().astimezone().date()
    return office_day(_now(data, key_file), zone)


def _zone(data: Path, key_file: Path | None) -> ZoneInfo | None:
    office = _office(data, key_file)
    return office.zone if office else None


def _warn_days(data: Path, key_file: Path | None) -> int:
    office = _office(data, key_file)
    return office.cekal.warn_days if office else WARN_DAYS


def _office(data: Path, key_file: Path | None) -> OfficeConfig | None:
    """Return the rules of the office in this folder; None if no hub is there."""
    rules = settings_for(data, key_file=key_file).office_file
    if not rules.exists():
        return None
    from hub.office import load_office

    return load_office(rules)


def _at_the_office(typed: datetime | None, data: Path, key_file: Path | None) -> datetime | None:
    """Return a typed time as the office's local one; without an office, as this machine's."""
    if typed is None or typed.tzinfo is not None:
        return typed
    zone = _zone(data, key_file)
    return typed.replace(tzinfo=zone) if zone else typed.astimezone()


def _now(data: Path, key_file: Path | None) -> datetime:
    """Return the instant by the clock of this folder's hub, which may practise another day."""
    settings, clock = settings_for(data, key_file=key_file), SystemClock()
    if not settings.office_file.exists():
        return clock.now()
    from hub.admin import MoveClock, perform

    return datetime.fromisoformat(perform(settings, clock, MoveClock())[0]).astimezone(UTC)


def _put_before_verifier(
    data: Path, key_file: Path | None, order: ImportOrder, done: Imported
) -> None:
    """Let the hub of this folder know the version; without a hub the list counts at once."""
    settings = settings_for(data, key_file=key_file)
    if not settings.office_file.exists():
        return
    from hub.admin import EnterList, perform

    withdrawn, by = len(order.withdrawn), getpass.getuser()
    command = EnterList(order.version, order.kind, done.taken, withdrawn, order.effective, by)
    perform(settings, SystemClock(), command)
    print(
        f"{order.version} menunggu verifikasi orang kedua: halaman Daftar cekal.\n"
        f"{order.version} waits for a second person: the page Watch list.",
        file=sys.stderr,
    )


def _note_look(data: Path, key_file: Path | None, page: str, entries: Iterable[str]) -> None:
    """Let the hub of this folder record who looks at its list here, before anything is shown."""
    settings = settings_for(data, key_file=key_file)
    if not settings.office_file.exists():
        return
    from hub.admin import NoteLook, perform

    perform(settings, SystemClock(), NoteLook(f"{page}: {getpass.getuser()}", list(entries)))


def _let_hub_know(data: Path, key_file: Path | None, kept: Threshold) -> None:
    """Let the threshold count in the hub of this folder: it asks for every open case anew."""
    settings = settings_for(data, key_file=key_file)
    if not settings.office_file.exists():
        return
    from hub.admin import SetThreshold, perform

    command = SetThreshold(
        kept.score, kept.false_alarms, kept.size, kept.version, getpass.getuser(), kept.weights
    )
    perform(settings, SystemClock(), command)
    print(
        "Berlaku mulai sekarang; semua permohonan terbuka diperiksa ulang.\n"
        "In force from now on; all open cases are checked again.",
        file=sys.stderr,
    )


def _tell(done: Imported, order: ImportOrder, report: Path | None) -> None:
    for bad in [one for one in done.bad_rows if one.reason != CUT][:REPORTED]:
        field = f"{bad.field}: " if bad.field else ""
        print(f"baris / line {bad.line}: {field}{bad.reason}", file=sys.stderr)
    if done.bad > REPORTED:
        print(f"… {done.bad - REPORTED} lagi / more (--report FILE)", file=sys.stderr)
    if done.cut:
        print(f"baris / line {done.bad_rows[-1].line}: {CUT}", file=sys.stderr)
    if report is not None:
        lines = (f'{bad.line},{bad.field},"{bad.reason}"\n' for bad in done.bad_rows)
        report.write_text("line,field,reason\n" + "".join(lines), encoding="utf-8")
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(done.kinds.items()))
    state = (
        "diperiksa saja / dry run"
        if order.dry_run
        else "disimpan / stored"
        if done.stored
        else "TIDAK disimpan / NOT stored"
    )
    if done.expired or done.expiring:
        ended = f"{done.expired} sudah berakhir / expired"
        days = order.warn_days
        soon = f"berakhir dalam {days} hari / expire within {days} days"
        print(f"{ended}, {done.expiring} {soon}")
    print(f"{state}: {order.version}, {done.taken} baik / good ({kinds}), {done.bad} buruk / bad")


def _one_query(text: str, identity: str) -> Query:
    typed = text == "-"
    if typed:
        text = sys.stdin.readline()
    if typed or text.lstrip().startswith("{"):
        try:
            asked = msgspec.json.decode(text, type=Query)
        except msgspec.DecodeError as error:
            raise BadInput(
                "query_unreadable",
                f"The query is no such JSON: {error}",
                id=f"Kueri bukan JSON yang dimaksud: {error}",
            ) from error
        if not any(sign.isalpha() for sign in asked.name):
            text = "The query's name holds no letters."
            raise BadInput("query_nameless", text, id="Nama dalam kueri tidak berisi huruf.")
        if fault := date_fault(asked.dob or ""):
            print(f"loket cekal: {fault}", file=sys.stderr)
        return asked
    found = next(
        (q for q in read_queries(_existing(Path(text))) if not identity or q.id == identity), None
    )
    if found is None:
        raise NotFound("query_missing", "The file holds no such query.", id="Tidak ada kueri itu.")
    return found


def _threshold(
    learned: float, data: Path, watchlist: Path | None, key_file: Path | None
) -> tuple[float, str]:
    if watchlist is None and (kept := _store(data, key_file).manifest().threshold) is not None:
        known = f"{kept.false_alarms:.2%}, {kept.size}"
        return kept.score, known if kept.weights == weights_mark() else f"{known}; {_SET_ANEW}"
    return learned, f"{DEFAULT_SHARE:.0%}, learned"


def _list(data: Path, watchlist: Path | None, key_file: Path | None) -> Iterable[Entry]:
    if watchlist is not None:
        return read_entries(_existing(watchlist))
    return _store(data, key_file).entries(_now(data, key_file))


def _matcher(
    entries: Iterable[Entry] | None,
    data: Path,
    key_file: Path | None,
    progress: Callable[[int], None] = lambda _: None,
) -> Matcher:
    """Return a matcher of a file's `entries`; None: of the list in the hub's folder."""
    from hub.cekal.answering import load_matcher, stored_matcher

    if entries is not None:
        return load_matcher(entries, progress)
    return stored_matcher(_store(data, key_file), _now(data, key_file), progress)


def _store(data: Path, key_file: Path | None, *, create: bool = False) -> StoredList:
    settings = settings_for(data, key_file=key_file)
    if create and not settings.key_file.exists():
        settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        print(f"master key {settings.key_file}   (keep a copy apart)", file=sys.stderr)
        return StoredList(settings.folder, Keyring.create(settings.key_file))
    if not settings.folder.is_dir():
        text = f"{data}: no such folder; name the hub's folder with --data DIR."
        indonesian = f"{data}: tidak ada folder itu; sebutkan folder hub dengan --data DIR."
        raise NotFound("folder_missing", text, id=indonesian)
    return StoredList(settings.folder, Keyring.load(settings.key_file))


def _format(text: str, file: Path) -> Format:
    if not text:
        return format_of(file)
    return format_of(Path(f"list.{text}"))


def _existing(file: Path) -> Path:
    if not file.is_file():
        raise NotFound(
            "file_missing", f"{file}: no such file.", id=f"{file}: tidak ada berkas itu."
        )
    return file


def _must_be_another(out: Path, *read: Path) -> None:
    if not out.parent.is_dir():
        text = f"{out}: the folder {out.parent} is not there."
        raise NotFound("folder_missing", text, id=f"{out}: folder {out.parent} tidak ada.")
    if any(out.exists() and out.samefile(file) for file in read if file.exists()):
        text = f"{out}: answers would be written over what is read; give another --out."
        indonesian = f"{out}: jawaban akan menimpa berkas yang dibaca; sebutkan --out lain."
        raise BadInput("out_is_read", text, id=indonesian)


def _lines(file: Path) -> int:
    with file.open("rb") as opened:
        return sum(block.count(b"\n") for block in iter(lambda: opened.read(1 << 20), b""))


@contextmanager
def _bar(label: str, length: int) -> Iterator[Callable[[int], None]]:
    """Show progress on standard error if it is a terminal."""
    if not sys.stderr.isatty() or length == 0:
        yield lambda _: None
        return
    with typer.progressbar(length=length, label=label, file=sys.stderr) as bar:
        done = 0

        def step(number: int) -> None:
            nonlocal done
            if number - done >= max(1, length // 200) or number >= length:
                bar.update(number - done)
                done = number

        yield step


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        print(f"loket cekal: {refused.id}\n             {refused.en}", file=sys.stderr)
        raise SystemExit(1) from None
    except (KeyFileError, OSError) as error:
        print(f"loket cekal: {error}", file=sys.stderr)
        raise SystemExit(1) from None
