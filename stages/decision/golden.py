"""Does the candidate hold what was reached before, on the golden set?"""

from typing import Any

from stages.artefacts import DIGITS
from stages.decision.rule import Evidence, Rule, known
from stages.settings import Params

TOLERANCE = 2e-6  # recorded metrics are rounded to 1e-6


def golden(evidence: Evidence, params: Params) -> list[Rule]:
    """Against the recorded value: no large drop; and the recorded value must still be what the baseline scores today."""
    if "golden" not in evidence.comparison:
        return []
    metric, allowed = params.gate.primary, params.gate.max_golden_drop
    old, new = evidence.old_golden.get(metric), evidence.evaluation["golden"].get(metric)
    again = evidence.comparison["golden"]["baseline"].get(metric)
    delta = round(new - old, DIGITS) if known(old, new) else None
    facts: dict[str, Any] = {
        "metric": metric,
        "old": old,
        "new": new,
        "delta": delta,
        "threshold": -allowed,
        "source": evidence.source,
    }
    if delta is None:
        return [Rule(name="golden", outcome="inconclusive", why=f"golden {metric} is missing on one side", **facts)]
    moved = f"golden {metric} changes by {delta:+.4f}, a drop of {allowed} is allowed"
    drop = Rule(name="golden", outcome="pass" if delta >= -allowed else "fail", why=moved, **facts)
    if known(again) and abs(again - old) <= TOLERANCE:
        why = "the baseline scores again what was recorded"
        return [
            drop,
            Rule(
                name="golden_reproduced",
                outcome="pass",
                why=why,
                metric=metric,
                segment=None,
                old=old,
                new=again,
                delta=0.0,
                threshold=TOLERANCE,
                source=evidence.source,
            ),
        ]
    why = f"the baseline scores {again} on the golden set where {old} was recorded: {_versions_that_differ(evidence)}"
    return [
        drop,
        Rule(
            name="golden_reproduced",
            outcome="inconclusive",
            why=why,
            metric=metric,
            segment=None,
            old=old,
            new=again,
            delta=None,
            threshold=TOLERANCE,
            source=evidence.source,
        ),
    ]


def _versions_that_differ(evidence: Evidence) -> str:
    """The candidate was trained in today's environment, so its versions are today's."""
    then, now = evidence.comparison["compared"]["baseline_versions"], evidence.comparison["compared"]["candidate_versions"]
    changed = [f"{name} {then.get(name)} → {now[name]}" for name in sorted(now) if then.get(name) != now[name]]
    return ", ".join(changed) or "no version differs, so the data, the metric or the machine does"
