"""The benchmark of labels: its crowds are what they say, and its figures are counted by hand."""

import sys

import numpy as np
import pandas as pd
import pytest

from bench import labels
from bench.crowd import SHARES, Crowd, majority, mean_of_reviewers, simulated, textual_entailment

#   item 0, of class 0: two votes for it, one for 1; item 1, of class 2: one for 1, one for 2
SMALL = Crowd(
    item=np.array([0, 0, 0, 1, 1]),
    reviewer=np.array([0, 1, 2, 0, 2]),
    label=np.array([0, 0, 1, 1, 2]),
    truth=np.array([0, 2]),
)  # fmt: skip


def test_the_majority_wins_and_a_tie_is_shared():
    assert majority(SMALL).tolist() == [[1, 0, 0], [0, 0.5, 0.5]]


def test_a_tie_counts_as_half_right_and_as_half_an_agreement():
    right, agreement = labels.by_majority(SMALL)
    assert right.tolist() == [1, 0.5]
    assert agreement.tolist() == [(1 + 0.5) / 2, 1, (0 + 0.5) / 2]


def test_what_holds_of_votes_is_averaged_by_reviewer():
    assert SMALL.right.tolist() == [True, True, False, False, True]
    assert mean_of_reviewers(SMALL, SMALL.right).tolist() == [0.5, 1, 0.5]


def test_balanced_accuracy_counts_every_class_alike():
    truth, right = np.array([0, 0, 0, 2]), np.array([True, True, False, False])
    assert labels.balanced(truth, right) == pytest.approx((2 / 3 + 0) / 2)


def test_a_simulated_crowd_is_the_same_every_time_and_has_three_different_reviewers_an_item():
    crowd, again = simulated(7, items=4000), simulated(7, items=4000)
    assert all(np.array_equal(value, getattr(again, name)) for name, value in vars(crowd).items())
    by_item = crowd.reviewer.reshape(4000, 3)
    assert all((by_item[:, a] != by_item[:, b]).all() for a, b in ((0, 1), (0, 2), (1, 2)))
    assert np.bincount(crowd.truth) / 4000 == pytest.approx(SHARES, abs=0.03)
    assert crowd.right.mean() == pytest.approx(0.75, abs=0.05)  # the mean of Beta(4.5, 1.5), of 200 reviewers
    skill = mean_of_reviewers(crowd, crowd.right)
    assert skill.std() > 0.1  # that of Beta(4.5, 1.5) is 0.16


def test_real_votes_are_read_as_codes_with_the_gold_label_of_each_item(tmp_path):
    votes = {"item": [31, 31, 12], "worker": [900, 7, 7], "response": [1, 0, 1], "gold": [1, 1, 0]}
    pd.DataFrame(votes).to_parquet(tmp_path / "votes.parquet")
    crowd = textual_entailment(tmp_path / "votes.parquet")
    assert (crowd.item.tolist(), crowd.reviewer.tolist()) == ([1, 1, 0], [1, 0, 0])
    assert (crowd.label.tolist(), crowd.truth.tolist()) == ([1, 0, 1], [0, 1])


def test_both_sides_run_in_processes_of_their_own_and_time_only_the_consolidation():
    crowd = simulated(3, items=2000)
    found = labels.consolidated(crowd, sys.executable)
    assert (found.label.shape, found.accuracy.shape) == ((2000,), (200,))
    assert (found.label == crowd.truth).mean() > 0.8
    assert 0 < found.cost.cpu_s < 1  # importing scipy alone takes a third of it
    lines = labels.quality("small", crowd, None)
    plain = majority(crowd)[np.arange(2000), crowd.truth].mean()
    assert lines[0] == f"| small: accuracy | 6,000 | {plain:.4f} | not installed | {(found.label == crowd.truth).mean():.4f} |"


def test_without_crowd_kit_its_figures_are_left_out_and_the_reader_learns_how_to_have_them(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("BENCH_CROWDKIT", str(tmp_path / "nowhere" / "python"))
    monkeypatch.setattr(labels, "RTE", tmp_path / "votes.parquet")
    monkeypatch.setattr(labels, "simulated", lambda seed: simulated(seed, items=2000))
    labels.main()
    said = capsys.readouterr()
    assert "pip install crowd-kit" in said.err
    assert f"{tmp_path / 'votes.parquet'} must exist" in said.err
    assert said.out.startswith(labels.QUALITY_HEAD)
    assert said.out.count("not installed") == 3
