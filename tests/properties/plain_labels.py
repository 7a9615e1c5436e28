"""What becomes of every line of feedback, once more: line by line in plain Python."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from plain_world import File, Line, Row, World, free, time

ASIDE = "label: reviewer contradicts gold"
ACTIONS = ("correct", "confirm", "label", "skip", "outcome")


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
        "label: repeats the prediction": same
        and (line.action == "outcome" or not line.reviewer)
        and bool(source and not source.independent),
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

    @property
    def who(self) -> str:
        """The reviewer; of those who do not sign, their source."""
        return self.line.reviewer or self.line.source


def freed(own: Heard, world: World) -> bool:
    says = bool(own.line.id and own.label and own.line.source in world.params.labels.sources)
    return says and own.rule is not None and free(world, own.file.key, own.rule, own.line.id)


def heard(world: World, passed: dict[str, list[Row]], kept: dict[str, str], today: date) -> list[Heard]:
    rows, found = beside(world, passed, kept), []
    unread = any(not file.rows for file in world.raw)
    covered = max(file.last for file in world.raw if file.last)
    for file in world.feedback:
        for line in (file.rows or []) if file.first and file.first <= today else []:
            row, batch = rows.get(line.id, (None, None))
            known = line.id in rows or line.id in {row.id for row in world.golden} or unread or file.last > covered
            rule, label = rule_of(line, file, row, known, world)
            found.append(Heard(line, file, label, rule, batch))
    return found


def set_aside(lines: list[Heard], gold: dict[str, str], least: float) -> set[str]:
    """Reviewers whose answers to gold questions are so often wrong by chance in less than one case of twenty."""
    asked: dict[str, dict[str, bool]] = {}
    for own in lines:
        if own.line.id in gold:
            asked.setdefault(own.who, {})[own.line.id] = own.label == gold[own.line.id]
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
    since = today - timedelta(days=world.params.split.training_days - 1)
    recent = [
        own
        for own in answers
        if (time(own.line.reviewed_at) or datetime.combine(own.file.last, datetime.max.time())).date() >= since
    ]
    aside, last = set_aside(recent, gold, labels.min_accuracy), {file.key: file.last for file in world.raw}
    for own in answers:
        own.rule = ASIDE if own.who in aside else own.rule
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
    newest: dict[tuple[str, ...], Heard] = {}
    counted = [own for own in lines if own.state in ("voted", "gold", "history")]
    trusted = {name: source.trust for name, source in labels.sources.items()}
    for own in sorted(counted, key=lambda own: (trusted[own.line.source], time(own.line.reviewed_at) or datetime.min)):
        who = (own.line.id, own.line.reviewer) if own.line.reviewer else (own.line.id, "", own.line.source, own.label)
        if who in newest:
            newest[who].state = "superseded"
        newest[who] = own
