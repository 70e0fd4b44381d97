"""What a procedure file must not contradict: numbers, references, states, duties, dates."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from hub.office.faults import Fault
from hub.rulefile import Place
from hub.sop.paper_kinds import SAYS
from hub.sop.sheet import EvidenceRule, Gate, RelatedSop, Sop, Step
from hub.wire import Words

NEEDED_STATES = ("DRAFT", "ON_HOLD_CEKAL", "ON_HOLD_MISMATCH", "REJECTED", "WITHDRAWN")
NEVER_REACHED = frozenset({*NEEDED_STATES, "RETURNED_INCOMPLETE", "EXPIRED_UNPAID", "UNCOLLECTED"})
"""States that a case comes to otherwise than by completing a step."""
LAST = "ARCHIVED"

_TWICE = Words(id="Beri masing-masing nilai sendiri.", en="Give each its own value.")
_ADD = Words(id="Tambahkan tabel yang disebut.", en="Add the named table.")
_MATCH = Words(
    id="Sesuaikan baris ini dengan yang disebut.", en="Make this line agree with what is named."
)


def sop_faults(sop: Sop) -> Iterator[Fault]:
    """Return every rule that the file breaks, in the order in which it is best mended."""
    yield from _unique(sop)
    yield from _steps(sop)
    yield from _gates(sop)
    for table, index, stage in numbered(sop):
        yield from _stage(sop, stage, (table, index))
    yield from _duties(sop)
    yield from _states(sop)
    for index, related in enumerate(sop.sheet.related):
        yield from _branch(sop, related, ("sheet", "related", index))
    yield from _fields(sop)
    yield from _purposes(sop)
    yield from _dates(sop)
    yield from _unnamed(sop)


def numbered(sop: Sop) -> Iterable[tuple[str, int, Step | Gate]]:
    """Return every step and gate with its table and its place there."""
    yield from (("step", index, step) for index, step in enumerate(sop.steps))
    yield from (("gate", index, gate) for index, gate in enumerate(sop.gates))


def one_of(known: Iterable[str]) -> Words:
    """Return what to do about a name that does not exist: one of `known`."""
    names = ", ".join(known) or "–"
    return Words(
        id=f"Tulis salah satu yang ada: {names}; atau tambahkan tabelnya.",
        en=f"Write one that there is: {names}; or add its table.",
    )


def unknown(rule: str, kind: str, name: str, known: Iterable[str], place: Place) -> Fault:
    """Return the fault of a reference to a `kind` that does not exist."""
    return Fault(rule, f"there is no {kind} {name}", one_of(known), place)


def _unique(sop: Sop) -> Iterator[Fault]:
    tables: tuple[tuple[Place, str, Iterable[str]], ...] = (
        (("unit",), "code", (one.code for one in sop.units)),
        (("state",), "code", (one.code for one in sop.states)),
        (("field",), "name", (one.name for one in sop.fields)),
        (("gate",), "key", (one.key for one in sop.gates)),
        (("group",), "code", (one.code for one in sop.groups)),
        (("purpose",), "value", (one.value for one in sop.purposes)),
        (("basis",), "value", (one.value for one in sop.bases)),
        (("sheet", "related"), "code", (one.code for one in sop.sheet.related)),
    )
    for place, key, values in tables:
        name = place[-1]
        for index, value in _repeated(values):
            says = f"{name} {key} {value} stands twice"
            yield Fault(f"unique-{name}", says, _TWICE, (*place, index, key))


def _repeated(values: Iterable[str]) -> Iterator[tuple[int, str]]:
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value in seen:
            yield index, value
        seen.add(value)


def _steps(sop: Sop) -> Iterator[Fault]:
    if not sop.steps:
        yield Fault("steps", "a procedure needs at least one [[step]]", _ADD, ("step",))
    for index, step in enumerate(sop.steps):
        if step.number != index + 1:
            says = f"steps are numbered 1, 2, 3 …: here {index + 1} is expected, not {step.number}"
            todo = Words(id=f"Tulis number = {index + 1}.", en=f"Write number = {index + 1}.")
            yield Fault("step-number", says, todo, ("step", index, "number"))
    total = sum(step.minutes for step in sop.steps)
    if total != sop.sheet.minutes:
        says = f"the minutes of the steps sum to {total}, the sheet says {sop.sheet.minutes}"
        yield Fault("minutes", says, _MATCH, ("sheet", "minutes"))


def _gates(sop: Sop) -> Iterator[Fault]:
    for index, gate in enumerate(sop.gates):
        if gate.after > len(sop.steps):
            todo = Words(
                id=f"Tulis 0 (di awal) sampai {len(sop.steps)}.",
                en=f"Write 0 (at the beginning) to {len(sop.steps)}.",
            )
            yield Fault(
                "gate-after", f"there is no step {gate.after}", todo, ("gate", index, "after")
            )


def _stage(sop: Sop, stage: Step | Gate, place: Place) -> Iterator[Fault]:
    units = [unit.code for unit in sop.units]
    for code in stage.performers:
        if code not in units:
            yield unknown("performers", "unit", code, units, (*place, "performers"))
    if not stage.roles:
        says = "at least one role must be able to do this"
        todo = Words(id="Tulis peran yang mengerjakan.", en="Write the roles that work it.")
        yield Fault("roles", says, todo, (*place, "roles"))
    yield from _reaches(sop, stage, (*place, "reaches"))
    for index, branch in enumerate(stage.divert):
        if not _is_branch(sop, branch.to):
            where = (*place, "divert", index, "to")
            yield unknown("divert", "branch", branch.to, _branches(sop), where)
    if isinstance(stage, Step) and stage.mark and stage.mark.column not in units:
        yield unknown("mark", "unit", stage.mark.column, units, (*place, "mark", "column"))
    yield from _evidence(sop, stage.evidence, place)


def _reaches(sop: Sop, stage: Step | Gate, place: Place) -> Iterator[Fault]:
    states = [state.code for state in sop.states]
    if stage.reaches not in states:
        yield unknown("reaches", "state", stage.reaches, states, place)
        return
    held = {related.holds for related in sop.sheet.related}
    last = stage is sop.stages[-1]
    if stage.reaches in NEVER_REACHED | held or (stage.reaches == LAST) != last:
        says = (
            f"the last stage reaches {LAST}, not {stage.reaches}"
            if last
            else f"no step on the way reaches {stage.reaches}"
        )
        fit = [one for one in states if one not in {*NEVER_REACHED, *held, LAST}]
        yield Fault("reaches", says, one_of([LAST] if last else fit), place)


def _evidence(sop: Sop, rules: Sequence[EvidenceRule], place: Place) -> Iterator[Fault]:
    if not rules:
        todo = Words(id="Tambahkan tabel evidence.", en="Add a table of evidence.")
        yield Fault("evidence", "a step without evidence cannot be proved", todo, place)
    for index, key in _repeated(rule.key for rule in rules):
        says = f"evidence {key} stands twice in this step"
        yield Fault("unique-evidence", says, _TWICE, (*place, "evidence", index, "key"))
    for index, rule in enumerate(rules):
        at = (*place, "evidence", index)
        for kind, table in (("choice", "choices"), ("print", "paper")):
            if (rule.kind == kind) != bool(getattr(rule, table)):
                verb = "belong" if table == "choices" else "belongs"
                says = f"{table} {verb} to kind {kind}, and only there"
                yield Fault("evidence-kind", says, _MATCH, (*at, "kind"))
        for _, value in _repeated(choice.value for choice in rule.choices):
            yield Fault("unique-choice", f"choice {value} stands twice", _TWICE, (*at, "choices"))
        yield from _links(sop, rules, rule, at)


def _links(
    sop: Sop, rules: Sequence[EvidenceRule], rule: EvidenceRule, at: Place
) -> Iterator[Fault]:
    yield from _when(rules, rule, (*at, "when"))
    keys = [one.key for one in rules if one is not rule]
    for key in rule.needs:
        if rule.kind != "print" or key not in keys:
            says = f"a paper needs rows of its step; {key} is none"
            yield Fault("evidence-needs", says, one_of(keys), (*at, "needs"))
    for choice in rule.choices:
        if choice.divert and not _is_branch(sop, choice.divert):
            known = _branches(sop)
            yield unknown("evidence-divert", "branch", choice.divert, known, (*at, "choices"))
    yield from _paper(sop, rule, (*at, "paper"))


def _when(rules: Sequence[EvidenceRule], rule: EvidenceRule, at: Place) -> Iterator[Fault]:
    if rule.when is None:
        return
    others = {one.key: one for one in rules if one is not rule}
    asked = others.get(rule.when.key)
    if asked is None:
        says = f"there is no row {rule.when.key} in this step"
        yield Fault("evidence-when", says, one_of(others), at)
        return
    answers = [choice.value for choice in asked.choices]
    for value in rule.when.values:
        if answers and value not in answers:
            yield unknown("evidence-when", "answer", value, answers, at)


def _paper(sop: Sop, rule: EvidenceRule, at: Place) -> Iterator[Fault]:
    fields = {field.name for field in sop.fields}
    for name in SAYS.get(rule.paper, ()):
        if name not in fields:
            says = f"the paper {rule.paper} says the field {name}, which there is not"
            yield Fault("paper-field", says, _ADD, at)
    if rule.paper in ("skim_letter", "skim_card", "endorsement") and not sop.purposes:
        says = f"the paper {rule.paper} says what for, and there is no [[purpose]]"
        yield Fault("paper-purpose", says, _ADD, at)


def _duties(sop: Sop) -> Iterator[Fault]:
    """A duty is done once: the hub asks which stage has it."""
    seen: dict[str, str] = {}
    for table, index, stage in numbered(sop):
        for duty in stage.does:
            if duty in seen and duty != "check_list":
                says = f"{duty} is the duty of {seen[duty]} already"
                todo = Words(id="Hapus pada salah satunya.", en="Remove it from one of them.")
                yield Fault("duty-twice", says, todo, (table, index, "does"))
            seen.setdefault(duty, stage.name)


def _states(sop: Sop) -> Iterator[Fault]:
    for code in NEEDED_STATES:
        if sop.state(code) is None:
            todo = Words(id=f"Tambahkan [[state]] {code}.", en=f"Add the [[state]] {code}.")
            yield Fault("states", f"the state {code} is missing", todo, ("state", 0))


def _branch(sop: Sop, related: RelatedSop, place: Place) -> Iterator[Fault]:
    states = [move.state for move in related.moves]
    named = [(name, "moves") for move in related.moves for name in move.next]
    named += [(name, "settled_from") for name in related.settled_from]
    for name, key in named:
        if name not in states:
            says = f"the branch has no state {name}"
            yield Fault("branch-state", says, one_of(states), (*place, key))
    for key, values in (
        ("moves", states),
        ("natures", [one.value for one in related.natures]),
        ("outcomes", related.outcomes),
    ):
        for _, value in _repeated(values):
            yield Fault("unique-branch", f"{value} stands twice", _TWICE, (*place, key))
    for outcome in related.says:
        if outcome not in related.outcomes:
            yield unknown("branch-says", "outcome", outcome, related.outcomes, (*place, "says"))
    if related.holds and sop.state(related.holds) is None:
        known = [state.code for state in sop.states]
        yield unknown("branch-holds", "state", related.holds, known, (*place, "holds"))


def _fields(sop: Sop) -> Iterator[Fault]:
    groups = [group.code for group in sop.groups]
    for index, there in _repeated(str(field.transcribe or field.name) for field in sop.fields):
        says = f"transcribe {there} stands twice"
        yield Fault("unique-transcribe", says, _TWICE, ("field", index, "transcribe"))
    for index, field in enumerate(sop.fields):
        place: Place = ("field", index)
        if groups and field.group not in groups:
            yield unknown("field-group", "group", field.group, groups, (*place, "group"))
        if (field.kind == "choice") != bool(field.choices):
            says = "choices belong to kind choice, and only there"
            yield Fault("field-choices", says, _MATCH, (*place, "kind"))
        for _, value in _repeated(choice.value for choice in field.choices):
            says = f"choice {value} stands twice"
            yield Fault("unique-choice", says, _TWICE, (*place, "choices"))
        for key, kind, answers in (
            ("purposes", "purpose", sop.purposes),
            ("bases", "basis", sop.bases),
        ):
            known = [answer.value for answer in answers]
            yield from _unknown_answers(getattr(field, key), kind, known, (*place, key))


def _unknown_answers(
    named: Collection[str], kind: str, known: Sequence[str], place: Place
) -> Iterator[Fault]:
    for name in named:
        if name not in known:
            yield unknown(f"field-{kind}", kind, name, known, place)


def _purposes(sop: Sop) -> Iterator[Fault]:
    if not sop.prints("skim_letter"):
        return
    for index, purpose in enumerate(sop.purposes):
        if purpose.letter is None:
            says = f"the letter says nothing for the purpose {purpose.value}"
            todo = Words(
                id='Tulis letter = { id = "…", en = "…" }, kalimat pada surat.',
                en='Write letter = { id = "…", en = "…" }, the sentence on the letter.',
            )
            yield Fault("purpose-letter", says, todo, ("purpose", index, "value"))


def _unnamed(sop: Sop) -> Iterator[Fault]:
    """What a page calls by its name must have one, in both languages."""
    named: list[tuple[Words, Place]] = [
        (stage.title, (table, index, "title")) for table, index, stage in numbered(sop)
    ]
    named += [
        (rule.label, (table, index, "evidence", place, "label"))
        for table, index, stage in numbered(sop)
        for place, rule in enumerate(stage.evidence)
    ]
    named += [(field.label, ("field", index, "label")) for index, field in enumerate(sop.fields)]
    named += [(state.name, ("state", index, "name")) for index, state in enumerate(sop.states)]
    for words, place in named:
        if not words.id.strip() or not words.en.strip():
            todo = Words(
                id='Tulis { id = "…", en = "…" }, keduanya berisi.',
                en='Write { id = "…", en = "…" }, both filled in.',
            )
            yield Fault("unnamed", f"{place[-1]} is empty in a language", todo, place)


def _dates(sop: Sop) -> Iterator[Fault]:
    made = sop.sheet.made_on.date
    for key in ("revised_on", "in_force_on"):
        later = getattr(sop.sheet, key).date
        if made is not None and later is not None and later < made:
            says = f"{key} {later} lies before made_on {made}"
            todo = Words(id="Perbaiki salah satu tanggal.", en="Correct one of the two dates.")
            yield Fault("dates", says, todo, ("sheet", key))


def _branches(sop: Sop) -> list[str]:
    return [one.code for one in sop.sheet.related if _is_branch(sop, one.code)]


def _is_branch(sop: Sop, code: str) -> bool:
    related = sop.related(code)
    return related is not None and bool(related.holds and related.roles and related.outcomes)
