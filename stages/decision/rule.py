"""What a rule of the gate is, and what the rules look at."""

import math
from dataclasses import dataclass, field
from typing import Any, Literal

from stages.artefacts import DIGITS
from stages.evidence.difference import Difference, from_json

FINEST = 10.5 * 10**-DIGITS  # a smaller standard error is off by up to 5 % where it was kept with so many digits
Outcome = Literal["pass", "fail", "inconclusive"]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule applied: `old` and `new` are the baseline's and the candidate's value, `source` says where `old` comes from."""

    name: str
    outcome: Outcome
    why: str
    metric: str | None = None
    segment: str | None = None
    old: float | None = None
    new: float | None = None
    delta: float | None = None
    threshold: float | None = None
    source: str | None = None


@dataclass(frozen=True, kw_only=True)
class Best:
    """The best version ever promoted against this candidate, on the `n` golden rows that both have answered."""

    version: int
    difference: Difference
    n: int


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Everything the gate looks at.

    Attributes
    ----------
    old_golden : the baseline's recorded golden metrics by name, empty where there is no golden set.
    doubt : why they, or the whole comparison with the past, cannot be trusted fully.
    rejected : why this candidate counts as rejected before; None where it does not.
    tried_holdout, tried_golden : how many distinct candidates were tried on that set, this one among them.
    golden_days_old : days since the golden set was first used; None where there is none, or this is its first use.
    others : earlier versions, neither the baseline nor rolled back, that the candidate is to be held against.
    best : the best of them; None where none has kept its answers on this golden set.
    unanswered : those of them that have a score on this golden set, and no answers any more.
    """

    trigger: dict[str, Any]
    evaluation: dict[str, Any]
    comparison: dict[str, Any]
    latency: dict[str, Any]
    version: int
    old_golden: dict[str, float | None] = field(default_factory=dict)
    source: str = ""
    doubt: str | None = None
    rejected: str | None = None
    tried_holdout: int = 1
    tried_golden: int = 1
    golden_days_old: int | None = None
    others: int = 0
    best: Best | None = None
    unanswered: tuple[int, ...] = ()


def known(*values: float | None) -> bool:
    """Whether all are finite numbers: what is missing or NaN is never a pass."""
    return all(isinstance(value, int | float) and math.isfinite(value) for value in values)


def read(kept: dict[str, Any]) -> Difference:
    """A difference of metrics/comparison.json; what is not a finite number there, or lacks a side, is undefined."""
    values = {name: value if known(value) else None for name, value in kept.items()}
    whole, error = known(values.get("baseline"), values.get("candidate")), values.get("standard_error")
    if error and error < FINEST and error == round(error, DIGITS):
        values["standard_error"] = None  # rounded beyond use, and so is the difference: no proof
    return from_json(values | {"delta": values.get("delta") if whole else None})
