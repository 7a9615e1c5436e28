"""What the rules add up to, and the reasons that are given."""

import json

import pytest
from made_evidence import GATE, evidence

from stages.decision.rule import Rule
from stages.decision.verdict import _verdict, decide


@pytest.fixture
def params(make_params):
    return make_params(GATE)


def test_everything_in_order_is_promoted_with_the_gain_as_its_reason(params):
    decision = decide(evidence(), params)
    assert decision.verdict == "promote"
    assert {rule.outcome for rule in decision.rules} == {"pass"}
    assert decision.reasons == ["accuracy gains +0.0300 (lower bound +0.0133) on 500 rows"]


def test_a_candidate_against_the_triggers_verdict_is_held_with_its_reason(params):
    decision = decide(evidence(trigger={"verdict": "blocked", "reasons": ["data_freeze: year end"]}), params)
    assert decision.verdict == "hold"
    assert decision.reasons == ["the trigger says blocked: data_freeze: year end"]


def test_without_a_golden_set_its_rules_are_absent_and_that_is_said(params):
    decision = decide(evidence(golden=None), params)
    assert decision.verdict == "promote"
    assert not [rule for rule in decision.rules if rule.name.startswith("golden")]
    assert decision.reasons[-1] == "no golden set: its rules are absent"


def test_a_doubt_about_the_past_asks_for_review_in_its_own_words(params):
    decision = decide(evidence(doubt="the clone is shallow"), params)
    assert decision.verdict == "review"
    assert decision.reasons == ["the clone is shallow"]


def test_the_first_real_model_needs_a_person(params):
    assert decide(evidence(version=0), params).verdict == "review"
    assert "first_promotion" not in {rule.name for rule in decide(evidence(), params).rules}


def test_every_rule_that_was_asked_for_is_applied(make_params):
    """A slip in the list of rules would promote what a rule forbids."""
    gain = {"n": 500, "baseline": 0.1, "candidate": 0.1, "delta": 0.0, "standard_error": 0.01}
    beside = {
        "cost": gain,
        "calibration": {"expected_calibration_error": gain, "neg_brier_score": gain},
        "never_predicted": [],
    }
    asked = make_params(GATE | {"evaluate.cost": {"column": "euro"}, "gate.max_cost_rise": 0.1})
    found = [rule.name for rule in decide(evidence(beside=beside, version=0), asked).rules]
    assert {
        "trigger", "min_gain", "critical_segment", "floor", "calibration", "cost", "every_class", "golden", "golden_reproduced",
        "golden_fresh", "latency_ratio", "latency_budget", "unseen_holdout", "not_rejected", "baseline_commit", "first_promotion",
    } <= set(found)  # fmt: skip


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        (["pass", "pass"], "promote"),
        (["pass", "inconclusive"], "review"),
        (["inconclusive", "fail"], "hold"),
        (["pass", "fail"], "hold"),
    ],
)
def test_one_failure_holds_and_one_open_question_asks_for_review(outcomes, verdict):
    assert _verdict([Rule(name="some", outcome=outcome, why="why") for outcome in outcomes]) == verdict


def test_where_something_failed_the_open_questions_are_no_reasons(params):
    decision = decide(evidence(gain={"delta": 0.0}, doubt="shallow"), params)
    assert decision.verdict == "hold"
    assert len(decision.reasons) == 1
    assert "less than" in decision.reasons[0]


def test_a_decision_is_kept_with_every_rule(params):
    kept = decide(evidence(), params).as_dict()
    assert set(kept) == {"verdict", "rules", "reasons"}
    assert {"name", "outcome", "why", "metric", "segment", "old", "new", "delta", "threshold", "source"} == set(kept["rules"][0])
    assert json.loads(json.dumps(kept)) == kept
