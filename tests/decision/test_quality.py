"""The rules of quality on the holdout: pass, fail, inconclusive, and words that say why.

The first candidate on a holdout is judged at 1 - 0.95 * 0.05 = 95.25 %, where a bound lies 1.6696 standard errors away; earlier
candidates take nothing from the proof of harm, which is at 95 % (1.6449).
"""

import pytest
from made_evidence import COMPARED, GATE, NAN, evidence

from stages.decision import quality

WORSE = {"n": 500, "baseline": 0.05, "candidate": 0.05, "delta": 0.0, "standard_error": 0.005}


@pytest.fixture
def params(make_params):
    return make_params(GATE)


@pytest.mark.parametrize(
    ("gain", "outcome", "why"),
    [
        ({}, "pass", "lower bound +0.0133"),  # 0.03 - 1.6696 * 0.01
        ({"delta": 0.01, "standard_error": 0.0058}, "pass", "gains +0.0100"),  # just enough: the bound is 0.0002
        ({"delta": 0.009999, "standard_error": 0.001}, "fail", "less than the 0.01 asked for"),
        ({"delta": 0.03, "standard_error": 0.0181}, "fail", "not proven above 0"),  # the bound is -0.0002
        ({"delta": -0.03}, "fail", "less than the 0.01 asked for"),
        ({"delta": None, "standard_error": None, "candidate": None}, "inconclusive", "undefined for the candidate"),
        ({"delta": None, "standard_error": None, "baseline": None, "candidate": None}, "inconclusive", "for both models"),
        ({"standard_error": None}, "inconclusive", "cannot be told"),
        ({"delta": NAN}, "inconclusive", "undefined"),
        ({"candidate": NAN}, "inconclusive", "undefined for the candidate"),
        ({"standard_error": NAN}, "inconclusive", "cannot be told"),
        ({"standard_error": float("inf")}, "inconclusive", "cannot be told"),
        ({"standard_error": "0.01"}, "inconclusive", "cannot be told"),
        ({"standard_error": 0.0}, "inconclusive", "by the same +0.0300 on each of 500 rows"),
        ({"n": 99}, "inconclusive", "99 usable rows, 100 are needed"),
    ],
)
def test_a_gain_has_to_be_large_enough_and_proven(params, gain, outcome, why):
    rule = quality.gain(evidence(gain=gain), params)
    assert rule.outcome == outcome
    assert why in rule.why


@pytest.mark.parametrize(("error", "outcome"), [(0.0119, "pass"), (0.0121, "fail")])  # 0.01 = 0.03 - 1.6696 * 0.0120
def test_a_strict_gain_is_proven_to_be_as_large_as_asked_for(make_params, error, outcome):
    rule = quality.gain(evidence(gain={"standard_error": error}), make_params(GATE | {"gate.strict": True}))
    assert rule.outcome == outcome
    assert ("not proven to be 0.01" in rule.why) == (outcome == "fail")


@pytest.mark.parametrize(
    ("baseline", "delta", "outcome", "why"),
    [
        (0.8, 0.016, "pass", "gains +0.0160"),  # 2 % of 0.8
        (0.8, 0.0159, "fail", "less than the 2% (0.0160) asked for"),
        (-0.8, 0.016, "pass", "gains +0.0160"),  # of a loss, the size counts
        (-0.8, 0.0159, "fail", "less than the 2% (0.0160) asked for"),
        (-2e-7, 3e-9, "fail", "less than the 2%"),  # 2 % of 2e-7 is 4e-9, and a small unit is no gift
        (0.0, 0.5, "inconclusive", "is 0, and 2% of it is nothing; give gate.min_gain in the metric's own units"),
    ],
)
def test_a_relative_gain_is_a_share_of_the_baselines_size(make_params, baseline, delta, outcome, why):
    gain = {"baseline": baseline, "candidate": baseline + delta, "delta": delta, "standard_error": abs(delta) / 20}
    rule = quality.gain(evidence(gain=gain), make_params(GATE | {"gate.min_gain": "2%"}))
    assert rule.outcome == outcome
    assert why in rule.why


