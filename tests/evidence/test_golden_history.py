"""The golden set's score of every version: who is the best, what was rolled back, and who is only a candidate."""

import re

import pytest

from stages.evidence.golden_history import Scored, golden_history

THREE = [Scored(version=1, value=0.81), Scored(version=2, value=0.84), Scored(version=3, value=0.82)]


def words_of(picture: str) -> list[str]:
    """Every text in a picture: matplotlib draws letters as paths and keeps the words as comments."""
    return re.findall(r"<!-- (.*?) -->", picture)


def test_the_best_ever_is_a_line_with_its_version_and_value():
    words = words_of(golden_history(THREE, "accuracy", 0.02))
    assert "best ever: version 2, 0.8400" in words
    assert {"v1", "v2", "v3", "promoted", "0.02 below the best", "accuracy on the golden set"} <= set(words)
    assert "candidate" not in words


def test_neither_a_rolled_back_version_nor_the_candidate_is_the_best():
    others = [Scored(version=4, value=0.9, rejected=True), Scored(version=5, value=0.95, candidate=True)]
    words = words_of(golden_history([*THREE, *others], "accuracy", 0.02))
    assert "best ever: version 2, 0.8400" in words
    assert {"rolled back", "candidate"} <= set(words)


@pytest.mark.parametrize(
    ("points", "words"),
    [([], "Golden set: no version has a score on it yet."), ([Scored(version=1, value=0.8, candidate=True)], "candidate")],
)
def test_a_first_run_has_a_picture_too(points, words):
    assert words in words_of(golden_history(points, "accuracy", 0.02))


def test_years_of_versions_stay_readable():
    words = words_of(golden_history([Scored(version=k, value=0.8) for k in range(1, 301)], "accuracy", 0.02))
    assert len([word for word in words if re.fullmatch(r"v\d+", word)]) == 20


def test_the_same_scores_give_the_same_bytes():
    assert golden_history(THREE, "accuracy", 0.02) == golden_history(THREE, "accuracy", 0.02)
