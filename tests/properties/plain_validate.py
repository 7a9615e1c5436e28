"""What validation counts, once more: row by row in plain Python, given the files' verdicts and the conflicts."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from plain_labels import Heard, heard, with_states
from plain_world import GONE, File, Row, World, free, time

COLORS = ("red", "blue")


@dataclass
class Counted:
    """Whether anything trains; rows by what became of them; the state of every line; the rows of each role by name."""

    trains: bool
    rows: Counter[str] = field(default_factory=Counter)
    states: list[str] = field(default_factory=list)
    used: dict[str, list[Row]] = field(default_factory=lambda: {"training": [], "holdout": []})


def rules_of(row: Row, file: File, before: list[Row], golden: set[str], window: timedelta) -> set[str]:
    """Every rule that a row fails; `window` is how far back training reaches."""
    at = time(row.at)
    number = float(row.size) if row.size not in ("", "oops") else None
    rules = {
        "id: missing": not row.id,
        "id: repeated": bool(row.id) and row.id in {own.id for own in before},
        "id: in the golden set": row.id in golden,
        "at: not an ISO time": at is None,
        "at: after the end of its batch": at is not None and file.last is not None and at.date() > file.last,
        "at: long before its batch": at is not None and file.first is not None and at.date() < file.first - window,
        "color: missing": not row.color,
        "color: isin(['red', 'blue'])": bool(row.color) and row.color not in COLORS,
        "size: not a number": row.size == "oops",
        "size: greater_than(0)": number is not None and number <= 0,
    }
    return {rule for rule, fails in rules.items() if fails}


def passing(world: World) -> dict[str, list[Row]]:
    """By file the rows that fail no rule, or were released from those they fail."""
    golden, found = {row.id for row in world.golden}, {}
    window = timedelta(days=world.params.split.training_days)
    for file in world.raw:
        rows = file.rows or []
        found[file.key] = [
            row
            for k, row in enumerate(rows)
            if all(free(world, file.key, rule, row.id) for rule in rules_of(row, file, rows[:k], golden, window))
        ]
    return found


def roles(world: World, verdicts: Mapping[str, str]) -> tuple[date, dict[str, str]]:
    """The day it is, and by file what it is used for; where nothing trains, nothing judges."""
    usable = [file for file in world.raw if file.last and verdicts[file.key] != "blocked"]
    split, sources = world.params.split, world.params.labels.sources
    today = world.params.as_of or max((file.last for file in usable or world.raw if file.last), default=date(1970, 1, 1))
    days = min(source.maturity_days for source in sources.values())
    mature = [file.key for file in usable if (today - file.last).days >= days]
    judging, found = mature[-split.holdout_batches :], {}
    for file in usable:
        young = (today - file.last).days < split.training_days
        older = "training" if young else "expired"
        found[file.key] = "immature" if file.key not in mature else "holdout" if file.key in judging else older
    if "training" not in found.values():
        found = {key: "immature" if role == "holdout" else role for key, role in found.items()}
    return today, found


def words(row: Row) -> set[str]:
    return set(row.text.lower().split())


def counted(world: World, verdicts: Mapping[str, str], conflicts: Collection[str]) -> Counted:
    """Everything counted."""
    today, role = roles(world, verdicts)
    passed, kept, found = passing(world), {}, Counted("training" in role.values())
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
    held = [*found.used["holdout"], *world.golden] if role == "training" else []
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
