"""From rules to a verdict: any fail holds; any inconclusive asks for review; otherwise the candidate is promoted."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from stages.decision import golden, quality, speed, standing
from stages.decision.rule import Evidence, Rule
from stages.settings import Params


@dataclass(frozen=True)
class Decision:
    """The verdict with every rule and the reasons in words."""

    verdict: Literal["promote", "hold", "review"]
    rules: list[Rule]
    reasons: list[str]

    def as_dict(self) -> dict[str, Any]:
        """As kept in metrics/decision.json."""
        return {"verdict": self.verdict, "rules": [asdict(rule) for rule in self.rules], "reasons": self.reasons}


def decide(evidence: Evidence, params: Params) -> Decision:
    """Apply every rule."""
    applied = [
        standing.wanted(evidence),
        quality.gain(evidence, params),
        *(quality.segment(gain, params) for gain in evidence.comparison["segments"]),
        *quality.missing_segments(evidence, params),
        *(quality.floor(name, floor, evidence) for name, floor in sorted(params.gate.floors.items())),
        *golden.golden(evidence, params),
        speed.latency_ratio(evidence, params),
        speed.latency_budget(evidence, params),
        standing.unseen(evidence),
        standing.not_rejected(evidence),
        standing.comparable(evidence),
        *standing.first_promotion(evidence),
    ]
    return Decision(_verdict(applied), applied, _reasons(applied, evidence))


def _verdict(applied: list[Rule]) -> Literal["promote", "hold", "review"]:
    outcomes = {rule.outcome for rule in applied}
    return "hold" if "fail" in outcomes else "review" if "inconclusive" in outcomes else "promote"


def _reasons(applied: list[Rule], evidence: Evidence) -> list[str]:
    """What decided, the worst first, then what is absent."""
    open_rules = [rule for rule in applied if rule.outcome == "fail"] or [
        rule for rule in applied if rule.outcome == "inconclusive"
    ]
    absent = [] if evidence.evaluation.get("golden") else ["no golden set: its rules are absent"]
    return [rule.why for rule in open_rules or applied[1:2]] + absent
