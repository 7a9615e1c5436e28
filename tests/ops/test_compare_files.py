"""`ratchet compare --predictions`: any two models' answers; what is damaged is never a pass and always has a reason."""

import numpy as np
import pandas as pd
import pytest
import yaml
from made_predictions import ROWS, answers, numbers

from stages.adoption.render import TEMPLATES
from stages.ops.comparing.by_hand import PLAIN


@pytest.mark.parametrize("name", ["answers.csv", "answers.parquet"])
def test_a_better_candidate_is_proven_better(compare, name):
    code, out, err, decision = compare(answers(), name=name)
    assert (code, err) == (0, "")
    assert "the candidate is proven better" in out
    assert decision["verdict"] == "promote"
    gain = next(rule for rule in decision["rules"] if rule["name"] == "min_gain")
    # wrong on 100 and on 25 of 400 rows
    assert (gain["metric"], gain["old"], gain["new"], gain["delta"]) == ("accuracy", 0.75, 0.9375, 0.1875)
    assert set(decision) == {"verdict", "rules", "reasons", "baseline", "candidate", "compared"}


def test_the_other_way_round_it_is_not(compare):
    code, out, _, decision = compare(answers().rename(columns={"baseline": "candidate", "candidate": "baseline"}))
    assert (code, decision["verdict"]) == (1, "hold")
    assert "the candidate is not proven better" in out


@pytest.mark.parametrize("side", ["baseline", "candidate"])
def test_a_tie_is_no_gain(compare, side):
    frame = answers()
    code, out, _, _ = compare(frame.assign(baseline=frame[side], candidate=frame[side]), "--min-gain", "0")
    assert code == 1
    assert "a tie is no gain" in out


@pytest.mark.parametrize(("asked", "code"), [("0.18", 0), ("0.19", 1), ("25%", 0), ("26%", 1)])  # 0.1875 is 25 % of 0.75
def test_the_gain_asked_for_is_absolute_or_a_share_of_the_baseline(compare, asked, code):
    assert compare(answers(), "--min-gain", asked)[0] == code


def test_a_strict_proof_is_one_of_the_whole_gain(compare):
    # 75 rows won, none lost, of 400: the bound lies near 0.1875 - 1.645 * sqrt(0.1875 * 0.8125 / 400) = 0.155
    assert compare(answers(), "--strict", "--min-gain", "0.14")[0] == 0
    assert compare(answers(), "--strict", "--min-gain", "0.17")[0] == 1
    assert compare(answers(), "--strict", "--min-gain", "0.14", "--confidence", "0.99999")[0] == 1


def test_quantities_are_told_by_their_values(compare):
    code, out, _, decision = compare(numbers())
    assert code == 0
    assert "neg_mean_absolute_error" in out
    assert decision["rules"][0]["old"] == -2


def test_a_metric_that_is_named_decides_what_the_values_are(compare):
    stars = numbers().assign(y_true=np.arange(ROWS) % 5, baseline=(np.arange(ROWS) + 2) % 5, candidate=(np.arange(ROWS) + 1) % 5)
    assert compare(stars)[3]["rules"][0]["metric"] == "accuracy"
    assert compare(stars, "--metric", "neg_mean_squared_error")[3]["rules"][0]["metric"] == "neg_mean_squared_error"


def test_a_negative_metric_with_a_relative_gain_is_judged_in_the_right_direction(compare):
    worse = numbers().rename(columns={"baseline": "candidate", "candidate": "baseline"})
    assert compare(numbers(), "--min-gain", "10%")[0] == 0
    assert compare(worse, "--min-gain", "10%")[0] == 1


def test_a_share_of_a_baseline_that_is_zero_cannot_be_judged(compare):
    frame = answers().assign(baseline=lambda own: np.where(own.y_true == "yes", "no", "yes"))
    code, out, _, decision = compare(frame, "--min-gain", "1%")
    assert (code, decision["verdict"]) == (3, "review")
    assert "this cannot be judged" in out


