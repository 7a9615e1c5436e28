"""What a rule of the gate is, and what the rules look at."""

import math
from dataclasses import dataclass, field
from typing import Any, Literal

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
class Evidence:
    """Everything the gate looks at.

    `old_golden` holds the baseline's recorded golden metrics by name, empty where there is no golden set; `doubt` says why they,
    or the whole comparison with the past, cannot be trusted fully.
    """

    trigger: dict[str, Any]
    evaluation: dict[str, Any]
    comparison: dict[str, Any]
    latency: dict[str, Any]
    version: int
    rejected: frozenset[str]
    old_golden: dict[str, float | None] = field(default_factory=dict)
    source: str = ""
    doubt: str | None = None


def known(*values: float | None) -> bool:
    """Whether all are finite numbers: what is missing or NaN is never a pass."""
    return all(isinstance(value, int | float) and math.isfinite(value) for value in values)
