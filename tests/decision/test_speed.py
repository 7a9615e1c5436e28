"""The rules of speed: a ratio that is too high, too noisy to tell, or fine; and a budget for one row."""

import pytest
from made_evidence import GATE, NAN, evidence

from stages.decision.speed import latency_budget, latency_ratio


@pytest.fixture
def params(make_params):
    """A batch may take 1.5 times as long, one row 50 ms."""
    return make_params(GATE)


@pytest.mark.parametrize(
    ("batch", "outcome", "why"),
    [
        ({}, "pass", "1.20 times as long as with the baseline (1.15 … 1.25), 1.5 is allowed"),
        ({"ratio_p50": 1.5, "ratio_p50_upper": 1.9}, "pass", "1.50 times"),
        ({"ratio_p50": 1.6, "ratio_p50_lower": 1.51, "ratio_p50_upper": 1.7}, "fail", "1.60 times"),
        ({"ratio_p50": 1.6, "ratio_p50_lower": 1.4, "ratio_p50_upper": 1.9}, "inconclusive", "too noisy to tell"),
        ({"ratio_p95": 2.0, "ratio_p95_lower": 1.51}, "fail", "the slowest in 20 take 2.00 times as long"),
        ({"ratio_p95": 2.0, "ratio_p95_lower": 1.4}, "pass", "1.20 times"),  # the tail of few turns is noise
        ({"ratio_p50": None}, "inconclusive", "not timed"),
        ({"ratio_p50_lower": NAN}, "inconclusive", "not timed"),
        ({"ratio_p95": "1"}, "inconclusive", "not timed"),
    ],
)
def test_a_slower_candidate_fails_where_it_is_shown_to_be(params, batch, outcome, why):
    rule = latency_ratio(evidence(batch=batch), params)
    assert rule.outcome == outcome
    assert why in rule.why


def test_a_timing_without_figures_is_no_pass(params):
    rule = latency_ratio(evidence(latency={"batch": {}, "one_row": {}}), params)
    assert (rule.outcome, rule.delta) == ("inconclusive", None)


def test_the_speed_of_the_dummy_is_nothing_to_keep_up_with(params):
    assert latency_ratio(evidence(version=0, batch={"ratio_p50": 90.0, "ratio_p50_lower": 80.0}), params).outcome == "pass"


@pytest.mark.parametrize(("one_row", "outcome"), [(50, "pass"), (50.1, "fail"), (None, "inconclusive"), (NAN, "inconclusive")])
def test_one_row_has_a_budget(params, one_row, outcome):
    latency = {"batch": {}, "one_row": {"candidate_p50_ms": one_row}}
    assert latency_budget(evidence(latency=latency), params).outcome == outcome
