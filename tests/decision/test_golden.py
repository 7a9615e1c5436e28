"""The rules of the golden set on hand-made evidence, and which version is the best so far."""

from dataclasses import asdict, replace

import pandas as pd
import pytest

from stages.decision.golden import best_version, golden
from stages.decision.rule import Best, Evidence, Rule
from stages.evidence.difference import Difference

NAN = float("nan")
VERSIONS = {"baseline_versions": {"numpy": "2.3.0", "python": "3.11"}, "candidate_versions": {"numpy": "2.3.0", "python": "3.11"}}


@pytest.fixture
def params(make_params):
    """A drop of 0.02 is allowed; one candidate a golden set, so that the first is judged at the whole confidence of 0.95."""
    return make_params({"gate.max_golden_drop": 0.02, "gate.golden_attempts": 1, "gate.golden_days": 100})


def found(delta: float | None, error: float | None, n: int = 900) -> Difference:
    """A difference with a normal distribution: at 95 % its lower bound is delta - 1.645 * error."""
    return Difference(n=n, baseline=0.9, candidate=None if delta is None else 0.9 + delta, delta=delta, standard_error=error)


def evidence(
    *, recorded=0.9, again=0.9, candidate=0.91, primary: Difference | None = None, versions=VERSIONS, **more
) -> Evidence:
    scored = {"baseline": {"accuracy": again}, "primary": asdict(primary or found(0.01, 0.005))}
    return Evidence(
        trigger={},
        evaluation={"golden": {"accuracy": candidate}},
        comparison={"golden": scored, "compared": versions},
        latency={},
        version=3,
        old_golden={"accuracy": recorded},
        source="dvc metrics diff abc1234",
        **more,
    )


def rules(given: Evidence, params) -> dict[str, Rule]:
    return {rule.name: rule for rule in golden(given, params)}


def test_a_golden_set_on_which_nothing_is_lost_passes_every_rule(params):
    applied = rules(evidence(best=Best(version=2, difference=found(0.0, 0.01), n=900), others=1), params)
    assert {name: rule.outcome for name, rule in applied.items()} == {
        "golden": "pass",
        "golden_reproduced": "pass",
        "golden_best": "pass",
        "golden_fresh": "pass",
    }
    assert (applied["golden"].old, applied["golden"].new, applied["golden"].delta) == (0.9, 0.91, 0.01)
    assert applied["golden"].source == "dvc metrics diff abc1234"


def test_without_a_golden_set_its_rules_are_absent(params):
    given = evidence()
    assert golden(replace(given, comparison={"compared": VERSIONS}), params) == []


@pytest.mark.parametrize(
    ("delta", "error", "outcome", "why"),
    [
        # lower bound: delta - 1.645 * error; upper bound: delta + 1.645 * error
        (0.0, 0.012, "pass", "a drop of 0.02 is allowed"),  # -0.0197
        (0.0, 0.0125, "fail", "a drop of more than 0.02 cannot be ruled out"),  # -0.0206
        (-0.015, 0.003, "pass", "a drop of 0.02 is allowed"),  # -0.0199
        (-0.015, 0.005, "fail", "a proven drop, which may be more than the 0.02 allowed"),  # -0.0232 ... -0.0068
        (-0.03, 0.005, "fail", "a proven drop, and more than the 0.02 allowed"),
        (-0.03, 0.03, "fail", "cannot be ruled out"),  # -0.079 ... +0.019
        (None, None, "inconclusive", "is undefined for one of the models"),
        (-0.01, 0.0, "inconclusive", "how much of it may be luck cannot be told"),  # the same on every row
        (0.01, None, "inconclusive", "cannot be told"),
        (0.01, NAN, "inconclusive", "cannot be told"),
    ],
)
def test_a_drop_beyond_what_is_allowed_has_to_be_ruled_out(params, delta, error, outcome, why):
    rule = rules(evidence(candidate=0.9 + (delta or 0), primary=found(delta, error)), params)["golden"]
    assert rule.outcome == outcome
    assert why in rule.why


def test_an_open_drop_says_how_many_rows_would_settle_it_and_what_an_equal_model_would_do(params):
    why = rules(evidence(primary=found(0.0, 0.0125)), params)["golden"].why
    # Spread of a row: 0.0125 * 30 = 0.375. Rows for 80 %: ((1.645 + 0.842) * 0.375 / 0.02)² = 2174, so 1274 more than 900.
    assert "about 1,300 more rows like these would settle it" in why
    # An equal model passes where its delta is above 1.645 * 0.0125 - 0.02 = 0.00056, 0.045 standard errors: 48 %.
    assert "an equal model passes 48 % of the time" in why


def test_few_rows_are_judged_by_the_score_test_of_paired_proportions(params):
    # 40 rows, one won and one lost: no difference, and far from enough to rule out a drop of two points.
    few = Difference(n=40, baseline=0.9, candidate=0.9, delta=0.0, won=1, lost=1)
    rule = rules(evidence(candidate=0.9, primary=few), params)["golden"]
    assert rule.outcome == "fail"
    assert "cannot be ruled out" in rule.why


@pytest.mark.parametrize("recorded", [0.95, 0.931])
def test_a_drop_from_the_record_fails_though_both_models_agree_on_todays_rows(params, recorded):
    rule = rules(evidence(recorded=recorded), params)["golden"]
    assert rule.outcome == "fail"
    assert f"from the recorded {recorded}" in rule.why


