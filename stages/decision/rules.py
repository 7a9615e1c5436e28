"""The rules of the gate: each looks at one thing, ends pass, fail or inconclusive, and says why."""

import math
from dataclasses import dataclass, field
from typing import Any, Literal

from stages.artefacts import DIGITS
from stages.settings import Params

Outcome = Literal["pass", "fail", "inconclusive"]
SAME_ROWS = "baseline scored again on the same rows"
TOLERANCE = 2e-6  # recorded metrics are rounded to 1e-6


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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


def wanted(evidence: Evidence) -> Rule:
    verdict = evidence.trigger["verdict"]
    why = f"the trigger says {verdict}: {'; '.join(evidence.trigger['reasons'])}"
    return Rule("trigger", "pass" if verdict == "retrain" else "fail", why)


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
    if not _known(gain["delta"], gain["lower"]):
        return Rule("min_gain", "inconclusive", f"{metric} is undefined for one of the models on these {gain['n']} rows", **facts)
    if gain["n"] < params.gate.min_segment_rows:
        why = f"the holdout has {gain['n']} usable rows, {params.gate.min_segment_rows} are needed to judge"
        return Rule("min_gain", "inconclusive", why, **facts)
    if evidence.comparison["compared"]["candidate"] == evidence.comparison["compared"]["baseline"]:
        return Rule("min_gain", "fail", "the candidate is the model in production: nothing to promote", **facts)
    found = f"{metric} gains {gain['delta']:+.4f} (lower bound {gain['lower']:+.4f}) on {gain['n']} rows"
    if gain["delta"] < least or gain["delta"] <= 0:
        short = f"less than the {least} asked for" if least else "a tie is no gain" if gain["delta"] == 0 else "a loss"
        return Rule("min_gain", "fail", f"{found}: {short}", **facts)
    if gain["lower"] <= 0:
        return Rule("min_gain", "fail", f"{found}: not proven above 0", **facts)
    return Rule("min_gain", "pass", found, **facts)


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
    if gain["n"] < gate.min_segment_rows or not _known(gain["delta"], gain["lower"], gain["upper"]):
        small = gain["n"] < gate.min_segment_rows
        needed = f"{name} has {gain['n']} usable rows, {gate.min_segment_rows} are needed to judge it"
        why = needed if small else f"{gate.primary} is undefined on the {gain['n']} rows of {name}"
        return Rule(label, "inconclusive", why, **facts)
    found = f"{name} changes by {gain['delta']:+.4f} ({gain['lower']:+.4f} … {gain['upper']:+.4f}) on {gain['n']} rows"
    if gain["delta"] < -gate.max_segment_drop and gain["upper"] < 0:
        return Rule(label, "fail", f"{found}: a proven loss, where {gate.max_segment_drop} is allowed", **facts)
    if critical and gain["lower"] < -gate.max_segment_drop:
        return Rule(label, "inconclusive", f"{found}: a loss of more than {gate.max_segment_drop} cannot be ruled out", **facts)
    return Rule(label, "pass", found, **facts)


def missing_segments(evidence: Evidence, params: Params) -> list[Rule]:
    """A critical segment that was not compared is never a pass."""
    compared = {gain["segment"] for gain in evidence.comparison["segments"]}
    why = "{} was not compared; run `dvc repro`"
    return [
        Rule("critical_segment", "inconclusive", why.format(name), params.gate.primary, name)
        for name in params.gate.critical
        if name not in compared
    ]


def floor(metric: str, floor: float, evidence: Evidence) -> Rule:
    new = evidence.evaluation["holdout"].get(metric)
    facts: dict[str, Any] = {"metric": metric, "new": new, "threshold": floor}
    if not _known(new):
        return Rule("floor", "inconclusive", f"{metric} of the candidate is undefined on the holdout", **facts)
    return Rule(
        "floor", "pass" if new >= floor else "fail", f"{metric} of the candidate is {new:.4f}, the floor is {floor}", **facts
    )


