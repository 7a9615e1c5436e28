"""Every rule of the gate on hand-made evidence: pass, fail, inconclusive; and the verdict they add up to."""

from dataclasses import replace

import pytest

from stages.decision import rules
from stages.decision.rules import Evidence, Rule
from stages.decision.verdict import _verdict, decide

NAN = float("nan")
GAIN = {"n": 500, "baseline": 0.80, "candidate": 0.83, "delta": 0.03, "lower": 0.01, "upper": 0.05}
SEGMENT = {"segment": "color=red", "n": 200, "baseline": 0.8, "candidate": 0.8, "delta": 0.0, "lower": -0.01, "upper": 0.01}
COMPARED = {
    "baseline": "old.dir",
    "candidate": "new.dir",
    "holdout_starts": "2026-03-02",
    "trained_past_holdout": [],
    "baseline_versions": {"numpy": "2.3.0", "python": "3.11"},
    "candidate_versions": {"numpy": "2.3.0", "python": "3.11"},
}


@pytest.fixture
def params(make_params):
    """A gain of 0.01 is asked for, a loss of 0.02 allowed; red is critical."""
    return make_params(
        {
            "gate.min_gain": 0.01,
            "gate.critical": ["color=red"],
            "gate.max_segment_drop": 0.02,
            "gate.min_segment_rows": 100,
            "gate.floors": {"accuracy": 0.7},
            "gate.max_golden_drop": 0.02,
            "gate.max_latency_ratio": 1.5,
            "gate.max_latency_ms": 50,
        }
    )


def evidence(**parts) -> Evidence:
    """Evidence on which every rule passes, but for what is named: gain, segments, golden, compared, or a field."""
    comparison = {
        "holdout": {"primary": GAIN | parts.pop("gain", {})},
        "segments": parts.pop("segments", [SEGMENT]),
        "compared": COMPARED | parts.pop("compared", {}),
    }
    golden = parts.pop("golden", {"recorded": 0.9, "again": 0.9, "candidate": 0.91})
    latency = {
        "batch": {"ratio_p50": 1.2, "baseline_p50_ms": 10.0, "candidate_p50_ms": 12.0},
        "one_row": {"candidate_p50_ms": 2.0},
    }
    known = {
        "trigger": {"verdict": "retrain", "reasons": ["cadence: 40 days"]},
        "evaluation": {"holdout": {"accuracy": 0.83}},
        "latency": latency,
        "version": 3,
        "rejected": frozenset({"worse.dir"}),
        "source": "dvc metrics diff abc1234",
    }
    found = Evidence(comparison=comparison, **(known | parts))
    if golden is None:
        return found
    comparison["golden"] = {"baseline": {"accuracy": golden["again"]}}
    scored = found.evaluation | {"golden": {"accuracy": golden["candidate"]}}
    return replace(found, evaluation=scored, old_golden={"accuracy": golden["recorded"]})


def outcome_of(name: str, found: Evidence, params) -> str:
    return next(rule.outcome for rule in decide(found, params).rules if rule.name == name)


def test_everything_in_order_is_promoted_with_the_gain_as_its_reason(params):
    decision = decide(evidence(), params)
    assert decision.verdict == "promote"
    assert {rule.outcome for rule in decision.rules} == {"pass"}
    assert decision.reasons == ["accuracy gains +0.0300 (lower bound +0.0100) on 500 rows"]


@pytest.mark.parametrize("verdict", ["skip", "investigate", "rollback", "blocked"])
def test_a_candidate_against_the_triggers_verdict_is_held_with_its_reason(params, verdict):
    decision = decide(evidence(trigger={"verdict": verdict, "reasons": ["data_freeze: year end"]}), params)
    assert decision.verdict == "hold"
    assert decision.reasons == [f"the trigger says {verdict}: data_freeze: year end"]


@pytest.mark.parametrize(
    ("gain", "outcome", "why"),
    [
        ({}, "pass", "lower bound"),
        ({"delta": 0.01, "lower": 0.001}, "pass", "lower bound"),  # just enough
        ({"delta": 0.009999, "lower": 0.001}, "fail", "less than the 0.01 asked for"),
        ({"delta": 0.03, "lower": 0.0}, "fail", "not proven above 0"),
        ({"delta": 0.03, "lower": -0.001}, "fail", "not proven above 0"),
        ({"delta": -0.03, "lower": -0.05}, "fail", "less than the 0.01 asked for"),
        ({"delta": None, "lower": None, "candidate": None}, "inconclusive", "undefined"),
        ({"lower": None}, "inconclusive", "undefined"),
        ({"delta": NAN}, "inconclusive", "undefined"),
        ({"lower": NAN}, "inconclusive", "undefined"),
        ({"lower": float("inf")}, "inconclusive", "undefined"),
        ({"lower": "0.5"}, "inconclusive", "undefined"),
    ],
)
def test_a_gain_has_to_be_large_enough_and_proven(params, gain, outcome, why):
    rule = rules.gain(evidence(gain=gain), params)
    assert rule.outcome == outcome
    assert why in rule.why


