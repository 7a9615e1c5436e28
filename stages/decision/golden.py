"""Does the candidate hold what was reached before, on the golden set, and may that set still be asked?"""

from typing import Any

import pandas as pd

from stages.artefacts import DIGITS
from stages.decision.attempts import golden_confidence
from stages.decision.rule import Best, Evidence, Outcome, Rule, known, read
from stages.decision.words import equal_passes, more_rows, spent
from stages.evidence.answers import shared
from stages.evidence.difference import Difference
from stages.evidence.paired import difference
from stages.evidence.scores import score
from stages.settings import Params

TOLERANCE = 2e-6  # recorded metrics are rounded to 1e-6
LEAST_SHARED = 0.5  # share of today's golden rows that a version must have answered to be held against
FRESH = "take a fresh golden set, then `ratchet golden reanchor`"


def golden(evidence: Evidence, params: Params) -> list[Rule]:
    """No drop against the baseline, nor against the best version ever; the past is reproduced, and the set not used up."""
    if "golden" not in evidence.comparison:
        return []
    return [held(evidence, params), *_reproduced(evidence, params), *_best(evidence, params), fresh(evidence, params)]


def held(evidence: Evidence, params: Params) -> Rule:
    """Against the baseline: no large drop from its recorded value, and a large drop is ruled out on the very same rows."""
    metric, allowed = params.gate.primary, params.gate.max_golden_drop
    old, new = evidence.old_golden.get(metric), evidence.evaluation["golden"].get(metric)
    delta = round(new - old, DIGITS) if known(old, new) else None
    facts: dict[str, Any] = {"metric": metric, "old": old, "new": new, "delta": delta}
    facts |= {"name": "golden", "threshold": -allowed, "source": evidence.source}
    if delta is None:
        return Rule(outcome="inconclusive", why=f"golden {metric} is missing on one side", **facts)
    outcome, why = _no_drop(read(evidence.comparison["golden"]["primary"]), evidence, params)
    if outcome == "pass" and delta < -allowed:  # the models agree on these rows, but not with the record
        outcome, why = "fail", f"changes by {delta:+.4f} from the recorded {old}, a drop of {allowed} is allowed"
    return Rule(outcome=outcome, why=f"golden {metric} {why}", **facts)


def fresh(evidence: Evidence, params: Params) -> Rule:
    """Candidates and time wear a golden set out: the one find its luck, the other leaves it behind."""
    gate, tried, days = params.gate, evidence.tried_golden, evidence.golden_days_old or 0
    why = f"{tried} of {gate.golden_attempts} candidates tried on this golden set, {days} of {gate.golden_days} days old"
    worn = tried > gate.golden_attempts or days >= gate.golden_days
    return Rule(name="golden_fresh", outcome="inconclusive" if worn else "pass", why=f"{why}: {FRESH}" if worn else why)


def best_version(today: pd.DataFrame, kept: dict[int, pd.DataFrame], params: Params) -> Best | None:
    """The version that stands best against the candidate on the golden rows that both have answered, by today's truth.

    Parameters
    ----------
    today, kept : answers as `stages.evidence.answers` reads them: the candidate's, and those of earlier versions by number.

    Returns
    -------
    Best or None
        None where no version has answered `LEAST_SHARED` of today's rows.
    """
    gains = {}
    for version, answers in sorted(kept.items(), reverse=True):  # of equals the newest
        both = shared(answers, today, params.task)
        if both.ids and len(both.ids) >= LEAST_SHARED * len(today):
            old, new = (score(params.gate.primary, said) for said in (both.earlier, both.today))
            gains[version] = new - old if old is not None and new is not None else float("inf")
    if not gains:
        return None
    best = min(gains, key=lambda version: gains[version])
    both = shared(kept[best], today, params.task)
    found = difference(params.gate.primary, both.earlier, both.today, params.seed)
    return Best(version=best, difference=found, n=len(both.ids))


def _best(evidence: Evidence, params: Params) -> list[Rule]:
    """Against the best version but the baseline; only a question, because an old golden set must not freeze a changing world."""
    if evidence.unanswered:
        lost = ", ".join(str(version) for version in evidence.unanswered)
        why = f"version {lost} has a score on this golden set and no kept answers; `ratchet golden reanchor` asks it again"
        return [Rule(name="golden_best", outcome="inconclusive", why=why, metric=params.gate.primary)]
    if evidence.best is None:
        return []
    metric, found = params.gate.primary, evidence.best.difference
    outcome, why = _no_drop(found, evidence, params)
    return [
        Rule(
            name="golden_best",
            outcome="pass" if outcome == "pass" else "inconclusive",
            why=f"against version {evidence.best.version}, the best of the earlier ones, golden {metric} {why}",
            metric=metric,
            old=found.baseline,
            new=found.candidate,
            delta=found.delta,
            threshold=-params.gate.max_golden_drop,
            source=f"kept answers of version {evidence.best.version}",
        )
    ]


def _no_drop(found: Difference, evidence: Evidence, params: Params) -> tuple[Outcome, str]:
    """Whether a drop larger than allowed is ruled out, at the confidence that the attempts have left, in words."""
    gate, allowed = params.gate, params.gate.max_golden_drop
    confidence = golden_confidence(gate.confidence, evidence.tried_golden, gate.golden_attempts)
    lower, upper = found.bounds(confidence)
    if found.delta is None:
        return "inconclusive", f"is undefined for one of the models on {found.n} rows"
    if lower is None or upper is None:
        return "inconclusive", f"changes by {found.delta:+.4f}, and how much of it may be luck cannot be told on {found.n} rows"
    left = spent(evidence.tried_golden, "golden set", confidence)
    moved = f"changes by {found.delta:+.4f} (lower bound {lower:+.4f}) on {found.n} rows{left}"
    if lower >= -allowed:
        return "pass", f"{moved}, a drop of {allowed} is allowed"
    if upper < 0:
        how = "and" if found.delta < -allowed else "which may be"
        return "fail", f"{moved}: a proven drop, {how} more than the {allowed} allowed"
    open_still = f"a drop of more than {allowed} cannot be ruled out"
    return "fail", f"{moved}: {open_still}{more_rows(found, allowed, confidence)}{equal_passes(found, allowed, confidence)}"


def _reproduced(evidence: Evidence, params: Params) -> list[Rule]:
    """The recorded value must still be what the baseline scores today."""
    metric = params.gate.primary
    old, again = evidence.old_golden.get(metric), evidence.comparison["golden"]["baseline"].get(metric)
    if not known(old):
        return []
    facts: dict[str, Any] = {"metric": metric, "old": old, "new": again, "threshold": TOLERANCE, "source": evidence.source}
    if known(again) and abs(again - old) <= TOLERANCE:
        why = "the baseline scores again what was recorded"
        return [Rule(name="golden_reproduced", outcome="pass", why=why, delta=0.0, **facts)]
    why = f"the baseline scores {again} on the golden set where {old} was recorded: {_versions_that_differ(evidence)}"
    mend = "`ratchet golden reanchor` records new values with an approval"
    return [Rule(name="golden_reproduced", outcome="inconclusive", why=f"{why}; {mend}", **facts)]


def _versions_that_differ(evidence: Evidence) -> str:
    """The candidate was trained in today's environment, so its versions are today's."""
    then, now = evidence.comparison["compared"]["baseline_versions"], evidence.comparison["compared"]["candidate_versions"]
    changed = [f"{name} {then.get(name)} → {now[name]}" for name in sorted(now) if then.get(name) != now[name]]
    return ", ".join(changed) or "no version differs, so the data, the metric or the machine does"
