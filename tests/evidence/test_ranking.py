"""Rankings for each user: scikit-learn user by user is the second implementation."""

from dataclasses import replace

import numpy as np
import pytest
from made_answers import classified, values
from scipy.stats import ttest_rel
from sklearn.metrics import label_ranking_average_precision_score, ndcg_score

from stages.evidence.paired import difference
from stages.evidence.ranking import by_user, is_ranking
from stages.evidence.scores import Predictions, score


def made(users: int = 40, decimals: int | None = 1) -> tuple[Predictions, Predictions]:
    """2 to 9 rows a user in mixed order, relevance 0 to 2, coarse scores with ties."""
    random = np.random.default_rng(5)
    groups = random.permutation(np.repeat(np.arange(users), random.integers(2, 10, users)))
    truth = random.integers(0, 3, len(groups)).astype("float64")
    noise = random.normal(size=(2, len(groups))) * [[2], [1]]
    old, new = (Predictions(truth, np.round(truth + own, decimals), None, None, groups=groups) for own in noise)
    return old, new


def user_by_user(said: Predictions, k: int | None) -> np.ndarray:
    found = []
    for user in dict.fromkeys(said.groups.tolist()):
        own = said.rows(said.groups == user)
        found.append(ndcg_score([own.truth], [own.answer], k=k))
    return np.array(found)


@pytest.mark.parametrize(("metric", "k"), [("ndcg", None), ("ndcg_at_1", 1), ("ndcg_at_3", 3), ("ndcg_at_50", 50)])
@pytest.mark.parametrize("decimals", [0, 8])
def test_gains_are_scikit_learns_ties_too(metric, k, decimals):
    for said in made(decimals=decimals):
        found = by_user(metric, said.truth, said.answer, said.groups)
        assert found == pytest.approx(user_by_user(said, k), abs=1e-12)
        assert score(metric, said) == pytest.approx(user_by_user(said, k).mean(), abs=1e-12)


@pytest.mark.parametrize("decimals", [0, 8])
def test_the_reciprocal_rank_is_scikit_learns_where_one_row_is_relevant(decimals):
    said, _ = made(decimals=decimals)
    first = np.zeros(len(said.truth))
    first[np.unique(said.groups, return_index=True)[1]] = 1
    found = by_user("reciprocal_rank", first, said.answer, said.groups)
    users = list(dict.fromkeys(said.groups.tolist()))
    mask = [said.groups == user for user in users]
    assert found == pytest.approx([label_ranking_average_precision_score([first[own]], [said.answer[own]]) for own in mask])


def test_the_first_of_several_relevant_rows_counts_and_none_counts_zero():
    # User 1: places of the relevant rows 2 and 3. User 2: nothing is relevant. User 3: a tie of two, the last place counts.
    relevance, answer = np.array([0, 1, 2, 0, 0, 1, 0]), np.array([9, 8, 7, 5, 4, 3, 3])
    assert by_user("reciprocal_rank", relevance, answer, np.array([1, 1, 1, 2, 2, 3, 3])).tolist() == [0.5, 0, 0.5]
    assert by_user("ndcg", relevance, answer, np.array([1, 1, 1, 2, 2, 3, 3]))[1] == 0


def test_a_difference_is_a_paired_t_test_over_users():
    sides = made()
    found = difference("ndcg_at_3", *sides, 0)
    old, new = (user_by_user(side, 3) for side in sides)
    interval = ttest_rel(new, old).confidence_interval(0.9)
    assert (found.n, found.groups, found.freedom) == (len(sides[0].truth), 40, 39)
    assert found.bounds(0.95) == pytest.approx((interval.low, interval.high), abs=1e-12)


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_a_relevance_below_zero_or_none_leaves_it_undefined(bad):
    truth = made()[0].truth.copy()
    truth[3] = bad
    found = difference("ndcg", *(replace(side, truth=truth) for side in made()), 0)
    assert (found.baseline, found.candidate, found.standard_error) == (None, None, None)


def test_without_users_or_for_classes_there_is_no_ranking():
    assert score("ndcg", values([1, 0], [1, 0])) is None
    assert difference("ndcg", values([1, 0], [1, 0]), values([1, 0], [1, 0]), 0).delta is None
    grouped = [replace(side, groups=np.arange(60) // 6) for side in classified(60)]
    assert difference("reciprocal_rank", *grouped, 0).delta is None


def test_names_of_rankings():
    assert all(map(is_ranking, ("ndcg", "ndcg_at_5", "ndcg_at_10", "reciprocal_rank")))
    assert not any(map(is_ranking, ("ndcg_at_0", "ndcg_at_", "ndcg_at_K", "dcg", "accuracy")))