def test_a_tie_is_no_gain_even_where_none_is_asked_for(make_params):
    params = make_params({"gate.min_gain": 0.0})
    rule = rules.gain(evidence(gain={"delta": 0.0, "lower": 0.0}), params)
    assert rule.outcome == "fail"
    assert "a tie is no gain" in rule.why


def test_the_model_in_production_is_no_candidate(params):
    rule = rules.gain(evidence(compared={"candidate": "old.dir"}), params)
    assert rule.outcome == "fail"
    assert "nothing to promote" in rule.why


@pytest.mark.parametrize(
    ("name", "change", "outcome"),
    [
        ("color=red", {}, "pass"),
        ("color=red", {"delta": -0.015, "lower": -0.0199, "upper": -0.01}, "pass"),  # a small loss, shown to be small
        ("color=red", {"delta": -0.01, "lower": -0.03, "upper": 0.01}, "inconclusive"),  # a larger one cannot be ruled out
        ("color=red", {"delta": -0.05, "lower": -0.12, "upper": 0.02}, "inconclusive"),
        ("color=red", {"delta": -0.05, "lower": -0.07, "upper": -0.03}, "fail"),
        ("color=red", {"n": 99}, "inconclusive"),
        ("color=red", {"n": 0, "delta": None, "lower": None, "upper": None}, "inconclusive"),
        ("color=red", {"lower": NAN}, "inconclusive"),
        ("color=red", {"upper": None}, "inconclusive"),
        ("color=blue", {"delta": -0.01, "lower": -0.03, "upper": 0.01}, "pass"),  # watched only: nothing is proven
        ("color=blue", {"delta": -0.015, "lower": -0.02, "upper": -0.01}, "pass"),  # proven, but small
        ("color=blue", {"delta": -0.05, "lower": -0.12, "upper": 0.02}, "pass"),  # large, but not proven
        ("color=blue", {"delta": -0.05, "lower": -0.07, "upper": -0.03}, "fail"),
        ("color=blue", {"delta": NAN}, "inconclusive"),
    ],
)
def test_critical_segments_must_be_shown_harmless_and_watched_ones_not_harmed(params, name, change, outcome):
    rule = rules.segment(SEGMENT | {"segment": name} | change, params)
    assert (rule.outcome, rule.segment) == (outcome, name)
    assert rule.name == ("critical_segment" if name == "color=red" else "segment")


def test_a_critical_segment_too_small_to_judge_asks_for_review(params):
    decision = decide(evidence(segments=[SEGMENT | {"n": 40}]), params)
    assert decision.verdict == "review"
    assert decision.reasons == ["color=red has 40 usable rows, 100 are needed to judge it"]


def test_a_proven_loss_in_a_watched_segment_holds(params):
    lost = SEGMENT | {"segment": "color=blue", "delta": -0.06, "lower": -0.09, "upper": -0.03}
    decision = decide(evidence(segments=[SEGMENT, lost]), params)
    assert decision.verdict == "hold"
    assert "color=blue changes by -0.0600" in decision.reasons[0]


def test_a_critical_segment_that_was_not_compared_asks_for_review(params):
    decision = decide(evidence(segments=[]), params)
    assert decision.verdict == "review"
    assert decision.reasons == ["color=red was not compared; run `dvc repro`"]


@pytest.mark.parametrize(
    ("value", "outcome"), [(0.7, "pass"), (0.69, "fail"), (None, "inconclusive"), (NAN, "inconclusive"), ("0.9", "inconclusive")]
)
def test_a_floor_has_to_be_reached(params, value, outcome):
    found = replace(evidence(golden=None), evaluation={"holdout": {"accuracy": value}})
    assert outcome_of("floor", found, params) == outcome