def golden(evidence: Evidence, params: Params) -> list[Rule]:
    """Against the recorded value: no large drop; and the recorded value must still be what the baseline scores today."""
    if "golden" not in evidence.comparison:
        return []
    metric, allowed = params.gate.primary, params.gate.max_golden_drop
    old, new = evidence.old_golden.get(metric), evidence.evaluation["golden"].get(metric)
    again = evidence.comparison["golden"]["baseline"].get(metric)
    delta = round(new - old, DIGITS) if _known(old, new) else None
    facts: dict[str, Any] = {
        "metric": metric,
        "old": old,
        "new": new,
        "delta": delta,
        "threshold": -allowed,
        "source": evidence.source,
    }
    if delta is None:
        return [Rule("golden", "inconclusive", f"golden {metric} is missing on one side", **facts)]
    moved = f"golden {metric} changes by {delta:+.4f}, a drop of {allowed} is allowed"
    drop = Rule("golden", "pass" if delta >= -allowed else "fail", moved, **facts)
    if _known(again) and abs(again - old) <= TOLERANCE:
        why = "the baseline scores again what was recorded"
        return [drop, Rule("golden_reproduced", "pass", why, metric, None, old, again, 0.0, TOLERANCE, evidence.source)]
    why = f"the baseline scores {again} on the golden set where {old} was recorded: {_versions_that_differ(evidence)}"
    return [drop, Rule("golden_reproduced", "inconclusive", why, metric, None, old, again, None, TOLERANCE, evidence.source)]


def _versions_that_differ(evidence: Evidence) -> str:
    """The candidate was trained in today's environment, so its versions are today's."""
    then, now = evidence.comparison["compared"]["baseline_versions"], evidence.comparison["compared"]["candidate_versions"]
    changed = [f"{name} {then.get(name)} → {now[name]}" for name in sorted(now) if then.get(name) != now[name]]
    return ", ".join(changed) or "no version differs, so the data, the metric or the machine does"


def latency_ratio(evidence: Evidence, params: Params) -> Rule:
    ratio, most = evidence.latency["batch"]["ratio_p50"], params.gate.max_latency_ratio
    old, new = evidence.latency["batch"]["baseline_p50_ms"], evidence.latency["batch"]["candidate_p50_ms"]
    if evidence.version == 0:
        why = "version 0 is a dummy: its speed is nothing to keep up with"
        return Rule("latency_ratio", "pass", why, "p50_ms", None, old, new, None, most)
    if not _known(ratio, old, new):
        return Rule("latency_ratio", "inconclusive", "a batch was not timed", "p50_ms", None, old, new, None, most)
    why = f"a batch takes {ratio:.2f} times as long as with the baseline, {most} is allowed"
    outcome: Outcome = "pass" if ratio <= most else "fail"
    return Rule("latency_ratio", outcome, why, "p50_ms", None, old, new, new - old, most, "timed in turns in this run")


def latency_budget(evidence: Evidence, params: Params) -> Rule:
    one, most = evidence.latency["one_row"]["candidate_p50_ms"], params.gate.max_latency_ms
    if not _known(one):
        return Rule("latency_budget", "inconclusive", "one row was not timed", "p50_ms", new=one, threshold=most)
    why = f"one row takes {one:.1f} ms, the budget is {most} ms"
    return Rule("latency_budget", "pass" if one <= most else "fail", why, "p50_ms", new=one, threshold=most)


def unseen(evidence: Evidence) -> Rule:
    compared = evidence.comparison["compared"]
    late = compared["trained_past_holdout"]
    if not late:
        return Rule(
            "unseen_holdout", "pass", f"both models stopped learning before the holdout starts on {compared['holdout_starts']}"
        )
    why = (
        f"the {' and the '.join(late)} trained past {compared['holdout_starts']}, where the holdout starts: not a fair comparison"
    )
    return Rule("unseen_holdout", "fail" if "candidate" in late else "inconclusive", why)


def not_rejected(evidence: Evidence) -> Rule:
    known = evidence.comparison["compared"]["candidate"] in evidence.rejected
    return Rule(
        "not_rejected",
        "fail" if known else "pass",
        "this very candidate was rolled back before" if known else "never rolled back before",
    )


def comparable(evidence: Evidence) -> Rule:
    return Rule(
        "baseline_commit",
        "inconclusive" if evidence.doubt else "pass",
        evidence.doubt or f"old values come from {evidence.source}",
    )


def _known(*values: float | None) -> bool:
    """Whether all are finite numbers: what is missing or NaN is never a pass."""
    return all(isinstance(value, int | float) and math.isfinite(value) for value in values)


def first_promotion(evidence: Evidence) -> list[Rule]:
    if evidence.version:
        return []
    return [Rule("first_promotion", "inconclusive", "version 0 is a dummy: the first real model needs a person's approval")]
