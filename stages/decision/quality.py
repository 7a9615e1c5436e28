"""Is the candidate good enough, here and in every part that matters?"""

from typing import Any

from stages.decision.rule import Evidence, Rule, known
from stages.settings import Params

SAME_ROWS = "baseline scored again on the same rows"


def gain(evidence: Evidence, params: Params) -> Rule:
    gain, metric, least = evidence.comparison["holdout"]["primary"], params.gate.primary, params.gate.min_gain
    facts = {
        "metric": metric,
        "old": gain["baseline"],
        "new": gain["candidate"],
        "delta": gain["delta"],
        "threshold": least,
        "source": SAME_ROWS,
    }
    if not known(gain["delta"], gain["lower"]):
        return Rule(
            name="min_gain",
            outcome="inconclusive",
            why=f"{metric} is undefined for one of the models on these {gain['n']} rows",
            **facts,
        )
    if gain["n"] < params.gate.min_segment_rows:
        why = f"the holdout has {gain['n']} usable rows, {params.gate.min_segment_rows} are needed to judge"
        return Rule(name="min_gain", outcome="inconclusive", why=why, **facts)
    if evidence.comparison["compared"]["candidate"] == evidence.comparison["compared"]["baseline"]:
        return Rule(name="min_gain", outcome="fail", why="the candidate is the model in production: nothing to promote", **facts)
    found = f"{metric} gains {gain['delta']:+.4f} (lower bound {gain['lower']:+.4f}) on {gain['n']} rows"
    if gain["delta"] < least or gain["delta"] <= 0:
        short = f"less than the {least} asked for" if least else "a tie is no gain" if gain["delta"] == 0 else "a loss"
        return Rule(name="min_gain", outcome="fail", why=f"{found}: {short}", **facts)
    if gain["lower"] <= 0:
        return Rule(name="min_gain", outcome="fail", why=f"{found}: not proven above 0", **facts)
    return Rule(name="min_gain", outcome="pass", why=found, **facts)


def segment(gain: dict[str, Any], params: Params) -> Rule:
    """Critical segments must be shown not to lose more than allowed; others fail on a larger loss, if a loss is proven at all."""
    gate, name = params.gate, gain["segment"]
    critical = name in gate.critical
    facts = {
        "metric": gate.primary,
        "segment": name,
        "old": gain["baseline"],
        "new": gain["candidate"],
        "delta": gain["delta"],
        "source": SAME_ROWS,
    }
    facts |= {"threshold": -gate.max_segment_drop}
    label = "critical_segment" if critical else "segment"
    if gain["n"] < gate.min_segment_rows or not known(gain["delta"], gain["lower"], gain["upper"]):
        small = gain["n"] < gate.min_segment_rows
        needed = f"{name} has {gain['n']} usable rows, {gate.min_segment_rows} are needed to judge it"
        why = needed if small else f"{gate.primary} is undefined on the {gain['n']} rows of {name}"
        return Rule(name=label, outcome="inconclusive", why=why, **facts)
    found = f"{name} changes by {gain['delta']:+.4f} ({gain['lower']:+.4f} … {gain['upper']:+.4f}) on {gain['n']} rows"
    if gain["delta"] < -gate.max_segment_drop and gain["upper"] < 0:
        return Rule(name=label, outcome="fail", why=f"{found}: a proven loss, where {gate.max_segment_drop} is allowed", **facts)
    if critical and gain["lower"] < -gate.max_segment_drop:
        return Rule(
            name=label,
            outcome="inconclusive",
            why=f"{found}: a loss of more than {gate.max_segment_drop} cannot be ruled out",
            **facts,
        )
    return Rule(name=label, outcome="pass", why=found, **facts)


def missing_segments(evidence: Evidence, params: Params) -> list[Rule]:
    """A critical segment that was not compared is never a pass."""
    compared = {gain["segment"] for gain in evidence.comparison["segments"]}
    why = "{} was not compared; run `dvc repro`"
    return [
        Rule(name="critical_segment", outcome="inconclusive", why=why.format(name), metric=params.gate.primary, segment=name)
        for name in params.gate.critical
        if name not in compared
    ]


def floor(metric: str, floor: float, evidence: Evidence) -> Rule:
    new = evidence.evaluation["holdout"].get(metric)
    facts: dict[str, Any] = {"metric": metric, "new": new, "threshold": floor}
    if not known(new):
        return Rule(name="floor", outcome="inconclusive", why=f"{metric} of the candidate is undefined on the holdout", **facts)
    return Rule(
        name="floor",
        outcome="pass" if new >= floor else "fail",
        why=f"{metric} of the candidate is {new:.4f}, the floor is {floor}",
        **facts,
    )
