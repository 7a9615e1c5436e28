"""The benchmarks of evidence: intervals hold the truth in small too, and both sides are measured on what they say."""

from dataclasses import replace

import numpy as np
import pytest

from bench import coverage, evidence, evidence_work
from bench.evidence_peer import GROUPS, answers

BY_NAME = {world.name: world for world in coverage.WORLDS}
CHECKED = {
    "three classes": ("accuracy", "f1_macro", "neg_log_loss", "roc_auc_ovr_weighted", "average_precision"),
    "numbers": ("neg_mean_absolute_error", "r2"),
    "rankings of 8": ("ndcg",),
    "three classes, groups of about 10": ("accuracy", "f1_macro"),
}


@pytest.mark.parametrize("name", CHECKED)
def test_intervals_hold_the_truth_as_often_as_they_say(name):
    world = replace(BY_NAME[name], metrics=CHECKED[name])
    # 250 runs of 400 rows: the share is known to sqrt(0.95 * 0.05 / 250) = 1.4 points; 3.5 of them for nine shares, and a point
    # because 40 groups, and the tails of few rows, are not quite normal.
    for share in coverage.covered(world, coverage.true_gains(world, 1), 400, 250):
        assert share == pytest.approx(0.95, abs=3.5 * 0.0138 + 0.01)


def test_a_run_without_an_interval_holds_nothing():
    world = coverage.World("equal", lambda random, n: (coverage.numbers(random, n)[0],) * 2, ("neg_mean_absolute_error",))
    assert coverage.covered(world, [0.0], 50, 3) == [0.0]


def test_both_models_of_a_world_answer_the_same_rows_in_groups_where_its_name_says_so():
    for world in coverage.WORLDS:
        old, new = world.made(np.random.default_rng(1), 20_000)
        assert np.array_equal(old.truth, new.truth)
        assert (old.groups is None) == ("groups" not in world.name and "rankings" not in world.name)


def test_groups_of_a_world_are_of_1_to_19_rows():
    sizes = np.bincount(coverage.grouped(np.random.default_rng(3), 5000))[:-1]  # the last one is cut
    assert (sizes.min(), sizes.max()) == (1, 19)
    assert sizes.mean() == pytest.approx(10, abs=0.75)  # sd 5.5 of some 500: three standard errors


def test_both_sides_get_the_same_answers_every_time():
    first, again = answers(1000, 6), answers(1000, 6)
    assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=True))
    assert len(np.unique(first[3])) == GROUPS


def test_our_side_is_measured_with_its_answers(monkeypatch):
    monkeypatch.setattr(evidence_work, "ROWS", 2000)
    for kind, numbers in (("f1", 3), ("segments", 4), ("auc", 3 + 2 * 2)):  # truth and two answers, segments, probabilities
        found = evidence_work.ours(kind)
        assert found["answers_mib"] == pytest.approx(numbers * 8 * 2000 / 2**20)
        assert found["peak_mib"] > found["answers_mib"]
        assert found["cpu_s"] > 0


def test_the_row_bootstrap_is_extrapolated(monkeypatch):
    monkeypatch.setattr(evidence_work, "ROWS", 500)
    clock = iter([10.0, 13.0])
    monkeypatch.setattr(evidence_work.time, "process_time", lambda: next(clock))
    assert evidence_work.scikit_learn_f1() == {"cpu_s": 3.0 * 2000 / 3}


def test_without_fairlearn_its_line_is_left_out(monkeypatch, capsys):
    monkeypatch.setenv("BENCH_FAIRLEARN", "/no/such/python")
    assert evidence.against_fairlearn() == []
    assert "fairlearn must be importable" in capsys.readouterr().err
