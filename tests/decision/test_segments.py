"""The rules on segments: critical ones are shown unharmed, watched ones are blocked by a proven loss only, among them all."""

import numpy as np
import pytest
from made_evidence import GATE, NAN, SEGMENT, evidence

from stages.decision.segments import critical, holm, watched
from stages.decision.verdict import decide

BLUE = SEGMENT | {"segment": "color=blue"}
LOST = {"delta": -0.05, "standard_error": 0.02}  # 2.5 standard errors: a p-value of 0.0062


@pytest.fixture
def params(make_params):
    """A loss of 0.02 is allowed, 100 rows are needed; red is critical."""
    return make_params(GATE)


@pytest.mark.parametrize(
    ("change", "outcome", "why"),
    [
        ({}, "pass", "changes by +0.0000"),
        ({"delta": -0.01, "standard_error": 0.0058}, "pass", "(-0.0197"),  # 1.6696 standard errors: shown to be small
        ({"delta": -0.01, "standard_error": 0.006}, "inconclusive", "a loss of more than 0.02 cannot be ruled out"),
        ({"delta": -0.05, "standard_error": 0.04}, "inconclusive", "cannot be ruled out"),
        (LOST, "fail", "a proven loss, where 0.02 is allowed"),
        ({"n": 99}, "inconclusive", "color=red has 99 usable rows, 100 are needed to judge it"),
        ({"n": 0, "baseline": None, "candidate": None, "delta": None, "standard_error": None}, "inconclusive", "has 0 usable"),
        ({"candidate": None, "delta": None}, "inconclusive", "undefined for the candidate"),
        ({"standard_error": NAN}, "inconclusive", "cannot be told"),
        ({"delta": 0.01, "standard_error": 0.0}, "inconclusive", "by the same +0.0100"),
    ],
)
def test_a_critical_segment_must_be_shown_not_to_lose_more_than_allowed(params, change, outcome, why):
    (rule,) = critical(evidence(segments=[SEGMENT | change, BLUE]), params)
    assert (rule.name, rule.segment, rule.outcome) == ("critical_segment", "color=red", outcome)
    assert why in rule.why


def test_an_open_question_says_how_many_rows_settle_it_and_how_often_an_equal_model_passes(params):
    # A bound lies 1.6696 * 0.01 away. ((1.6696 + 0.8416) * 0.01 * sqrt(200) / 0.01)² = 1,261 rows, 1,061 of them new; an equal
    # model passes where it is not 0.02 - 0.0167 below: Φ(0.330) = 0.63.
    (rule,) = critical(evidence(segments=[SEGMENT | {"delta": -0.01, "standard_error": 0.01}]), params)
    assert "about 1,100 more rows like these would settle it; an equal model passes 63 % of the time" in rule.why


def test_earlier_candidates_make_it_harder_to_pass_and_not_to_fail(params):
    small, large = SEGMENT | {"delta": -0.01, "standard_error": 0.005}, SEGMENT | LOST
    assert critical(evidence(segments=[small]), params)[0].outcome == "pass"
    assert critical(evidence(segments=[small], tried_holdout=9), params)[0].outcome == "inconclusive"
    assert critical(evidence(segments=[large], tried_holdout=9), params)[0].outcome == "fail"


def test_a_critical_segment_that_was_not_compared_asks_for_review(params):
    decision = decide(evidence(segments=[]), params)
    assert decision.verdict == "review"
    assert decision.reasons == ["color=red was not compared; run `dvc repro`"]


@pytest.mark.parametrize(
    ("change", "outcome", "why"),
    [
        ({}, "pass", "changes by +0.0000"),
        ({"delta": -0.01, "standard_error": 0.02}, "pass", "changes by"),  # nothing is proven
        ({"delta": -0.015, "standard_error": 0.001}, "pass", "changes by"),  # proven, but allowed
        ({"delta": -0.05, "standard_error": 0.04}, "pass", "may be luck, as one of 1 segments"),
        (LOST, "fail", "a proven loss, where 0.02 is allowed"),
        ({"candidate": None, "delta": None}, "fail", "undefined for the candidate"),
        ({"baseline": None, "delta": None}, "fail", "undefined for the baseline"),
        ({"delta": -0.03, "standard_error": 0.0}, "fail", "by the same -0.0300"),
    ],
)
def test_a_watched_segment_fails_on_a_proven_loss_beyond_what_is_allowed(params, change, outcome, why):
    (rule,) = watched(evidence(segments=[SEGMENT, BLUE | change]), params)
    assert (rule.name, rule.segment, rule.outcome) == ("segment", "color=blue", outcome)
    assert why in rule.why


@pytest.mark.parametrize(
    "change",
    [
        {"n": 99} | LOST,
        {"baseline": None, "candidate": None, "delta": None},  # one class only: no ROC curve of either model
        {"delta": -0.05, "standard_error": None},
        {"delta": 0.05, "standard_error": 0.0},
    ],
)
def test_a_watched_segment_in_which_nothing_can_be_told_is_no_rule(params, change):
    assert watched(evidence(segments=[SEGMENT, BLUE | change]), params) == []


def test_a_loss_is_held_against_the_number_of_segments_watched(params):
    # The smallest p-value, 0.0062, is held against 0.05 / 8 = 0.00625 and against 0.05 / 9 = 0.0056.
    def worst(others: int):
        quiet = [BLUE | {"segment": f"color={k}"} for k in range(others)]
        return watched(evidence(segments=[SEGMENT, *quiet, BLUE | LOST]), params)[0]

    assert (worst(7).segment, worst(7).outcome) == ("color=blue", "fail")
    assert (worst(8).segment, worst(8).outcome) == ("color=blue", "pass")
    assert "may be luck, as one of 9 segments" in worst(8).why


def test_the_worst_of_the_harmed_segments_is_named_first(params):
    deltas = {"color=a": -0.03, "color=b": -0.06, "color=c": -0.04}
    lost = [BLUE | {"segment": name, "delta": delta, "standard_error": 0.001} for name, delta in deltas.items()]
    decision = decide(evidence(segments=[SEGMENT, *lost]), params)
    assert decision.verdict == "hold"
    assert [reason.split()[0] for reason in decision.reasons] == ["color=b", "color=c", "color=a"]


def test_an_odd_segment_name_stays_on_one_short_line(params):
    (rule,) = watched(evidence(segments=[SEGMENT, BLUE | LOST | {"segment": "color=a\nb" + "x" * 300}]), params)
    assert rule.why.startswith("color=a bxxx")
    assert len(rule.why) < 200
    assert "\n" not in rule.why


def test_holm_agrees_with_adjusted_p_values():
    """Holm's adjusted p-value of the k-th smallest is the largest (m - j + 1) p_j of those up to it."""
    random = np.random.default_rng(5)
    for _ in range(200):
        p_values = {str(k): float(p) for k, p in enumerate(random.beta(0.3, 3, 9))}
        ordered = sorted(p_values, key=lambda name: p_values[name])
        adjusted = np.maximum.accumulate([(9 - k) * p_values[name] for k, name in enumerate(ordered)])
        assert holm(p_values, 0.05) == {name for name, p in zip(ordered, adjusted, strict=True) if p <= 0.05}