def test_a_spread_that_was_rounded_away_proves_nothing(make_params):
    # Kept to a millionth, 0.0000015 and 0.00000149 became 0.000002 and 0.000001: z would be 2, and is 1.
    gain = {"baseline": -0.0001, "candidate": -0.000098, "delta": 0.000002, "standard_error": 0.000001}
    rule = quality.gain(evidence(gain=gain), make_params(GATE | {"gate.min_gain": 0.0}))
    assert (rule.outcome, "cannot be told" in rule.why) == ("inconclusive", True)


@pytest.mark.parametrize("error", [0.001, 0.0])
def test_a_tie_is_no_gain_even_where_none_is_asked_for(make_params, error):
    rule = quality.gain(evidence(gain={"delta": 0.0, "standard_error": error}), make_params(GATE | {"gate.min_gain": 0.0}))
    assert rule.outcome == "fail"
    assert "a tie is no gain" in rule.why


def test_accuracy_is_judged_by_the_rows_won_and_lost(params):
    # 30 won, 15 lost of 500: McNemar's z is 15 / sqrt(45) = 2.236, its p-value 0.0127. 20 and 10: 1.826 and 0.0339; 14 and 8
    # are a gain of 0.012 too, but z = 6 / sqrt(22) = 1.279.
    outcomes = []
    for won, lost in ((30, 15), (20, 10), (14, 8)):
        gain = {"delta": (won - lost) / 500, "standard_error": 0.01, "won": won, "lost": lost}
        outcomes.append(quality.gain(evidence(gain=gain), params).outcome)
    assert outcomes == ["pass", "pass", "fail"]


def test_a_gain_that_is_not_proven_says_how_many_more_rows_would(params):
    # The spread of one row is 0.02 * sqrt(500) = 0.4472; ((1.6696 + 0.8416) * 0.4472 / 0.03)² = 1,401 rows, 901 of them new.
    rule = quality.gain(evidence(gain={"standard_error": 0.02}), params)
    assert "about 900 more rows like these would settle it" in rule.why


def test_earlier_candidates_on_the_same_holdout_take_from_the_confidence(params):
    rule = quality.gain(evidence(tried_holdout=3), params)  # at 1 - 0.05 * 0.05 / 6 a bound lies 3.34 standard errors away
    assert rule.outcome == "fail"
    assert "(the 3rd candidate on this holdout: judged at 99.96 %)" in rule.why


def test_the_model_in_production_is_no_candidate(params):
    rule = quality.gain(evidence(compared={"candidate": COMPARED["baseline"]}), params)
    assert rule.outcome == "fail"
    assert "nothing to promote" in rule.why


@pytest.mark.parametrize(
    ("value", "outcome"), [(0.7, "pass"), (0.69, "fail"), (None, "inconclusive"), (NAN, "inconclusive"), ("0.9", "inconclusive")]
)
def test_a_floor_has_to_be_reached(value, outcome):
    assert quality.floor("accuracy", 0.7, evidence(evaluation={"holdout": {"accuracy": value}})).outcome == outcome


def calibrated(error: dict | None = None, brier: dict | None = None) -> dict:
    return {
        "calibration": {"expected_calibration_error": WORSE | (error or {}), "neg_brier_score": WORSE | (brier or {})},
    }


