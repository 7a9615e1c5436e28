"""What the metrics files of one commit said, as far as the health of the loop depends on it.

Years of commits were written by many versions of the stages: what a file lacks is left out, and nothing is guessed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

NAMES = ("validation", "trigger", "comparison")  # the files of a look, in metrics/


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Two bundles on one holdout of `batches` with `n` rows: the value of every metric on each side."""

    baseline: str
    candidate: str
    holdout: str
    n: int
    batches: frozenset[str]
    old: Mapping[str, float]
    new: Mapping[str, float]

    def gain(self, metric: str) -> float | None:
        """Candidate minus baseline; None where one of them has no such value."""
        return self.new[metric] - self.old[metric] if metric in self.old and metric in self.new else None


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What validation said of a file."""

    verdict: str
    role: str
    released: bool


@dataclass(frozen=True, kw_only=True)
class Labels:
    """The newest file of answers, those of it that were refused or are in conflict, and who gave all answers.

    `accuracy` is how often each reviewer is right, `set_aside` names those whose labels do not count, and why.
    """

    answers: int
    bad: int
    accuracy: tuple[float, ...]
    reviewers: int
    set_aside: tuple[str, ...]

    @property
    def share(self) -> float:
        """Of the newest answers, the bad ones."""
        return self.bad / self.answers if self.answers else 0.0


@dataclass(frozen=True, kw_only=True)
class Look:
    """One commit that changed the metrics; `trigger` is its verdict."""

    as_of: date
    trigger: str | None = None
    compared: Compared | None = None
    batches: Mapping[str, Batch] = field(default_factory=dict)
    rows: Mapping[str, int] = field(default_factory=dict)
    labels: Labels | None = None


def look(files: Mapping[str, dict[str, Any]]) -> Look | None:
    """Read the files of one commit, by their names in `NAMES`; None where no day is in them."""
    validation, trigger = files.get("validation", {}), files.get("trigger", {})
    day = validation.get("as_of") or trigger.get("as_of")
    if not isinstance(day, str):
        return None
    return Look(
        as_of=date.fromisoformat(day),
        trigger=str(trigger["verdict"]) if "verdict" in trigger else None,
        compared=_compared(files.get("comparison", {}), validation),
        batches={_name(key): _batch(own) for key, own in _dict(validation, "batches").items()},
        rows={name: int(rows) for name, rows in _dict(validation, "rows").items()},
        labels=_labels(validation),
    )


def runs(looks: Sequence[Look]) -> list[Look]:
    """The first look of every day: what a run said when the data came in; later ones settle a promotion or changed code."""
    first: dict[date, Look] = {}
    for own in looks:
        first.setdefault(own.as_of, own)
    return list(first.values())


def comparisons(looks: Sequence[Look]) -> list[tuple[date, Compared]]:
    """Every comparison of two bundles, with the day of the first look that holds it."""
    found: dict[tuple[str, str, str], tuple[date, Compared]] = {}
    for own in looks:
        if own.compared and own.compared.baseline != own.compared.candidate:
            pair = own.compared
            found.setdefault((pair.baseline, pair.candidate, pair.holdout), (own.as_of, pair))
    return list(found.values())


def _compared(comparison: dict[str, Any], validation: dict[str, Any]) -> Compared | None:
    told, holdout = _dict(comparison, "compared"), _dict(comparison, "holdout")
    if not {"baseline", "candidate", "holdout"} <= set(told):
        return None
    batches = validation.get("holdout", [])
    sides = (_dict(holdout, side).items() for side in ("baseline", "candidate"))
    old, new = ({name: float(value) for name, value in side if isinstance(value, int | float)} for side in sides)
    return Compared(
        baseline=told["baseline"],
        candidate=told["candidate"],
        holdout=told["holdout"],
        n=holdout.get("n", 0),
        batches=frozenset(batches if isinstance(batches, list) else ()),
        old=old,
        new=new,
    )


def _name(key: str) -> str:
    """A batch by kind and period, without what its file is called: early versions named rows by their period alone."""
    kind, _, name = key.rpartition("/")
    return f"{kind or 'raw'}/{name.partition('.')[0]}"


def _batch(own: dict[str, Any]) -> Batch:
    return Batch(
        verdict=own.get("verdict", ""),
        role=own.get("role", ""),
        released=bool(own.get("released")),
    )


def _labels(validation: dict[str, Any]) -> Labels | None:
    told, people = _dict(validation, "newest_feedback"), _dict(validation, "reviewers")
    if not told:
        return None
    return Labels(
        answers=int(told["lines"]),
        bad=int(told["refused"]) + int(told["disputed"]),
        accuracy=tuple(float(own["accuracy"]) for own in people.values() if own.get("accuracy") is not None),
        reviewers=len(people),
        set_aside=tuple(f"{name} ({own['set_aside']})" for name, own in sorted(people.items()) if own.get("set_aside")),
    )


def _dict(whole: dict[str, Any], key: str) -> dict[str, Any]:
    found = whole.get(key)
    return found if isinstance(found, dict) else {}
