"""From rules to a verdict: any fail holds; any inconclusive asks for review; otherwise the candidate is promoted."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from stages.decision import golden, quality, segments, speed, standing
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
        *segments.critical(evidence, params),
        *segments.watched(evidence, params),
        *(quality.floor(name, floor, evidence) for name, floor in sorted(params.gate.floors.items())),
        *quality.calibration(evidence, params),
        *quality.cost(evidence, params),
        *quality.every_class(evidence, params),
        *golden.golden(evidence, params),
        speed.latency_ratio(evidence, params),
        speed.latency_budget(evidence, params),
        standing.unseen(evidence),
        standing.not_rejected(evidence),
        standing.comparable(evidence),
        *standing.first_promotion(evidence),
    ]
    return concluded(applied, _absent(evidence))


def concluded(applied: list[Rule], absent: list[str]) -> Decision:
    """The verdict of rules, whichever applied; `absent` says which did not, and why."""
    return Decision(_verdict(applied), applied, _reasons(applied) + absent)


def _verdict(applied: list[Rule]) -> Literal["promote", "hold", "review"]:
    outcomes = {rule.outcome for rule in applied}
    return "hold" if "fail" in outcomes else "review" if "inconclusive" in outcomes else "promote"


def _reasons(applied: list[Rule]) -> list[str]:
    """What decided, the worst first."""
    fails, open_rules = ([rule for rule in applied if rule.outcome == outcome] for outcome in ("fail", "inconclusive"))
    return [rule.why for rule in fails or open_rules or [rule for rule in applied if rule.name == "min_gain"]]


def _absent(evidence: Evidence) -> list[str]:
    if not evidence.evaluation.get("golden"):
        return ["no golden set: its rules are absent"]
    if evidence.others and evidence.best is None and not evidence.unanswered:
        return ["no earlier version has kept its answers on this golden set: golden_best is absent (see `ratchet golden`)"]
    return []
