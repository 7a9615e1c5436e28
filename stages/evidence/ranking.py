"""Rankings, one a user: is what is relevant at the top?

The rows of one user are what was ranked for that user, with a relevance (0 or more) and a score to sort by. A metric is the mean
over the users, so a user counts once however many rows there are.
"""

import re

import numpy as np
import pandas as pd

from stages.evidence.classes import Array

NDCG, RECIPROCAL_RANK = "ndcg", "reciprocal_rank"
NAMES = ("ndcg", "ndcg_at_K", "reciprocal_rank")  # of the metrics, K a number of places
_AT = re.compile(r"ndcg_at_([1-9]\d*)")


def is_ranking(metric: str) -> bool:
    """Whether a metric judges a ranking for each user."""
    return metric in (NDCG, RECIPROCAL_RANK) or _AT.fullmatch(metric) is not None


def by_user(metric: str, relevance: Array, score: Array, users: Array) -> Array | None:
    """Each user's value, in the order of `pd.factorize(users)`; shape (users,); None where one is undefined.

    `ndcg` is `sklearn.metrics.ndcg_score`: equal scores share their places, a user to whom nothing is relevant counts 0.
    `ndcg_at_K` looks at the first K places. `reciprocal_rank` is 1 / place of the first relevant row, 0 without one; of rows with
    equal scores all take the last of their places, so that a model that tells nothing apart gains nothing.

    Examples
    --------
    One user, the only relevant row in place 2: ndcg is 1 / log2(3) = 0.631, the reciprocal rank 1/2.

    >>> by_user("reciprocal_rank", np.array([0, 1]), np.array([0.9, 0.2]), np.array([7, 7]))
    array([0.5])
    """
    if len(relevance) == 0 or not np.isfinite(score).all() or not np.isfinite(relevance).all() or relevance.min() < 0:
        return None
    user = pd.factorize(users)[0]
    if metric == RECIPROCAL_RANK:
        return _reciprocal_ranks(relevance, score, user)
    found = _AT.fullmatch(metric)
    places = int(found[1]) if found else len(relevance)
    gained, best = _gains(relevance, score, user, places), _gains(relevance, relevance, user, places)
    return np.divide(gained, best, out=np.zeros(len(best)), where=best > 0)


def _gains(relevance: Array, score: Array, user: Array, places: int) -> Array:
    """Discounted cumulative gain of each user; rows of equal score share the mean discount of their places."""
    order, place, tie = _ranked(score, user)
    discount = np.where(place < places, 1 / np.log2(place + 2.0), 0.0)
    shared = (np.bincount(tie, discount) / np.bincount(tie))[tie]
    return np.bincount(user[order], relevance[order] * shared)


def _reciprocal_ranks(relevance: Array, score: Array, user: Array) -> Array:
    order, place, tie = _ranked(score, user)
    last = np.zeros(tie[-1] + 1)
    np.maximum.at(last, tie, place + 1)
    value = np.where(relevance[order] > 0, 1 / last[tie], 0.0)
    found = np.zeros(user.max() + 1)
    np.maximum.at(found, user[order], value)
    return found


def _ranked(score: Array, user: Array) -> tuple[Array, Array, Array]:
    """Rows by user and falling score: their numbers, their places from 0 on, and the number of their tie."""
    order = np.lexsort((-score, user))
    new_user = np.diff(user[order], prepend=-1) != 0
    new_tie = new_user | (np.diff(score[order], prepend=np.nan) != 0)
    start = np.flatnonzero(new_user)
    place = np.arange(len(order)) - np.repeat(start, np.diff(start, append=len(order)))
    return order, place, np.cumsum(new_tie) - 1