@pytest.mark.parametrize(
    ("golden", "drop", "reproduced"),
    [
        ({"recorded": 0.9, "again": 0.9, "candidate": 0.89}, "pass", "pass"),
        ({"recorded": 0.9, "again": 0.9000015, "candidate": 0.89}, "pass", "pass"),  # within rounding
        ({"recorded": 0.9, "again": 0.9, "candidate": 0.88}, "pass", "pass"),  # exactly what is allowed
        ({"recorded": 0.9, "again": 0.9, "candidate": 0.87}, "fail", "pass"),
        ({"recorded": 0.9, "again": 0.91, "candidate": 0.91}, "pass", "inconclusive"),
        ({"recorded": 0.9, "again": None, "candidate": 0.91}, "pass", "inconclusive"),
        ({"recorded": 0.9, "again": NAN, "candidate": 0.91}, "pass", "inconclusive"),
        ({"recorded": None, "again": 0.9, "candidate": 0.91}, "inconclusive", None),
        ({"recorded": 0.9, "again": 0.9, "candidate": None}, "inconclusive", None),
        ({"recorded": NAN, "again": 0.9, "candidate": 0.91}, "inconclusive", None),
    ],
)
def test_the_golden_set_is_held_against_the_recorded_value(params, golden, drop, reproduced):
    found = {rule.name: rule.outcome for rule in rules.golden(evidence(golden=golden), params)}
    assert found.get("golden") == drop
    assert found.get("golden_reproduced") == reproduced


def test_a_golden_value_that_is_not_reproduced_names_the_versions_that_differ(params):
    changed = {"candidate_versions": {"numpy": "2.4.0", "python": "3.11"}}
    golden = {"recorded": 0.9, "again": 0.88, "candidate": 0.91}
    decision = decide(evidence(golden=golden, compared=changed), params)
    assert decision.verdict == "review"
    assert "scores 0.88 on the golden set where 0.9 was recorded: numpy 2.3.0 → 2.4.0" in decision.reasons[0]
    same = decide(evidence(golden=golden), params)
    assert "no version differs" in same.reasons[0]


def test_without_a_golden_set_its_rules_are_absent_and_that_is_said(params):
    decision = decide(evidence(golden=None), params)
    assert decision.verdict == "promote"
    assert not [rule for rule in decision.rules if rule.name.startswith("golden")]
    assert decision.reasons[-1] == "no golden set: its rules are absent"


@pytest.mark.parametrize(("ratio", "outcome"), [(1.5, "pass"), (1.51, "fail"), (None, "inconclusive"), (NAN, "inconclusive")])
def test_a_slower_candidate_fails_beyond_the_ratio(params, ratio, outcome):
    latency = evidence().latency | {"batch": {"ratio_p50": ratio, "baseline_p50_ms": 10.0, "candidate_p50_ms": 15.0}}
    assert outcome_of("latency_ratio", evidence(latency=latency), params) == outcome


def test_the_speed_of_the_dummy_is_nothing_to_keep_up_with(params):
    latency = evidence().latency | {"batch": {"ratio_p50": 90.0, "baseline_p50_ms": 1.0, "candidate_p50_ms": 90.0}}
    assert outcome_of("latency_ratio", evidence(version=0, latency=latency), params) == "pass"


@pytest.mark.parametrize(("one_row", "outcome"), [(50, "pass"), (50.1, "fail"), (None, "inconclusive"), (NAN, "inconclusive")])
def test_one_row_has_a_budget(params, one_row, outcome):
    latency = evidence().latency | {"one_row": {"candidate_p50_ms": one_row}}
    assert outcome_of("latency_budget", evidence(latency=latency), params) == outcome


@pytest.mark.parametrize(
    ("late", "outcome"),
    [([], "pass"), (["baseline"], "inconclusive"), (["candidate"], "fail"), (["baseline", "candidate"], "fail")],
)
def test_a_model_that_has_seen_the_holdout_is_no_fair_comparison(params, late, outcome):
    assert outcome_of("unseen_holdout", evidence(compared={"trained_past_holdout": late}), params) == outcome


def test_a_candidate_that_was_rolled_back_is_held(params):
    decision = decide(evidence(compared={"candidate": "worse.dir"}), params)
    assert decision.verdict == "hold"
    assert decision.reasons == ["this very candidate was rolled back before"]


def test_a_doubt_about_the_past_asks_for_review_in_its_own_words(params):
    decision = decide(evidence(doubt="the clone is shallow"), params)
    assert decision.verdict == "review"
    assert decision.reasons == ["the clone is shallow"]


def test_the_first_real_model_needs_a_person(params):
    assert decide(evidence(version=0), params).verdict == "review"
    assert "first_promotion" not in {rule.name for rule in decide(evidence(), params).rules}


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
    assert _verdict([Rule("some", outcome, "why") for outcome in outcomes]) == verdict


def test_where_something_failed_the_open_questions_are_no_reasons(params):
    decision = decide(evidence(gain={"delta": 0.0, "lower": -0.1}, doubt="shallow"), params)
    assert decision.verdict == "hold"
    assert len(decision.reasons) == 1
    assert "less than" in decision.reasons[0]


def test_a_decision_is_kept_with_every_rule(params):
    kept = decide(evidence(), params).as_dict()
    assert set(kept) == {"verdict", "rules", "reasons"}
    assert {"name", "outcome", "why", "metric", "segment", "old", "new", "delta", "threshold", "source"} == set(kept["rules"][0])
