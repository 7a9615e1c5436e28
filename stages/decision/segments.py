"""Is no part of the rows harmed? Critical segments are shown to hold, all others are watched for a proven loss.

A watched segment counts where it has enough rows and the metric is defined there. As there may be many, a loss counts as proven
after Holm (S. Holm, Scandinavian Journal of Statistics 6, 1979): with all of them unharmed, the chance that any one is said to
be harmed is at most 1 - gate.confidence. It is not tightened by earlier candidates: that would make harm harder to prove.
"""

from typing import Any

from stages.decision.attempts import holdout_confidence
from stages.decision.quality import SAME_ROWS, untold
from stages.decision.rule import Evidence, Outcome, Rule, read
from stages.decision.words import equal_passes, more_rows, name_of, spent
from stages.evidence.difference import Difference
from stages.settings import Params


def critical(evidence: Evidence, params: Params) -> list[Rule]:
    """Every segment of gate.critical must be shown not to lose more than allowed; one that was not compared is never a pass."""
    compared = {gain["segment"]: read(gain) for gain in evidence.comparison["segments"]}
    confidence = holdout_confidence(params.gate.confidence, evidence.tried_holdout)
    tried = spent(evidence.tried_holdout, "holdout", confidence)
    found = []
    for name in params.gate.critical:
        own = compared.get(name)
        outcome, why = _unharmed(own, confidence, tried, params) if own else ("inconclusive", "was not compared; run `dvc repro`")
        found.append(_rule("critical_segment", name, outcome, why, own, params))
    return found


def watched(evidence: Evidence, params: Params) -> list[Rule]:
    """A rule for each segment that counts, the largest loss first."""
    gate = params.gate
    others = {gain["segment"]: read(gain) for gain in evidence.comparison["segments"] if gain["segment"] not in gate.critical}
    counted = {name: own for name, own in others.items() if own.n >= gate.min_segment_rows and _told(own, gate.max_segment_drop)}
    proven = holm({name: p for name, own in counted.items() if (p := own.p_loss()) is not None}, 1 - gate.confidence)
    order = sorted(counted, key=lambda name: (counted[name].delta is not None, counted[name].delta or 0.0, name))
    judged = [(name, *_not_harmed(counted[name], name in proven, len(counted), params)) for name in order]
    return [_rule("segment", name, outcome, why, counted[name], params) for name, outcome, why in judged]


def holm(p_values: dict[str, float], error: float) -> frozenset[str]:
    """The names whose null hypothesis falls, with a chance of at most `error` that any of them was true.

    Examples
    --------
    Of three, the smallest is held against 0.05 / 3, the next against 0.05 / 2; there it ends.

    >>> sorted(holm({"a": 0.02, "b": 0.001, "c": 0.03}, 0.05))
    ['a', 'b', 'c']
    >>> sorted(holm({"a": 0.026, "b": 0.001, "c": 0.03}, 0.05))
    ['b']
    """
    fallen = []
    for k, name in enumerate(sorted(p_values, key=lambda name: p_values[name])):
        if p_values[name] > error / (len(p_values) - k):
            break
        fallen.append(name)
    return frozenset(fallen)


def _unharmed(own: Difference, confidence: float, tried: str, params: Params) -> tuple[Outcome, str]:
    gate = params.gate
    if own.n < gate.min_segment_rows:
        return "inconclusive", f"has {own.n} usable rows, {gate.min_segment_rows} are needed to judge it"
    lower, upper = own.bounds(confidence)
    if own.delta is None or lower is None or upper is None:
        return "inconclusive", f"cannot be judged: {gate.primary} {untold(own)}"
    most, moved = gate.max_segment_drop, f"changes by {own.delta:+.4f} ({lower:+.4f} … {upper:+.4f}) on {own.n} rows{tried}"
    if own.delta < -most and _loses(own, gate.confidence):
        return "fail", f"{moved}: a proven loss, where {most} is allowed"
    if lower >= -most:
        return "pass", moved
    open_words = f"a loss of more than {most} cannot be ruled out"
    return "inconclusive", f"{moved}: {open_words}{more_rows(own, most, confidence)}{equal_passes(own, most, confidence)}"


def _not_harmed(own: Difference, proven: bool, among: int, params: Params) -> tuple[Outcome, str]:
    gate = params.gate
    if own.delta is None:
        return "fail", f"cannot be judged: {gate.primary} {untold(own)}"
    lower, upper = own.bounds(gate.confidence)
    if lower is None or upper is None:
        return "fail", f"{untold(own)}, a loss"
    moved = f"changes by {own.delta:+.4f} ({lower:+.4f} … {upper:+.4f}) on {own.n} rows"
    if own.delta >= -gate.max_segment_drop:
        return "pass", moved
    if proven:
        return "fail", f"{moved}: a proven loss, where {gate.max_segment_drop} is allowed"
    return "pass", f"{moved}: may be luck, as one of {among} segments"


def _told(own: Difference, most: float) -> bool:
    """Whether there is something to watch: a metric that neither model has here, or a change without spread, says nothing.

    A metric that one side alone lacks, and the same large loss on every row, are no accidents: they count, and never pass.
    """
    if own.delta is None:
        return (own.baseline is None) != (own.candidate is None)
    return own.p_loss() is not None or (own.standard_error == 0 and own.delta < -most)


def _loses(own: Difference, confidence: float) -> bool:
    """Whether a loss is proven; earlier candidates take nothing from that."""
    _, upper = own.bounds(confidence)
    return upper is not None and upper < 0


def _rule(label: str, name: str, outcome: Outcome, why: str, own: Difference | None, params: Params) -> Rule:
    facts: dict[str, Any] = {"metric": params.gate.primary, "threshold": -params.gate.max_segment_drop, "source": SAME_ROWS}
    if own:
        facts |= {"old": own.baseline, "new": own.candidate, "delta": own.delta}
    return Rule(name=label, outcome=outcome, why=f"{name_of(name)} {why}", segment=name, **facts)
