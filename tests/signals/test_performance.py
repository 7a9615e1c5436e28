"""Performance: a loss counts where it is large and beyond the noise of both the fresh rows and the promise."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from made_world import ledger, made_params, made_world, promotion
from scipy.stats import ttest_1samp

from stages.evidence.paired import bounds
from stages.evidence.scores import Predictions, score
from stages.settings import Params
from stages.signals import performance as module
from stages.signals.performance import performance, performance_by_week
from stages.signals.said import coded
from stages.signals.world import World

CLASSES = np.array(["no", "yes"], dtype=object)


def answered(right: int, n: int) -> Predictions:
    """Labels are yes and no in turns; the first `right` answers are right."""
    truth = np.array(["yes", "no"] * n, dtype=object)[:n]
    wrong = np.where(truth == "yes", "no", "yes").astype(object)
    return Predictions(truth, np.where(np.arange(n) < right, truth, wrong), None, CLASSES)


def world_of(*said: Predictions, rows: int | None = 500, **more) -> World:
    """Fresh batches with these answers; version 2 promised 0.8, measured on `rows` rows."""
    fresh = [pd.DataFrame({"batch": f"2026-W{7 + place:02d}", "label": own.truth}) for place, own in enumerate(said)]
    record = ledger(promotion(70, **{"rows": rows, **more}))
    world = made_world(made_params(), record=record)
    return replace(world, fresh=pd.concat(fresh, ignore_index=True), said=Predictions.joined(said))


@pytest.mark.parametrize(
    ("right", "n", "rows", "state"),
    [
        (160, 200, 500, "quiet"),  # as promised
        # 10 points less; error sqrt(0.7 * 0.3 / 199) = 0.0325, sqrt(1 + 200 / 500) = 1.18 times, t(0.95, 199) = 1.65: ± 0.0635
        (140, 200, 500, "fired"),
        # the same, but of a promise that 50 rows gave: sqrt(1 + 200 / 50) = 2.24 times, ± 0.120
        (140, 200, 50, "underpowered"),
        (150, 200, 500, "underpowered"),  # 5 points less, more than the 2 allowed, but ± 0.060
        (38_500, 50_000, 50_000, "fired"),  # 3 points less, ± 0.0044
        (39_500, 50_000, 50_000, "quiet"),  # 1 point less: proven, and small
        (30, 199, 500, "underpowered"),  # fewer than 200 rows
    ],
)
def test_a_loss_must_be_large_and_beyond_the_noise_of_both_figures(right, n, rows, state):
    assert performance(world_of(answered(right, n), rows=rows), made_params()).state == state


def test_the_loss_has_an_interval_and_a_p_value():
    found = performance(world_of(answered(140, 200)), made_params())
    reach = 1.6525 * np.sqrt(0.7 * 0.3 / 199) * np.sqrt(1.4)
    assert found.value == pytest.approx(0.1)
    assert found.interval == pytest.approx((0.1 - reach, 0.1 + reach), abs=1e-5)
    assert (found.n, found.threshold) == (200, 0.02)
    assert found.why == "accuracy 0.700 on 200 fresh labels, 0.800 was promised"


def test_against_a_promise_without_noise_it_is_a_t_test():
    right = np.arange(200) < 150
    found = performance(world_of(answered(150, 200), rows=10**12), made_params())
    assert found.p_value == pytest.approx(ttest_1samp(right, 0.8, alternative="less").pvalue)


def test_a_promise_of_unknown_size_counts_as_one_on_as_many_rows():
    unknown, same = (performance(world_of(answered(140, 200), rows=rows), made_params()) for rows in (None, 200))
    assert unknown == same


def test_answers_without_any_noise_are_judged_by_the_loss_alone():
    assert performance(world_of(answered(0, 200)), made_params()).p_value == 0
    assert performance(world_of(answered(200, 200)), made_params()).p_value == 1


def test_only_as_many_batches_as_judge_are_looked_at():
    weeks = [answered(0, 300), answered(240, 300), answered(240, 300)]  # split.holdout_batches is 2
    assert performance(world_of(*weeks), made_params()).value == pytest.approx(0)


def test_of_a_metric_that_is_no_mean_the_bootstrap_bounds_the_loss():
    params = made_params({"gate.primary": "f1_macro"})
    # yes and no are confused alike, so the mean of both F1 scores is the accuracy: 0.7
    found = performance(world_of(answered(140, 200), metric="f1_macro"), params)
    low, high = bounds("f1_macro", answered(140, 200), 0.95, params.seed)
    assert (found.state, found.p_value) == ("fired", None)
    assert found.value == pytest.approx(0.1, abs=0.001)
    assert found.interval == pytest.approx((0.8 - 0.7 - (high - 0.7) * 1.4**0.5, 0.8 - 0.7 + (0.7 - low) * 1.4**0.5), abs=0.001)


def test_the_bounds_of_many_rows_come_from_some_of_them(monkeypatch):
    said = coded(answered(560, 800))
    _, low, high = module._measured("f1_macro", said, 0.05, seed=1)
    monkeypatch.setattr(module, "RESAMPLED", 200)
    value, about_low, about_high = module._measured("f1_macro", said, 0.05, seed=1)
    assert value == score("f1_macro", said)
    assert (about_high - about_low) / (high - low) == pytest.approx(1, abs=0.25)


def test_performance_is_unknown_without_fresh_labels_or_a_promise_of_that_metric():
    world = world_of(answered(140, 200))
    assert performance(replace(world, said=None), made_params()).state == "unknown"
    assert performance(world, made_params({"gate.primary": "f1_macro"})).state == "unknown"
    assert performance(made_world(made_params(), record=ledger()), made_params()).state == "unknown"


def test_numbers_are_judged_by_their_error():
    truth = np.arange(300.0)
    said = Predictions(truth, truth + np.where(np.arange(300) % 2, 3.0, 5.0), None, None)  # mean absolute error 4
    changes = {"task": "regression", "evaluate.metrics": ["neg_mean_absolute_error"], "gate.floors": {}}
    params = made_params({**changes, "gate.primary": "neg_mean_absolute_error", "trigger.max_performance_drop": 0.5})
    found = performance(world_of(said, metric="neg_mean_absolute_error", promised=-3.0), params)
    assert (found.state, found.value) == ("fired", pytest.approx(1.0))


def test_each_fresh_batch_is_measured_for_the_picture():
    found = performance_by_week(world_of(answered(240, 300), answered(30, 60)), made_params())
    assert [own["batch"] for own in found] == ["2026-W07", "2026-W08"]
    assert [own["value"] for own in found] == pytest.approx([0.8, 0.5])
    assert [(own["n"], own["kind"]) for own in found] == [(300, "measured"), (60, "measured")]
    assert found[1]["high"] == pytest.approx(0.5 + 1.6711 * np.sqrt(0.25 / 59), abs=1e-4)  # t(0.95, 59)
    assert performance_by_week(made_world(made_params(), record=ledger()), made_params()) == []


def test_of_a_metric_that_is_no_mean_a_week_has_the_reach_of_all_rows_stretched_to_its_own():
    params = made_params({"gate.primary": "f1_macro"})
    first, second = performance_by_week(world_of(answered(700, 1000), answered(70, 100)), params)
    low, high = bounds("f1_macro", answered(70, 100), 0.95, params.seed)
    assert second["high"] - second["low"] == pytest.approx(high - low, rel=0.15)  # a bootstrap of the week itself
    assert second["high"] - second["low"] == pytest.approx(10**0.5 * (first["high"] - first["low"]))


def test_what_is_undefined_in_a_week_is_null():
    one_row = performance_by_week(world_of(answered(1, 1)), made_params())[0]
    assert (one_row["value"], one_row["low"], one_row["high"]) == (1.0, None, None)
    silent = made_params({"gate.primary": "neg_log_loss"})  # the answers have no probabilities
    assert performance_by_week(world_of(answered(1, 9)), silent)[0]["value"] is None


@pytest.mark.parametrize("metric", ["accuracy", "balanced_accuracy", "f1", "f1_macro", "neg_log_loss", "roc_auc"])
@pytest.mark.parametrize("unknown", [False, True])
def test_numbered_classes_score_as_named_ones(metric, unknown):
    random = np.random.default_rng(0)
    chance = random.random(100)
    truth = CLASSES[(random.random(100) < chance).astype(int)]
    truth[:5] = "maybe" if unknown else "no"
    said = Predictions(truth, CLASSES[(chance > 0.5).astype(int)], np.column_stack([1 - chance, chance]), CLASSES)
    assert score(metric, coded(said)) == pytest.approx(score(metric, said), nan_ok=True)


def test_where_nothing_changed_it_fires_no_more_often_than_asked():
    # 300 runs at a significance of 5 %: three standard errors of chance are 3 * sqrt(0.05 * 0.95 / 300) = 3.8 points
    random, params = np.random.default_rng(20260105), made_params({"trigger.max_performance_drop": 0.0})
    world = world_of(answered(0, 300))
    states = [_state(world, random.binomial(300, 0.8), random.binomial(600, 0.8) / 600, params) for _ in range(300)]
    assert states.count("fired") / 300 <= 0.05 + 0.038
    lost = [_state(world, random.binomial(300, 0.65), random.binomial(600, 0.8) / 600, params) for _ in range(50)]
    assert lost.count("fired") >= 45  # 15 points are 15 / 3.4 = 4.4 standard errors of the difference


def _state(world: World, right: int, promised: float, params) -> str:
    record = ledger(promotion(70, promised=promised, rows=600))
    return performance(replace(world, ledger=record, said=answered(right, 300)), params).state


def matured(days: int, **changes) -> Params:
    """Labels are mature after so many days."""
    return made_params({"labels.sources": {"agent": {"trust": 0.95, "maturity_days": days, "independent": True}}, **changes})


def test_the_rows_that_made_the_promise_are_not_held_against_it():
    # promoted on 2026-03-15, when labels were mature after 7 days: batches through 2026-03-08 (W10) had made the promise
    found = performance(made_world(matured(7)), matured(7))
    assert found.state == "unknown"
    assert found.why.startswith("all 600 fresh labels are of batches that the promise was measured on")
    assert performance(made_world(matured(8)), matured(8)).n == 300


@pytest.mark.parametrize(
    ("days", "through", "day"),
    [
        (7, "2026-W08", "2026-04-05"),  # W11 made no promise; each week the oldest week of the holdout is free to train
        (0, "2026-W08", "2026-04-12"),  # W11 made it too
        (21, "2026-W10", "2026-04-05"),  # no fresh row at all, the baseline has learned from W10
    ],
)
def test_it_is_said_when_the_next_rows_that_can_tell_come(days, through, day):
    found = performance(made_world(matured(days), through=through), matured(days))
    assert found.state == "unknown"
    assert found.why.endswith(f"; the next rows that can tell come on {day} or later")


def test_where_nothing_was_promised_no_row_can_tell():
    params = made_params({"gate.primary": "f1_macro"})
    assert performance(made_world(params), params).why == "the baseline promised no f1_macro"
    nothing = replace(made_world(matured(7)), training={}, said=None, fresh=pd.DataFrame(columns=["batch", "label"]))
    assert performance(nothing, matured(7)).why == "no fresh trusted labels"
