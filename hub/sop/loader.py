"""Read a procedure file and refuse what contradicts itself, naming the line and the rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from hub.office.faults import Fault, FaultLine
from hub.rulefile import RuleFile, RuleFileError
from hub.sop.sheet import EvidenceRule, Gate, Sop, Step
from hub.wire import Words

SKIM = Path(__file__).with_name("skim.toml")
OWN = "sop.toml"
NEEDED_STATES = ("DRAFT", "ON_HOLD_CEKAL", "ON_HOLD_MISMATCH", "REJECTED", "WITHDRAWN")


_MEND = Words(
    id="Perbaiki baris ini menurut pesan di atas.", en="Mend this line as the message says."
)


class SopFileError(RuleFileError):
    """A procedure file breaks a rule: correct `line` of `file`."""


def load_sop(path: Path = SKIM) -> Sop:
    """Return the procedure described by `path`. Raises SopFileError with line and rule."""
    file = RuleFile(path, SopFileError)
    sop = file.read(Sop)
    _check_unique(file, sop)
    _check_steps(file, sop)
    _check_gates(file, sop)
    for table, index, stage in _numbered(sop):
        _check_stage(file, sop, stage, (table, index))
    _check_states(file, sop)
    _check_fields(file, sop)
    return sop


def check_sop(path: Path) -> tuple[FaultLine, ...]:
    """Return what is wrong with a procedure file, by line; empty: a hub can be served with it."""
    try:
        load_sop(path)
    except SopFileError as error:
        return (FaultLine(error.file, error.line, "procedure", error.rule, _MEND),)
    return ()


def fault_lines(path: Path, faults: Iterable[Fault]) -> tuple[FaultLine, ...]:
    """Return `faults` of a sound procedure file with the lines where they are to be mended."""
    file = RuleFile(path, SopFileError)
    return tuple(
        FaultLine(file.name, file.line(*one.place), one.rule, one.says, one.todo) for one in faults
    )


def file_of(folder: Path) -> Path:
    """Return the procedure file of an office: its own in the hub's `folder`, else the SKIM's."""
    own = folder / OWN
    return own if own.exists() else SKIM


def load_office_sop(folder: Path) -> Sop:
    """Return the procedure of an office: its own `sop.toml` in the hub's `folder`, else the SKIM's.

    With its own file an office moves or splits gates and visits. Raises SopFileError.
    """
    return load_sop(file_of(folder))


def _numbered(sop: Sop) -> Iterable[tuple[str, int, Step | Gate]]:
    yield from (("step", index, step) for index, step in enumerate(sop.steps))
    yield from (("gate", index, gate) for index, gate in enumerate(sop.gates))


def _check_unique(file: RuleFile, sop: Sop) -> None:
    file.unique("unit", "code", (unit.code for unit in sop.units))
    file.unique("state", "code", (state.code for state in sop.states))
    file.unique("field", "name", (field.name for field in sop.fields))
    file.unique("gate", "key", (gate.key for gate in sop.gates))
    file.unique("group", "code", (group.code for group in sop.groups))


def _check_steps(file: RuleFile, sop: Sop) -> None:
    if not sop.steps:
        file.refuse("a procedure needs at least one [[step]]", "step")
    for index, step in enumerate(sop.steps):
        if step.number != index + 1:
            rule = f"steps are numbered 1, 2, 3 …: here {index + 1} is expected, not {step.number}"
            file.refuse(rule, "step", index, "number")
    total = sum(step.minutes for step in sop.steps)
    if total != sop.sheet.minutes:
        rule = f"the minutes of the steps sum to {total}, the sheet says {sop.sheet.minutes}"
        file.refuse(rule, "sheet", "minutes")


def _check_gates(file: RuleFile, sop: Sop) -> None:
    for index, gate in enumerate(sop.gates):
        if gate.after > len(sop.steps):
            file.refuse(f"there is no step {gate.after}", "gate", index, "after")


def _check_states(file: RuleFile, sop: Sop) -> None:
    missing = [code for code in NEEDED_STATES if sop.state(code) is None]
    if missing:
        file.refuse(f"the state {missing[0]} is missing", "state", 0)
    for index, related in enumerate(sop.sheet.related):
        states = {move.state for move in related.moves}
        named = {n for move in related.moves for n in move.next} | set(related.settled_from)
        if unknown := named - states:
            rule = f"the branch has no state {min(unknown)}"
            file.refuse(rule, "sheet", "related", index, "moves")
        if related.holds and sop.state(related.holds) is None:
            file.refuse(f"there is no state {related.holds}", "sheet", "related", index, "holds")


def _check_fields(file: RuleFile, sop: Sop) -> None:
    groups = {group.code for group in sop.groups}
    for index, field in enumerate(sop.fields):
        if groups and field.group not in groups:
            file.refuse(f"there is no group {field.group}", "field", index, "group")
        if (field.kind == "choice") != bool(field.choices):
            file.refuse("choices belong to kind choice, and only there", "field", index, "kind")


Place = tuple[str, int]


def _check_stage(file: RuleFile, sop: Sop, stage: Step | Gate, place: Place) -> None:
    for code in stage.performers:
        if sop.unit(code) is None:
            file.refuse(f"there is no unit {code}", *place, "performers")
    if not stage.roles:
        file.refuse("at least one role must be able to do this", *place, "roles")
    if sop.state(stage.reaches) is None:
        file.refuse(f"there is no state {stage.reaches}", *place, "reaches")
    for index, branch in enumerate(stage.divert):
        if not _is_branch(sop, branch.to):
            file.refuse(f"there is no branch {branch.to}", *place, "divert", index, "to")
    if isinstance(stage, Step) and stage.mark and sop.unit(stage.mark.column) is None:
        file.refuse(f"there is no unit {stage.mark.column}", *place, "mark", "column")
    _check_evidence(file, sop, stage.evidence, place)


def _check_evidence(file: RuleFile, sop: Sop, rules: Sequence[EvidenceRule], place: Place) -> None:
    if not rules:
        file.refuse("a step without evidence cannot be proved", *place)
    seen: set[str] = set()
    for index, rule in enumerate(rules):
        at = (*place, "evidence", index)
        if rule.key in seen:
            file.refuse(f"evidence {rule.key} stands twice in this step", *at, "key")
        seen.add(rule.key)
        if (rule.kind == "choice") != bool(rule.choices):
            file.refuse("choices belong to kind choice, and only there", *at, "kind")
        if (rule.kind == "print") != bool(rule.paper):
            file.refuse("paper belongs to kind print, and only there", *at, "kind")
        _check_links(file, sop, rules, rule, at)


def _check_links(
    file: RuleFile,
    sop: Sop,
    rules: Sequence[EvidenceRule],
    rule: EvidenceRule,
    at: tuple[str | int, ...],
) -> None:
    if rule.when is not None and rule.when.key not in {r.key for r in rules}:
        file.refuse(f"there is no row {rule.when.key} in this step", *at, "when")
    for key in rule.needs:
        if rule.kind != "print" or key not in {r.key for r in rules}:
            file.refuse(f"a paper needs rows of its step; {key} is none", *at, "needs")
    for choice in rule.choices:
        if choice.divert and not _is_branch(sop, choice.divert):
            file.refuse(f"there is no branch {choice.divert}", *at, "choices")


def _is_branch(sop: Sop, code: str) -> bool:
    related = sop.related(code)
    return related is not None and bool(related.holds and related.roles and related.outcomes)
