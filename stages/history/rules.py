"""Is a batch as a whole what its history makes one expect? What is not becomes a finding.

A change counts where it is large and beyond noise: it reaches the limit, measured from the median of the history; it differs from
each batch of the history by more than chance, and from the most similar one by half the limit (`usual.unlike`). With fewer than
`usual.ENOUGH` batches only the rules speak that need no history.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from stages.history import shifts
from stages.history.column_rules import missing, one_value, renamed, unit
from stages.history.label_rules import label_share, one_class, one_reviewer
from stages.history.sketch import Sketch
from stages.history.usual import ENOUGH, Change, amounts, shares, unlike
from stages.sections import Batches, Limits

__all__ = ["Finding", "judge"]

History = Sequence[Sketch]
NAMED = 3  # columns that a reason names


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that a rule found in a batch; `why` quotes no cell."""

    rule: str
    severity: Literal["block", "warn"]
    why: str


def judge(
    own: Sketch, history: History, limits: Batches, earlier: Collection[str] = (), volumes: Sequence[int] | None = None
) -> list[Finding]:
    """What is wrong with a batch as a whole, one finding a rule.

    Parameters
    ----------
    history : the newest accepted batches, oldest first.
    earlier : `content` of batches that the history does not reach: they must not come again either.
    volumes : rows of the batches that its number of rows is held against, where those are not the history.
    """
    if not own.rows and not own.feedback:
        return [Finding(rule="batch: no rows", severity="block", why="the file has a header and no rows")]
    ours, rows = own.without(limits.calendar), [batch.rows for batch in history] if volumes is None else volumes
    found = [
        _graded("batch: refused", limits.refused, _refused(own)),
        _graded("batch: one_rule", limits.one_rule, _one_rule(own)),
        _graded("batch: volume", limits.volume, _volume(own, rows)),
        _graded("batch: missing", limits.missing, missing(ours, history)),
        _graded("batch: one_value", limits.one_value, one_value(ours, history)),
        _graded("batch: unit", limits.unit, unit(ours, history)),
        _graded("batch: renamed", limits.renamed, renamed(ours, history)),
        _graded("batch: label_share", limits.label_share, label_share(own, history)),
        _said("batch: one class", "block", one_class(own, history)),
        _graded("batch: reviewer_share", limits.reviewer_share, one_reviewer(own)),
        *_labels_on_other_rows(own, history, limits.agreement),
        _said("batch: shifted times", "warn", shifts.other_zone(own, history)),
        _said("batch: replay", "block", _replay(own, history, earlier)),
    ]
    return [finding for finding in found if finding]


def _refused(own: Sketch) -> list[Change]:
    return [_absolute(own.refused, own.rows, "of the rows fail a rule")] if own.refused else []


def _one_rule(own: Sketch) -> list[Change]:
    return [_absolute(count, own.rows, f"of the rows fail the rule {rule!r}") for rule, count in sorted(own.rules.items())]


def _absolute(count: int, rows: int, what: str) -> Change:
    """A share that needs no history: the share, or twice what it is for sure if that is less; all rows are all rows."""
    sure = 2 * shares(count, rows).low.item() if count < rows else 1.0
    return Change(size=min(count / rows, sure), why=f"{count / rows:.1%} {what}")


def _volume(own: Sketch, volumes: Sequence[int]) -> list[Change]:
    """How many times as many rows as usual, up or down."""
    past = [rows for rows in volumes if rows]
    if len(past) < ENOUGH:
        return []
    change = unlike(amounts([own.rows]), amounts([[rows] for rows in past]), factor=True).item()
    why = f"{own.rows:,} rows, usually {np.median(past):,.0f}"
    return [Change(size=abs(change), why=why, factor=True)]


def _labels_on_other_rows(own: Sketch, history: History, limits: Limits) -> Iterable[Finding | None]:
    """Labels of other rows block; labels that agree less, and still more than by chance, go by the limits."""
    off = shifts.nearby(own, history, limits.warn)
    fall = [change for change in shifts.agreement(own, history) if change.reaches(limits.warn)]
    if not off and fall and shifts.by_chance(own):
        off = f"{fall[0].why}, no more than by chance"
    yield _said("batch: shifted labels", "block", off)
    if not off:
        yield _graded("batch: agreement", limits, fall)


def _replay(own: Sketch, history: History, earlier: Collection[str]) -> str | None:
    known = own.content in earlier or any(batch.content == own.content for batch in history)
    return "an earlier batch had the same rows, be it in another order or under other ids" if own.content and known else None


def _graded(rule: str, limits: Limits, changes: Sequence[Change]) -> Finding | None:
    """One finding for all columns, as severe as the worst of them."""
    found = sorted((change for change in changes if change.reaches(limits.warn)), key=lambda change: (-change.size, change.why))
    if not found:
        return None
    blocking = any(change.reaches(limits.block) for change in found)
    more = f"; and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return Finding(
        rule=rule, severity="block" if blocking else "warn", why="; ".join(change.why for change in found[:NAMED]) + more
    )


def _said(rule: str, severity: Literal["block", "warn"], why: str | None) -> Finding | None:
    return Finding(rule=rule, severity=severity, why=why) if why else None
