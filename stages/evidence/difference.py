"""Candidate minus baseline on the same rows, with its uncertainty, and what follows from it at any confidence.

A difference keeps what its bounds are made of, not the bounds alone: the gate asks for them at the confidence that is left after
the attempts so far, and for the chance that a loss is luck.
"""

from dataclasses import dataclass, fields
from typing import Any

from scipy.special import stdtr, stdtrit
from scipy.stats import norm

from stages.evidence.proportions import score_bounds, score_z


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Candidate minus baseline on `n` rows; None where a value is undefined.

    Attributes
    ----------
    groups : how many independent groups the rows are (None: every row stands alone).
    standard_error : of `delta`; 0 where all rows differ alike, which tells nothing about the next row.
    freedom : degrees of freedom of Student's t that goes with it; None: the normal distribution.
    won, lost : rows that only the candidate, only the baseline has right; None unless the metric is accuracy and rows stand
        alone. The bounds are then those of Tango's score test for paired proportions, which hold for few rows too.
    """

    n: int
    groups: int | None = None
    baseline: float | None = None
    candidate: float | None = None
    delta: float | None = None
    standard_error: float | None = None
    freedom: int | None = None
    won: int | None = None
    lost: int | None = None

    def bounds(self, confidence: float) -> tuple[float | None, float | None]:
        """One-sided lower and upper bounds, each at `confidence`; None where the uncertainty cannot be told."""
        if self.delta is None or not self._told():
            return None, None
        if self.won is not None and self.lost is not None:
            return score_bounds(self.won, self.lost, self.n, confidence)
        quantile = norm.ppf(confidence) if self.freedom is None else stdtrit(self.freedom, confidence)
        reach = (self.standard_error or 0.0) * float(quantile)
        return self.delta - reach, self.delta + reach

    def p_loss(self) -> float | None:
        """One-sided p-value of "the candidate does not lose": small where a loss is proven; None as in `bounds`."""
        if self.delta is None or not self._told():
            return None
        if self.won is not None and self.lost is not None:
            return float(norm.cdf(score_z(self.won, self.lost, self.n, 0.0)))
        z = self.delta / (self.standard_error or 1.0)
        return float(norm.cdf(z) if self.freedom is None else stdtr(self.freedom, z))

    def _told(self) -> bool:
        """Whether there is a measure of chance: not where all rows differ alike, but for accuracy without any difference."""
        if self.won is not None and self.lost is not None:
            return self.n > 1 and max(self.won, self.lost) < self.n
        return bool(self.standard_error)


def from_json(kept: dict[str, Any]) -> Difference:
    """A difference as metrics/comparison.json keeps it; other keys there are left alone."""
    return Difference(**{field.name: kept[field.name] for field in fields(Difference) if field.name in kept})
