"""Healthy, unhealthy, or too young to tell: from the checks alone, so that every word of it can be looked up."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from stages.decision.ledger import Ledger
from stages.health import checks
from stages.health.batches import Caught, caught
from stages.health.checks import Check
from stages.health.looks import Labels, Look, runs
from stages.health.production import Production, production
from stages.health.proof import Trend, trend
from stages.health.versions import Later, Version, versions
from stages.settings import Params

Verdict = Literal["healthy", "unhealthy", "too young to tell"]

EVIDENCE = ("better later", "promised level")  # one of these has to be good: the rest shows no harm, and proves no good


@dataclass(frozen=True, kw_only=True)
class Health:
    """All that is said of a loop.

    Attributes
    ----------
    gate, trigger : how often each verdict was said: of attempts, of the first run of a day.
    confidence : of every "surely" and of all bounds, one-sided.
    """

    model: str
    metric: str
    confidence: float
    verdict: Verdict
    checks: tuple[Check, ...]
    versions: tuple[Version, ...]
    live: Production
    gate: Mapping[str, int]
    trigger: Mapping[str, int]
    caught: Caught
    labels: Labels | None
    golden: Trend | None
    looks: tuple[Look, ...]

    @property
    def reasons(self) -> list[str]:
        """Why: the checks that decide the verdict."""
        wanted = {"unhealthy": "bad", "healthy": "good", "too young to tell": "open"}[self.verdict]
        return [f"{own.name}: {own.why}" for own in self.checks if own.outcome == wanted]


def health(
    ledger: Ledger, looks: Sequence[Look], golden: Mapping[int, float], later: Mapping[int, Later], params: Params
) -> Health:
    """Judge a loop by its records.

    Parameters
    ----------
    looks : what the commits said, oldest first.
    golden : the scores of versions on today's golden set.
    later : of each version, what came of it against the one before.
    """
    lived = versions(ledger, looks, golden, later, params.gate.primary)
    live, bad, labels = production(ledger, looks), caught(looks), looks[-1].labels if looks else None
    scores = [own.golden for own in lived if own.golden is not None and not own.back]
    found = trend(scores)
    asked = (
        checks.beats(lived, params),
        checks.gains(lived, params),
        checks.promises(lived, params),
        checks.gated(lived),
        checks.data(bad),
        checks.labelled(labels, bad.share, params),
        checks.taken_back(lived, live, params),
        checks.pace(live),
        checks.golden(found, len(scores), params),
    )
    return Health(
        model=ledger.model,
        metric=params.gate.primary,
        confidence=params.gate.confidence,
        verdict=verdict(asked),
        checks=asked,
        versions=tuple(lived),
        live=live,
        gate=Counter(entry.verdict or "none" for entry in ledger.entries if entry.kind == "attempt"),
        trigger=Counter(own.trigger for own in runs(looks) if own.trigger),
        caught=bad,
        labels=labels,
        golden=found,
        looks=tuple(looks),
    )


def verdict(asked: Sequence[Check]) -> Verdict:
    """One bad answer is enough to be unhealthy; to be healthy takes evidence, and every version past the gate."""
    if any(own.outcome == "bad" for own in asked):
        return "unhealthy"
    found = {own.name: own.outcome for own in asked}
    proven = any(found[name] == "good" for name in EVIDENCE) and found["gate"] == "good"
    return "healthy" if proven else "too young to tell"
