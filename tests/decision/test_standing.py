"""Whether a candidate may be judged at all, and by this comparison."""

import pytest

from stages.decision import standing
from stages.decision.rule import Evidence

COMPARED = {"holdout_starts": "2026-03-02", "trained_past_holdout": []}


def evidence(**parts) -> Evidence:
    known = {"trigger": {}, "evaluation": {}, "comparison": {"compared": COMPARED}, "latency": {}, "version": 3}
    return Evidence(**(known | parts))


@pytest.mark.parametrize("verdict", ["skip", "investigate", "rollback", "blocked"])
def test_a_candidate_against_the_triggers_verdict_fails_with_its_reason(verdict):
    rule = standing.wanted(evidence(trigger={"verdict": verdict, "reasons": ["data_freeze: year end"]}))
    assert (rule.outcome, rule.why) == ("fail", f"the trigger says {verdict}: data_freeze: year end")


def test_a_candidate_that_the_trigger_asked_for_passes():
    assert standing.wanted(evidence(trigger={"verdict": "retrain", "reasons": ["cadence"]})).outcome == "pass"


@pytest.mark.parametrize(
    ("late", "outcome"),
    [([], "pass"), (["baseline"], "inconclusive"), (["candidate"], "fail"), (["baseline", "candidate"], "fail")],
)
def test_a_model_that_has_seen_the_holdout_is_no_fair_comparison(late, outcome):
    assert standing.unseen(evidence(comparison={"compared": COMPARED | {"trained_past_holdout": late}})).outcome == outcome


@pytest.mark.parametrize(("why", "outcome"), [(None, "pass"), ("rolled back on 2026-03-09", "fail")])
def test_a_candidate_that_was_rejected_before_fails_and_says_when(why, outcome):
    rule = standing.not_rejected(evidence(rejected=why))
    assert rule.outcome == outcome
    assert rule.why == (why or "neither rolled back before nor held on other rows")


def test_a_doubt_about_the_past_is_inconclusive_in_its_own_words():
    assert standing.comparable(evidence(source="dvc metrics diff abc")).outcome == "pass"
    doubted = standing.comparable(evidence(doubt="the clone is shallow"))
    assert (doubted.outcome, doubted.why) == ("inconclusive", "the clone is shallow")


def test_the_first_real_model_needs_a_person():
    assert [rule.outcome for rule in standing.first_promotion(evidence(version=0))] == ["inconclusive"]
    assert standing.first_promotion(evidence()) == []