def test_what_differs_by_the_same_on_every_row_cannot_be_judged(compare):
    code, out, _, _ = compare(numbers().assign(candidate=lambda own: own.y_true + 1))
    assert code == 3
    assert "no spread to judge by" in out


def test_rows_of_one_group_count_together(compare):
    frame = answers().assign(user=np.arange(ROWS) // 100, group="one")
    assert compare(frame.drop(columns="group"), "--segments", "")[0] == 0
    alone = compare(frame, "--group", "user")[3]["rules"][0]
    assert alone["delta"] == 0.1875
    code, out, _, _ = compare(frame.drop(columns="user"))  # a single group: nothing to compare it with
    assert (code, "cannot be told" in out) == (3, True)


def test_a_critical_segment_that_loses_holds_a_candidate_that_gains(compare):
    frame = answers(4000).assign(tier=np.where(np.arange(4000) % 10 == 4, "gold", "basic"))
    frame.loc[frame.tier == "gold", "candidate"] = "yes"  # the truth is no, which the baseline says on half of these rows
    code, out, _, _ = compare(frame, "--segments", "tier", "--critical", "tier=gold")
    assert code == 1
    assert "tier=gold" in out
    assert "a proven loss" in out


def test_other_columns_are_segments_unless_some_are_named(compare):
    frame = answers().assign(tier=np.where(np.arange(ROWS) < 200, "gold", "basic"), colour="red")
    assert {rule["segment"] for rule in compare(frame)[3]["rules"]} == {None, "colour=red", "tier=basic", "tier=gold"}
    assert {rule["segment"] for rule in compare(frame, "--segments", "colour")[3]["rules"]} == {None, "colour=red"}


def scored(low: float, high: float) -> pd.DataFrame:
    place = np.arange(ROWS)
    spread = low + (high - low) * np.linspace(0, 1, ROWS)
    good = np.where(place % 2, spread, spread[::-1] - (high - low) / 2)
    return answers().assign(baseline_score=np.roll(spread, 37), candidate_score=np.clip(good, low, high))


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-5.0, 20.0)])
def test_scores_are_ranked_whatever_their_scale(compare, low, high):
    from sklearn.metrics import roc_auc_score

    frame = scored(low, high)
    rule = compare(frame, "--metric", "roc_auc")[3]["rules"][0]
    truth = frame.y_true == "yes"
    expected = (roc_auc_score(truth, frame.baseline_score), roc_auc_score(truth, frame.candidate_score))
    assert (rule["old"], rule["new"]) == pytest.approx(expected, abs=1e-6)


def test_only_probabilities_are_judged_by_their_calibration(compare):
    assert "calibration" in {rule["name"] for rule in compare(scored(0.0, 1.0))[3]["rules"]}
    assert "calibration" not in {rule["name"] for rule in compare(scored(-5.0, 20.0))[3]["rules"]}


def test_a_class_that_the_candidate_never_answers_is_no_pass(compare):
    frame = answers(1000).assign(y_true=lambda own: np.where(np.arange(1000) % 8 == 0, "rare", own.y_true))
    frame["baseline"] = np.where(np.arange(1000) % 8 == 0, "rare", np.where(np.arange(1000) % 3, "no", "yes"))
    frame["candidate"] = np.where(np.arange(1000) % 8 == 0, "no", frame.y_true)
    code, out, _, _ = compare(frame)
    assert code == 1
    assert "never answers rare" in out


def test_outside_a_loop_the_gate_is_set_as_in_a_new_one():
    lines = (
        (TEMPLATES / "params.yaml.tmpl").read_text(encoding="utf-8").partition("\ngate:\n")[2].partition("\n\n")[0].splitlines()
    )
    fixed = yaml.safe_load("\n".join(line for line in lines if "${" not in line))
    assert len(fixed) > 5
    assert {name: PLAIN[name] for name in fixed} == fixed
