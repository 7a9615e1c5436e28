"""Estimated performance: what the scores, put right by fresh labels, say of rows whose labels are still to come."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from made_world import ROWS, answers, ledger, made_params, made_world, promotion
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import f1_score

from stages.evidence.scores import Predictions, score
from stages.signals import estimate
from stages.signals.estimate import estimated_performance, expected, isotonic, recalibrated
from stages.signals.said import coded
from stages.signals.world import World

CLASSES = np.array(["a", "b", "c"], dtype=object)
WEIGHTS = np.array([[2.0, -1.0, -1.0], [0.0, 1.5, -1.5]])  # of two features in three classes


def rows(n: int, shift: float, random: np.random.Generator) -> Predictions:
    """A model twice as sure as it may be; `shift` moves the first feature, P(label | row) stays as it is."""
    logits = (random.normal(size=(n, 2)) + np.array([shift, 0])) @ WEIGHTS
    chance, said = (np.exp(factor * logits) / np.exp(factor * logits).sum(axis=1, keepdims=True) for factor in (1, 2))
    truth = (chance.cumsum(axis=1) > random.random((n, 1))).argmax(axis=1)
    return Predictions(CLASSES[truth], CLASSES[said.argmax(axis=1)], said, CLASSES)


def world_of(said: Predictions, asked: Predictions, **promise) -> World:
    blind = Predictions(np.full(len(asked.answer), None, dtype=object), asked.answer, asked.probability, asked.classes)
    fresh = pd.DataFrame({"batch": "2026-W10", "label": said.truth})
    world = made_world(made_params(), record=ledger(promotion(14, **promise)))
    return replace(world, fresh=fresh, said=said, unlabelled=blind)


def test_as_many_hard_rows_as_ever_promise_as_much_as_ever():
    found = estimated_performance(made_world(made_params()), made_params())
    assert (found.state, found.n) == ("quiet", 2 * ROWS)
    assert found.value == pytest.approx(0, abs=1e-4)
    assert found.why == "accuracy 0.800 estimated for 600 recent rows without labels, 0.800 was promised"


def test_more_hard_rows_are_harm_that_no_label_has_shown_yet():
    # Of the made answers half are 90 % sure and 90 % right, half 70 % and 70 %; of recent rows all are of the second half.
    asked = answers(2 * ROWS).rows(np.arange(2 * ROWS) >= ROWS)
    found = estimated_performance(world_of(answers(2 * ROWS), asked), made_params())
    assert (found.state, found.value) == ("fired", pytest.approx(0.1))
    assert found.interval[0] > 0 > found.interval[0] - 0.1
    assert found.p_value < 0.05


def test_scores_are_put_right_by_fresh_labels_first():
    # The same scores, but only 80 % and 60 % are right now: 0.7 at once, and 0.6 of the hard rows.
    said = answers(2 * ROWS, right=0.7)
    assert estimated_performance(world_of(said, said), made_params()).value == pytest.approx(0.1)
    hard = said.rows(np.arange(2 * ROWS) >= ROWS)
    assert estimated_performance(world_of(said, hard), made_params()).value == pytest.approx(0.2)


def test_a_label_that_the_model_does_not_know_is_never_right():
    said = answers(2 * ROWS)
    new = np.where(np.arange(2 * ROWS) % 10 == 0, "maybe", said.truth).astype(object)
    right = np.mean(new == said.answer)
    found = estimated_performance(world_of(replace(said, truth=new), said), made_params())
    assert found.value == pytest.approx(0.8 - right)
    chances = recalibrated(coded(replace(said, truth=new)), np.ones(2 * ROWS), coded(said))
    assert chances.shape == (2 * ROWS, 3)
    assert chances.sum(axis=1) == pytest.approx(1)


def test_any_scorer_reads_each_row_as_every_label_as_often_as_it_is_likely():
    # Two rows said to be 1 and 0, the first right with 0.9, the second with 0.6: F1 of 1 is 2 * 0.9 / (2 * 0.9 + 0.1 + 0.4).
    asked = Predictions(np.array([0, 0]), np.array([1, 0]), np.array([[0.2, 0.8], [0.7, 0.3]]), np.array([0, 1]))
    chances = np.array([[0.1, 0.9], [0.6, 0.4]])
    assert expected("f1", chances, asked, np.ones(2)) == pytest.approx(1.8 / 2.3)
    drawn = [0] * 1 + [1] * 9 + [0] * 6 + [1] * 4  # ten copies of each row
    assert expected("f1_macro", chances, asked, np.ones(2)) == pytest.approx(
        f1_score(drawn, [1] * 10 + [0] * 10, average="macro")
    )
    assert expected("accuracy", chances, asked, np.ones(2)) == pytest.approx(0.75)
    assert expected("accuracy", chances, asked, np.array([3.0, 1.0])) == pytest.approx((3 * 0.9 + 0.6) / 4)


def test_the_curve_is_scikit_learns():
    random = np.random.default_rng(1)
    score, weights = random.integers(0, 30, 200) / 40, random.integers(0, 3, 200)  # ties, and rows that do not count
    holds, at = random.random(200) < score, np.linspace(-0.1, 1.1, 50)
    theirs = IsotonicRegression(out_of_bounds="clip").fit(score, holds, weights)
    (ours,) = isotonic(score, holds, weights, [at])
    assert ours == pytest.approx(theirs.predict(at))


@pytest.mark.parametrize("metric", ["accuracy", "f1_macro", "neg_log_loss"])
@pytest.mark.parametrize("shift", [0.0, 1.0, 2.0])
def test_the_estimate_is_near_the_truth_while_what_a_row_means_stays(metric, shift):
    random = np.random.default_rng(20260105)
    said, asked = rows(4000, 0, random), rows(4000, shift, random)
    chances = recalibrated(coded(said), np.ones(4000), coded(asked))
    truth = score(metric, asked)
    # 4,000 rows of either kind know a share to 3 * sqrt(0.25 / 4000) = 2.4 points; scores alone are off by 5 points and more
    assert expected(metric, chances, coded(asked), np.ones(4000)) == pytest.approx(truth, abs=0.03)
    if metric == "accuracy" and shift == 0:
        assert asked.probability.max(axis=1).mean() > truth + 0.05


def test_no_row_is_sure_beyond_what_labels_showed():
    said, asked = (coded(rows(500, shift, np.random.default_rng(2))) for shift in (0, 3))
    chances = recalibrated(said, np.ones(500), asked)
    assert chances.min() >= 0
    assert chances.sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize(
    ("fresh", "recent", "state"), [(ROWS, 199, "underpowered"), (199, ROWS, "underpowered"), (200, 200, "quiet")]
)
def test_too_few_rows_on_either_side_tell_nothing(fresh, recent, state):
    assert estimated_performance(world_of(answers(fresh), answers(recent)), made_params()).state == state


def test_where_nothing_can_be_estimated_it_is_unknown():
    world, params = made_world(made_params()), made_params()
    said = world.said
    for own in (replace(world, said=None), replace(world, unlabelled=None), replace(world, said=replace(said, probability=None))):
        assert estimated_performance(own, params).state == "unknown"
    broken = replace(said, probability=np.full(said.probability.shape, np.nan))
    assert estimated_performance(replace(world, unlabelled=broken), params).state == "unknown"
    assert estimated_performance(world, made_params({"gate.primary": "f1_macro"})).state == "unknown"  # it was not promised
    numbers = Predictions(np.arange(300.0), np.arange(300.0), None, None)
    assert estimated_performance(replace(world, said=numbers, unlabelled=numbers), params).state == "unknown"


def test_a_metric_that_needs_known_labels_is_unknown_where_there_are_others():
    said = answers(2 * ROWS)
    new = replace(said, truth=np.where(np.arange(2 * ROWS) % 10 == 0, "maybe", said.truth).astype(object))
    params = made_params({"gate.primary": "neg_log_loss"})
    assert estimated_performance(world_of(new, said, metric="neg_log_loss", promised=-0.5), params).state == "unknown"


def test_more_rows_than_it_looks_at_are_thinned_evenly(monkeypatch):
    world = world_of(answers(2 * ROWS), answers(2 * ROWS))
    monkeypatch.setattr(estimate, "ROWS", ROWS)
    found = estimated_performance(world, made_params())
    assert (found.n, found.value) == (2 * ROWS, pytest.approx(0, abs=0.02))


def test_the_same_world_gives_the_same_estimate():
    said, asked = (rows(300, 0, np.random.default_rng(seed)) for seed in (3, 4))
    assert estimated_performance(world_of(said, asked), made_params()) == estimated_performance(
        world_of(said, asked), made_params()
    )


def test_where_nothing_changed_it_fires_no_more_often_than_asked():
    # 30 runs at 5 %: three standard errors of chance are 3 * sqrt(0.05 * 0.95 / 30) = 11.9 points
    random, params = np.random.default_rng(20260105), made_params({"trigger.max_performance_drop": 0.0})
    world = world_of(answers(ROWS), answers(ROWS))
    fired = 0
    for _ in range(30):
        said, asked, then = (rows(400, 0, random) for _ in range(3))
        record = ledger(promotion(14, promised=score("accuracy", then), rows=400))
        fired += estimated_performance(replace(world, said=said, unlabelled=asked, ledger=record), params).state == "fired"
    assert fired / 30 <= 0.05 + 0.119
