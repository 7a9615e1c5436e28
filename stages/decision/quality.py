"""Is the candidate good enough on the holdout: a gain that is proven, no floor missed, as honest and as cheap as before?"""

from typing import Any

from stages.artefacts import DIGITS
from stages.decision.attempts import holdout_confidence
from stages.decision.rule import Evidence, Outcome, Rule, known, read
from stages.decision.words import more_rows, name_of, spent
from stages.evidence.difference import Difference
from stages.settings import Params

SAME_ROWS = "baseline scored again on the same rows"
CLASSES_NAMED = 5


def gain(evidence: Evidence, params: Params) -> Rule:
    """The gain must be as large as asked for, and proven to be one (`strict`: proven to be that large)."""
    found = read(evidence.comparison["holdout"]["primary"])
    least = least_gain(params.gate.min_gain, found.baseline)
    outcome, why = _gained(found, least, evidence, params)
    return Rule(name="min_gain", outcome=outcome, why=why, threshold=least, **_facts(found, params.gate.primary))


def floor(metric: str, floor: float, evidence: Evidence) -> Rule:
    new = evidence.evaluation["holdout"].get(metric)
    if not known(new):
        why = f"{metric} of the candidate is undefined on the holdout"
        return Rule(name="floor", outcome="inconclusive", why=why, metric=metric, threshold=floor)
    why = f"{metric} of the candidate is {new:.4f}, the floor is {floor}"
    return Rule(name="floor", outcome="pass" if new >= floor else "fail", why=why, metric=metric, new=new, threshold=floor)


def calibration(evidence: Evidence, params: Params) -> list[Rule]:
    """Fails where the calibration error or the Brier score rises by more than is allowed, and surely rises at all.

    Version 0 says the shares of the classes for every row: calibrated, and of no use. Only its Brier score is held against it,
    where it has one.
    """
    most = params.gate.max_calibration_rise
    if most is None or "calibration" not in evidence.comparison:
        return []
    kept = evidence.comparison["calibration"]
    error, brier = read(kept["expected_calibration_error"]), read(kept["neg_brier_score"])
    if not evidence.version and brier.delta is None:
        return []
    worse = ({"the calibration error": (error, 1)} if evidence.version else {}) | {"the Brier score": (brier, -1)}
    outcome, why = _calibrated(worse, most, params.gate.confidence)
    return [Rule(name="calibration", outcome=outcome, why=why, threshold=most, **_facts(error, "expected_calibration_error"))]


def cost(evidence: Evidence, params: Params) -> list[Rule]:
    """The mean cost of a row must be shown not to rise by more than is allowed."""
    most = params.gate.max_cost_rise
    if most is None or "cost" not in evidence.comparison:
        return []
    found, confidence = read(evidence.comparison["cost"]), holdout_confidence(params.gate.confidence, evidence.tried_holdout)
    lower, _ = found.bounds(confidence)
    facts = {"name": "cost", "threshold": most, **_facts(found, "neg_mean_cost")}
    if found.delta is None or lower is None:
        why = f"the cost of a row {untold(found)}"
        return [Rule(outcome="inconclusive", why=why, **facts)]
    moved = f"the mean cost of a row changes by {-found.delta:+.4g} (at most {-lower:+.4g}), a rise of {most:g} is allowed"
    if lower >= -most:
        return [Rule(outcome="pass", why=moved, **facts)]
    more = more_rows(found, most, confidence) if found.delta >= -most else ""
    return [Rule(outcome="fail", why=f"{moved}{more}", **facts)]


def every_class(evidence: Evidence, params: Params) -> list[Rule]:
    """A class that the candidate never answers is no accident that a mean may hide."""
    if "never_predicted" not in evidence.comparison:
        return []
    missing = [name_of(str(name)) for name in evidence.comparison["never_predicted"]]
    if not missing:
        why = f"the candidate answers every class of {params.gate.min_segment_rows} or more rows"
        return [Rule(name="every_class", outcome="pass", why=why)]
    named = ", ".join(missing[:CLASSES_NAMED]) + (f" and {len(missing) - CLASSES_NAMED} more" if missing[CLASSES_NAMED:] else "")
    return [Rule(name="every_class", outcome="inconclusive", why=f"the candidate never answers {named}")]


