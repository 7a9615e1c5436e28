"""What validation counts, once more: row by row and line by line in plain Python, given the files' verdicts and the conflicts."""

import math
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

GONE, NEAR, GROUP = "label: reviewers disagree", "row: near-duplicate of a test row", "row: group of a test row"
ASIDE = "label: reviewer contradicts gold"
COLORS = ("red", "blue")
ACTIONS = ("correct", "confirm", "label", "skip", "outcome")
NEVER = ("id: ", "label: no id", "label: missing", "label: unknown source", NEAR, GROUP)  # of those that can occur here


@dataclass(frozen=True)
class Row:
    """One line of a raw file; cells are text, empty where there is none."""

    id: str
    at: str
    color: str
    size: str
    label: str
    served: str
    who: str
    text: str


@dataclass(frozen=True)
class Line:
    """One line of a feedback file."""

    id: str
    label: str
    reviewer: str
    action: str
    source: str
    reviewed_at: str


@dataclass(frozen=True)
class File:
    """A file: the days of its period (none: its name declares none), and its rows or lines (none: it cannot be read)."""

    key: str
    first: date | None
    last: date | None
    rows: list[Any] | None


@dataclass(frozen=True)
class World:
    """All that comes in, oldest file first; `releases` holds (file, rule, id or None)."""

    raw: list[File]
    feedback: list[File]
    golden: list[Row]
    releases: Collection[tuple[str, str, str | None]]
    params: Any


@dataclass
class Counted:
    """Rows by what became of them; the state of every line; the rows of each role by name."""

    rows: Counter[str] = field(default_factory=Counter)
    states: list[str] = field(default_factory=list)
    used: dict[str, list[Row]] = field(default_factory=lambda: {"training": [], "holdout": []})


