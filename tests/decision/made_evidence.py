"""Evidence made by hand, on which every rule passes but for what is named."""

from dataclasses import replace
from typing import Any

from stages.decision.rule import Evidence, Rule
from stages.decision.verdict import decide
from stages.settings import Params

NAN = float("nan")
# A gain of 0.03 with a standard error of 0.01: three of them above 0.
GAIN = {"n": 500, "baseline": 0.80, "candidate": 0.83, "delta": 0.03, "standard_error": 0.01}
SEGMENT = {"segment": "color=red", "n": 200, "baseline": 0.8, "candidate": 0.8, "delta": 0.0, "standard_error": 0.005}
COMPARED = {
    "baseline": "old.dir",
    "candidate": "new.dir",
    "holdout_starts": "2026-03-02",
    "trained_past_holdout": [],
    "baseline_versions": {"numpy": "2.3.0", "python": "3.11"},
    "candidate_versions": {"numpy": "2.3.0", "python": "3.11"},
}
BATCH = {
    "baseline_p50_ms": 10.0, "candidate_p50_ms": 12.0, "ratio_p50": 1.2, "ratio_p50_lower": 1.15, "ratio_p50_upper": 1.25,
    "ratio_p95": 1.3, "ratio_p95_lower": 1.1, "ratio_p95_upper": 1.6,
}  # fmt: skip
# A gain of 0.01 is asked for, a loss of 0.02 allowed; red is critical.
GATE = {
    "gate.min_gain": 0.01,
    "gate.critical": ["color=red"],
    "gate.max_segment_drop": 0.02,
    "gate.min_segment_rows": 100,
    "gate.floors": {"accuracy": 0.7},
    "gate.max_golden_drop": 0.02,
    "gate.max_latency_ratio": 1.5,
    "gate.max_latency_ms": 50,
}


def evidence(**parts: Any) -> Evidence:
    """What is named is changed: gain, segments, golden (None: no golden set), compared, beside, batch, or a field."""
    comparison = {
        "holdout": {"primary": GAIN | parts.pop("gain", {})},
        "segments": parts.pop("segments", [SEGMENT]),
        "compared": COMPARED | parts.pop("compared", {}),
        **parts.pop("beside", {}),
    }
    golden = parts.pop("golden", {"recorded": 0.9, "again": 0.9, "candidate": 0.91})
    known = {
        "trigger": {"verdict": "retrain", "reasons": ["cadence: 40 days"]},
        "evaluation": {"holdout": {"accuracy": 0.83}},
        "latency": {"batch": BATCH | parts.pop("batch", {}), "one_row": {"candidate_p50_ms": 2.0}},
        "version": 3,
        "source": "dvc metrics diff abc1234",
    }
    found = Evidence(comparison=comparison, **(known | parts))
    if golden is None:
        return found
    comparison["golden"] = {
        "baseline": {"accuracy": golden["again"]},
        "candidate": {"accuracy": golden["candidate"]},
        "primary": golden.get("primary", {"n": 400, "baseline": 0.9, "candidate": 0.91, "delta": 0.01, "standard_error": 0.008}),
    }
    scored = found.evaluation | {"golden": {"accuracy": golden["candidate"]}}
    return replace(found, evaluation=scored, old_golden={"accuracy": golden["recorded"]})


def rule_of(name: str, found: Evidence, params: Params) -> Rule:
    """The first rule of that name."""
    return next(rule for rule in decide(found, params).rules if rule.name == name)