@pytest.mark.parametrize(
    ("recorded", "candidate"), [(None, 0.91), (NAN, 0.91), (0.9, None), (0.9, NAN), ("0.9", 0.91), (0.9, float("inf"))]
)
def test_a_value_that_is_missing_on_one_side_is_never_a_pass(params, recorded, candidate):
    assert rules(evidence(recorded=recorded, candidate=candidate), params)["golden"].outcome == "inconclusive"


def test_earlier_candidates_have_used_up_confidence(make_params):
    params = make_params({"gate.max_golden_drop": 0.02, "gate.golden_attempts": 20})
    given = evidence(primary=found(0.0, 0.008))
    # H(20) = 3.5977: the first is judged at 1 - 0.05 / 3.5977 = 98.61 % (2.20 standard errors), the fifth at 99.72 % (2.77).
    assert rules(given, params)["golden"].outcome == "pass"  # -0.0176
    fifth = rules(replace(given, tried_golden=5), params)["golden"]
    assert fifth.outcome == "fail"  # -0.0222
    assert "the 5th candidate on this golden set: judged at 99.72 %" in fifth.why


@pytest.mark.parametrize(
    ("again", "outcome"),
    [(0.9, "pass"), (0.9000015, "pass"), (0.91, "inconclusive"), (None, "inconclusive"), (NAN, "inconclusive")],
)
def test_the_baseline_must_score_again_what_was_recorded(params, again, outcome):
    assert rules(evidence(again=again), params)["golden_reproduced"].outcome == outcome


def test_a_value_that_is_not_reproduced_names_the_versions_that_differ_and_the_way_out(params):
    changed = VERSIONS | {"candidate_versions": {"numpy": "2.4.0", "python": "3.11"}}
    rule = rules(evidence(again=0.88, versions=changed), params)["golden_reproduced"]
    assert "scores 0.88 on the golden set where 0.9 was recorded: numpy 2.3.0 → 2.4.0" in rule.why
    assert "`ratchet golden reanchor`" in rule.why
    assert "no version differs" in rules(evidence(again=0.88), params)["golden_reproduced"].why


@pytest.mark.parametrize(
    ("delta", "error", "outcome"),
    [(0.0, 0.01, "pass"), (-0.03, 0.001, "inconclusive"), (0.0, 0.05, "inconclusive"), (None, None, "inconclusive")],
)
def test_to_lose_against_the_best_version_ever_asks_for_review_and_never_holds(params, delta, error, outcome):
    rule = rules(evidence(best=Best(version=2, difference=found(delta, error, 450), n=450)), params)["golden_best"]
    assert rule.outcome == outcome
    assert "against version 2" in rule.why
    assert rule.source == "kept answers of version 2"


def test_where_no_version_has_kept_its_answers_the_best_ever_rule_is_absent(params):
    assert "golden_best" not in rules(evidence(), params)


@pytest.mark.parametrize(
    ("tried", "days", "outcome"), [(1, None, "pass"), (1, 99, "pass"), (2, 0, "inconclusive"), (1, 100, "inconclusive")]
)
def test_a_golden_set_that_is_used_up_asks_for_a_fresh_one(params, tried, days, outcome):
    rule = rules(evidence(tried_golden=tried, golden_days_old=days), params)["golden_fresh"]
    assert rule.outcome == outcome
    assert f"{tried} of 1 candidates" in rule.why
    assert f"{days or 0} of 100 days old" in rule.why
    assert ("take a fresh golden set, then `ratchet golden reanchor`" in rule.why) == (outcome == "inconclusive")


def answers(right: str) -> pd.DataFrame:
    """Answers to rows r0, r1, … whose truth is `a`: right where the letter is 1; a blank is a row without an answer."""
    rows = {f"r{k}": ("a", "a" if mark == "1" else "b") for k, mark in enumerate(right) if mark != " "}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["truth", "answer"], dtype=object)


def test_the_best_version_is_the_one_that_the_candidate_gains_least_on(params):
    kept = {1: answers("11000000"), 2: answers("11111100"), 3: answers("11110000")}
    best = best_version(answers("11110011"), kept, params)
    assert (best.version, best.n) == (2, 8)
    # r4, r5 are lost and r6, r7 won.
    assert (best.difference.won, best.difference.lost, best.difference.delta) == (2, 2, 0.0)


def test_versions_are_compared_on_the_rows_that_both_have_answered_by_todays_truth(params):
    today = answers("11110011")
    today.loc["r0", "truth"] = "b"  # a label that was mended since: whoever said b is right
    earlier = answers("0111 1  ")
    best = best_version(today, {7: earlier}, params)
    assert (best.version, best.n) == (7, 5)
    assert (best.difference.won, best.difference.lost) == (0, 2)  # r0 and r5


def test_a_version_that_answered_less_than_half_of_todays_rows_is_not_held_against(params):
    kept = {1: answers("111     "), 2: answers("1000    ")}
    assert best_version(answers("11111111"), kept, params).version == 2
    assert best_version(answers("11111111"), {1: kept[1]}, params) is None


def test_of_equally_good_versions_the_newest_is_named(params):
    kept = {version: answers("1100") for version in (1, 2, 3)}
    assert best_version(answers("1110"), kept, params).version == 3


def test_answers_of_an_earlier_version_that_are_gone_ask_for_review(params):
    best = Best(version=1, difference=found(0.0, 0.01), n=900)  # passes, but version 2 may have been better
    rule = rules(evidence(best=best, others=2, unanswered=(2,)), params)["golden_best"]
    assert rule.outcome == "inconclusive"
    assert "version 2 has a score on this golden set and no kept answers" in rule.why