def time(text: str) -> datetime | None:
    """An ISO time of 10 letters or more; anything else is none."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def free(world: World, key: str, rule: str, name: str) -> bool:
    """Whether a person released this row, or all of them, from a rule."""
    return not rule.startswith(NEVER) and bool({(key, rule, None), (key, rule, name or "?")} & set(world.releases))


# --- rows


def rules_of(row: Row, file: File, before: list[Row], golden: set[str]) -> set[str]:
    """Every rule that a row fails."""
    at = time(row.at)
    number = float(row.size) if row.size not in ("", "oops") else None
    rules = {
        "id: missing": not row.id,
        "id: repeated": bool(row.id) and row.id in {own.id for own in before},
        "id: in the golden set": row.id in golden,
        "at: not an ISO time": at is None,
        "at: after the end of its batch": at is not None and file.last is not None and at.date() > file.last,
        "color: missing": not row.color,
        "color: isin(['red', 'blue'])": bool(row.color) and row.color not in COLORS,
        "size: not a number": row.size == "oops",
        "size: greater_than(0)": number is not None and number <= 0,
    }
    return {rule for rule, fails in rules.items() if fails}


def passing(world: World) -> dict[str, list[Row]]:
    """By file the rows that fail no rule, or were released from those they fail."""
    golden, found = {row.id for row in world.golden}, {}
    for file in world.raw:
        rows = file.rows or []
        found[file.key] = [
            row
            for k, row in enumerate(rows)
            if all(free(world, file.key, rule, row.id) for rule in rules_of(row, file, rows[:k], golden))
        ]
    return found


def roles(world: World, verdicts: Mapping[str, str]) -> tuple[date | None, dict[str, str]]:
    """The day it is, and by file what it is used for; no day where nothing trains."""
    usable = [file for file in world.raw if file.last and verdicts[file.key] != "blocked"]
    split, sources = world.params.split, world.params.labels.sources
    if not usable:
        return None, {}
    today = world.params.as_of or usable[-1].last
    days = min(source.maturity_days for source in sources.values())
    mature = [file.key for file in usable if (today - file.last).days >= days]
    judging, found = mature[-split.holdout_batches :], {}
    for file in usable:
        young = (today - file.last).days < split.training_days
        older = "training" if young else "expired"
        found[file.key] = "immature" if file.key not in mature else "holdout" if file.key in judging else older
    return (today if "training" in found.values() else None), found


# --- labels


def beside(world: World, passed: dict[str, list[Row]], kept: dict[str, str]) -> dict[str, tuple[Row | None, str | None]]:
    """By id of every row that came in: the row as far as it is known, and the file in which it counts."""
    found: dict[str, tuple[Row | None, str | None]] = {}
    for file in world.raw:
        own = {row.id: row for row in passed[file.key]}
        for name in {row.id for row in file.rows or [] if row.id}:
            if kept.get(name) == file.key:
                found[name] = (own[name], file.key)
            found.setdefault(name, (own.get(name), None))
    return found


def rule_of(line: Line, file: File, row: Row | None, known: bool, world: World) -> tuple[str | None, str]:
    """The first rule that a line of feedback fails, and its label: what was served, where it confirms without one."""
    at, given = time(line.reviewed_at), line.label
    served = row.served if row and world.params.columns.prediction else ""
    label = served if line.action == "confirm" and not given else given
    source = world.params.labels.sources.get(line.source)
    compared = bool(served and label and line.action != "skip")
    same, came = compared and served == label, time(row.at) if row else None
    rules = {
        "reviewed_at: not an ISO time": bool(line.reviewed_at) and at is None,
        "label: no id": not line.id,
        "label: unknown action": line.action not in ACTIONS,
        "label: unknown source": source is None,
        "label: unknown row": not known,
        "label: given before the row came in": bool(at and came and at < came),
        "label: given after the end of its file": bool(at and file.last and at.date() > file.last),
        "label: missing": not label and line.action != "skip",
        "label: contradicts its action": (compared and not same and line.action == "confirm")
        or (same and line.action == "correct"),
        "label: repeats the prediction": same and line.action == "outcome" and bool(source and not source.independent),
    }
    return next((rule for rule, fails in rules.items() if fails), None), label


@dataclass
class Heard:
    """A line of feedback with what is known of it."""

    line: Line
    file: File
    label: str
    rule: str | None
    batch: str | None
    state: str = ""


def freed(own: Heard, world: World) -> bool:
    says = bool(own.line.id and own.label and own.line.source in world.params.labels.sources)
    return says and own.rule is not None and free(world, own.file.key, own.rule, own.line.id)


def heard(world: World, passed: dict[str, list[Row]], kept: dict[str, str], today: date) -> list[Heard]:
    rows, found = beside(world, passed, kept), []
    unread = any(not file.rows for file in world.raw)
    for file in world.feedback:
        for line in (file.rows or []) if file.first and file.first <= today else []:
            row, batch = rows.get(line.id, (None, None))
            known = line.id in rows or line.id in {row.id for row in world.golden} or unread
            rule, label = rule_of(line, file, row, known, world)
            found.append(Heard(line, file, label, rule, batch))
    return found


def set_aside(lines: list[Heard], gold: dict[str, str], least: float) -> set[str]:
    """Reviewers whose answers to gold questions are so often wrong by chance in less than one case of twenty."""
    asked: dict[str, dict[str, bool]] = {}
    for own in lines:
        if own.line.id in gold:
            asked.setdefault(own.line.reviewer, {})[own.line.id] = own.label == gold[own.line.id]
    return {
        name
        for name, own in asked.items()
        if sum(math.comb(len(own), k) * least**k * (1 - least) ** (len(own) - k) for k in range(sum(own.values()) + 1)) < 0.05
    }


def with_states(lines: list[Heard], world: World, verdicts: Mapping[str, str], role: dict[str, str], today: date) -> None:
    labels, gold = world.params.labels, {row.id: row.label for row in world.golden if row.label}
    answers = [
        own
        for own in lines
        if (own.rule is None or freed(own, world)) and verdicts[own.file.key] != "blocked" and own.line.action != "skip"
    ]
    aside, last = set_aside(answers, gold, labels.min_accuracy), {file.key: file.last for file in world.raw}
    for own in answers:
        own.rule = ASIDE if own.line.reviewer in aside else own.rule
    for own in lines:
        at, source, mine = time(own.line.reviewed_at), labels.sources.get(own.line.source), role.get(own.batch or "")
        ripe = bool(own.batch and source and last[own.batch] + timedelta(days=source.maturity_days) <= today)
        if verdicts[own.file.key] == "blocked":
            own.state = "blocked"
        elif own.rule and not freed(own, world):
            own.state = "refused"
        elif own.line.action == "skip":
            own.state = "skipped"
        elif own.line.id in gold:
            own.state = "gold"
        elif (at and at.date() > today) or mine not in ("training", "holdout", "expired") or not ripe:
            own.state = "waiting"
        else:
            own.state = "history" if mine == "expired" else "voted"
    newest: dict[tuple[str, str, str], Heard] = {}
    counted = [own for own in lines if own.state in ("voted", "gold", "history")]
    for own in sorted(counted, key=lambda own: time(own.line.reviewed_at) or datetime.min):
        who = (own.line.id, own.line.reviewer, own.line.source)
        if who in newest:
            newest[who].state = "superseded"
        newest[who] = own


# --- all together


def words(row: Row) -> set[str]:
    return set(row.text.lower().split())


def counted(world: World, verdicts: Mapping[str, str], conflicts: Collection[str]) -> Counted | None:
    """Everything counted, or None where nothing trains."""
    today, role = roles(world, verdicts)
    if today is None:
        return None
    passed, kept, found = passing(world), {}, Counted()
    for file in world.raw:
        for row in passed[file.key] if file.key in role else []:
            kept.setdefault(row.id, file.key)
    lines = heard(world, passed, kept, today)
    with_states(lines, world, verdicts, role, today)
    found.states = [own.state for own in lines]
    mine = {file.key: [row for row in passed[file.key] if kept.get(row.id) == file.key] for file in world.raw}
    for judging in (True, False):
        for file in world.raw:
            if (role.get(file.key) == "holdout") is judging:
                _count(file, mine[file.key], role.get(file.key, "blocked"), lines, conflicts, world, today, found)
    return found


def _count(
    file: File, rows: list[Row], role: str, lines: list[Heard], conflicts: Collection[str], world: World, today: date,
    found: Counted,
) -> None:  # fmt: skip
    came = len(file.rows or [])
    found.rows["in"] += came
    if role == "blocked":
        found.rows["blocked"] += came
        return
    found.rows["quarantined"] += came - len(rows)
    if role in ("immature", "expired"):
        found.rows[role] += len(rows)
        return
    voted = {own.line.id for own in lines if own.state == "voted"}
    waits = {own.line.id for own in lines if own.state == "waiting"}
    held = [*found.used["holdout"], *(row for row in world.golden if row.label)] if role == "training" else []
    for row in rows:
        conflict = row.id in conflicts and not free(world, file.key, GONE, row.id)
        own, unripe = _raw_label(row, file, world, today)
        has = bool(own) or (row.id in voted and not conflict)
        if conflict or (has and _leaks(row, held, world)):
            found.rows["quarantined"] += 1
        elif has:
            found.rows[role] += 1
            found.used[role].append(row)
        else:
            found.rows["immature" if row.id in waits or unripe else "unlabelled"] += 1


def _raw_label(row: Row, file: File, world: World, today: date) -> tuple[str, bool]:
    """The label that came with a row, if it counts; whether it has to wait."""
    source = world.params.labels.sources.get("raw")
    if not source or not row.label or not file.last:
        return "", False
    if today < file.last + timedelta(days=source.maturity_days):
        return "", True
    repeats = not source.independent and world.params.columns.prediction and row.label == row.served
    return ("" if repeats and not free(world, file.key, "label: repeats the prediction", row.id) else row.label), False


def _leaks(row: Row, held: list[Row], world: World) -> bool:
    groups = {own.who for own in held if own.who} if world.params.split.disjoint_groups else set()
    near = any(
        words(row) and len(words(row) & words(own)) >= world.params.split.near_duplicate * len(words(row) | words(own))
        for own in held
    )
    return near or row.who in groups