def untold(found: Difference) -> str:
    """Why a difference has no bounds."""
    if found.delta is None:
        side = "the candidate" if found.candidate is None else "the baseline"
        both = found.candidate is None and found.baseline is None
        return f"is undefined for {'both models' if both else side} on these {found.n} rows"
    if found.standard_error == 0:
        return f"changes by the same {found.delta:+.4f} on each of {found.n} rows: no spread to judge by"
    return f"changes by {found.delta:+.4f} on {found.n} rows, and by how much it may be luck cannot be told"


def _gained(found: Difference, least: float | None, evidence: Evidence, params: Params) -> tuple[Outcome, str]:
    gate, compared = params.gate, evidence.comparison["compared"]
    if found.delta is None:
        return "inconclusive", f"{gate.primary} {untold(found)}"
    if found.n < gate.min_segment_rows:
        return "inconclusive", f"the holdout has {found.n} usable rows, {gate.min_segment_rows} are needed to judge"
    if compared["candidate"] == compared["baseline"]:
        return "fail", "the candidate is the model in production: nothing to promote"
    if least is None:
        why = f"the baseline's {gate.primary} is 0, and {gate.min_gain} of it is nothing"
        return "inconclusive", f"{why}; give gate.min_gain in the metric's own units"
    confidence = holdout_confidence(gate.confidence, evidence.tried_holdout)
    lower, _ = found.bounds(confidence)
    bound = "no lower bound" if lower is None else f"lower bound {lower:+.4f}"
    tried = spent(evidence.tried_holdout, "holdout", confidence)
    words = f"{gate.primary} gains {found.delta:+.4f} ({bound}) on {found.n} rows{tried}"
    if found.delta < least or found.delta <= 0:
        return "fail", f"{words}: {_short_of(found.delta, gate.min_gain, least)}"
    if lower is None:
        return "inconclusive", f"{gate.primary} {untold(found)}"
    target = least if gate.strict else 0.0
    if lower < target or lower <= 0:
        asked = f"to be {target:g}" if target else "above 0"
        return "fail", f"{words}: not proven {asked}{more_rows(found, -target, confidence)}"
    return "pass", words


def least_gain(asked: float | str, baseline: float | None) -> float | None:
    """The gain that is asked for in the metric's own units; None where a share of the baseline's value is nothing."""
    if not isinstance(asked, str):
        return asked
    return float(f"{float(asked.removesuffix('%')) / 100 * abs(baseline):.{DIGITS}g}") if baseline else None


def _short_of(gain: float, asked: float | str, least: float) -> str:
    if least:
        return f"less than the {f'{asked} ({least:.4f})' if isinstance(asked, str) else asked} asked for"
    return "a loss" if gain else "a tie is no gain"


def _calibrated(worse: dict[str, tuple[Difference, int]], most: float, confidence: float) -> tuple[Outcome, str]:
    """Each measure by its name, with the sign of a change for the worse."""
    moved, failed, luck = [], [], False
    told = {name: own for name, own in worse.items() if own[0].baseline is not None or own[0].candidate is not None}
    for name, (found, sign) in (told or worse).items():  # what neither model has (a class without a row) is no difference
        if found.delta is None:
            return "inconclusive", f"{name} {untold(found)}"
        rise, bound = found.delta * sign, found.bounds(confidence)[0 if sign > 0 else 1]
        if rise > most and bound is None:
            return "inconclusive", f"{name} {untold(found)}"
        moved.append(f"{name} changes by {rise:+.4f}")
        proven = bound is not None and bound * sign > 0
        failed += [name] * (rise > most and proven)
        luck |= rise > most and not proven
    words = f"{' and '.join(moved)}, a rise of {most} is allowed"
    if failed:
        return "fail", f"{words}: {' and '.join(failed)} {'are' if failed[1:] else 'is'} proven to be worse"
    return "pass", f"{words}; more than that, but it may be luck" if luck else words


def _facts(found: Difference, metric: str) -> dict[str, Any]:
    return {"metric": metric, "old": found.baseline, "new": found.candidate, "delta": found.delta, "source": SAME_ROWS}