@pytest.mark.parametrize(
    ("error", "brier", "outcome", "why"),
    [
        ({}, {}, "pass", "a rise of 0.02 is allowed"),
        ({"delta": 0.019, "standard_error": 0.001}, {}, "pass", "changes by +0.0190"),  # proven, but small
        ({"delta": 0.03}, {}, "fail", "the calibration error is proven to be worse"),  # 0.03 - 1.6449 * 0.005 > 0
        ({"delta": 0.03, "standard_error": 0.0185}, {}, "pass", "more than that, but it may be luck"),
        ({"delta": -0.03}, {}, "pass", "changes by -0.0300"),  # less error is better
        ({}, {"delta": -0.03}, "fail", "the Brier score is proven to be worse"),  # as a score greater is better
        ({}, {"delta": 0.03}, "pass", "the Brier score changes by -0.0300"),
        ({"delta": 0.03}, {"delta": -0.03}, "fail", "the calibration error and the Brier score are proven to be worse"),
        ({"delta": None}, {}, "inconclusive", "undefined"),
        ({}, {"delta": NAN}, "inconclusive", "undefined"),
        ({"delta": 0.03, "standard_error": 0.0}, {}, "inconclusive", "by the same"),
    ],
)
def test_calibration_may_not_get_worse_by_more_than_allowed(params, error, brier, outcome, why):
    (rule,) = quality.calibration(evidence(beside=calibrated(error, brier)), params)
    assert rule.outcome == outcome
    assert why in rule.why


def test_a_dummy_without_a_brier_score_has_no_calibration_to_be_held_against(params):
    undefined = {"n": 500, "baseline": None, "candidate": None, "delta": None, "standard_error": None}
    assert quality.calibration(evidence(version=0, beside=calibrated(brier=undefined)), params) == []


def test_the_calibration_of_the_dummy_is_nothing_to_keep_up_with_but_its_brier_score_is(params):
    def judged(**parts):
        return quality.calibration(evidence(version=0, beside=calibrated(**parts)), params)[0].outcome

    assert judged(error={"delta": 0.2}) == "pass"
    assert judged(brier={"delta": -0.2}) == "fail"


def test_calibration_is_not_judged_where_nobody_asks_or_no_model_says_probabilities(make_params, params):
    assert quality.calibration(evidence(), params) == []
    silent = make_params(GATE | {"gate.max_calibration_rise": None})
    assert quality.calibration(evidence(beside=calibrated(error={"delta": 0.5})), silent) == []


@pytest.fixture
def costly(make_params):
    """A row may cost 0.1 more."""
    return make_params(GATE | {"evaluate.cost": {"column": "euro"}, "gate.max_cost_rise": 0.1})


@pytest.mark.parametrize(
    ("gain", "outcome", "why"),
    [
        ({"delta": -0.05, "standard_error": 0.029}, "pass", "changes by +0.05 (at most +0.09842)"),  # 0.05 + 1.6696 * 0.029
        ({"delta": -0.05, "standard_error": 0.03}, "fail", "(at most +0.1001), a rise of 0.1 is allowed; about "),
        ({"delta": -0.2, "standard_error": 0.01}, "fail", "a rise of 0.1 is allowed"),
        ({"delta": 0.5, "standard_error": 0.1}, "pass", "changes by -0.5"),
        ({"delta": None, "candidate": None}, "inconclusive", "undefined for the candidate"),
        ({"delta": -0.05, "standard_error": 0.0}, "inconclusive", "by the same"),
    ],
)
def test_the_cost_of_a_row_must_be_shown_not_to_rise_beyond_what_is_allowed(costly, gain, outcome, why):
    (rule,) = quality.cost(evidence(beside={"cost": WORSE | gain}), costly)
    assert rule.outcome == outcome
    assert why in rule.why


def test_cost_is_not_judged_where_nobody_asks(params):
    assert quality.cost(evidence(beside={"cost": WORSE}), params) == []


def test_a_class_that_is_never_answered_asks_for_review_by_name(params):
    (rule,) = quality.every_class(evidence(beside={"never_predicted": ["bil\nling", *"abcdef"]}), params)
    assert (rule.outcome, rule.why) == ("inconclusive", "the candidate never answers bil ling, a, b, c, d and 2 more")


def test_a_candidate_that_answers_every_class_passes(params):
    assert quality.every_class(evidence(beside={"never_predicted": []}), params)[0].outcome == "pass"
    assert quality.every_class(evidence(), params) == []  # regression
