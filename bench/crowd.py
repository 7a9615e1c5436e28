"""Crowds whose truth is known: simulated votes, real ones, and what the plain majority makes of them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

ITEMS, REVIEWERS, VOTES_EACH = 100_000, 200, 3
SHARES = (0.4, 0.25, 0.15, 0.12, 0.08)  # of the classes
SKILL = (4.5, 1.5)  # of the beta distribution that accuracies come from: on average 0.75, from about 0.4 to nearly 1


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """Votes as codes from 0: `item`, `reviewer`, `label` of shape (votes,), and the `truth` of shape (items,)."""

    item: np.ndarray
    reviewer: np.ndarray
    label: np.ndarray
    truth: np.ndarray

    @property
    def right(self) -> np.ndarray:
        """Which votes are right, bool of shape (votes,)."""
        return self.label == self.truth[self.item]


def simulated(seed: int, items: int = ITEMS) -> Crowd:
    """Items with three different reviewers each, who have a skill, and mistake each class for others in shares of their own."""
    rng = np.random.default_rng(seed)
    classes = len(SHARES)
    truth = rng.choice(classes, items, p=SHARES)
    steps = rng.integers(1, REVIEWERS // VOTES_EACH, (items, VOTES_EACH)).cumsum(axis=1)  # in all less than once around
    item = np.repeat(np.arange(items), VOTES_EACH)
    reviewer = ((rng.integers(0, REVIEWERS, (items, 1)) + steps) % REVIEWERS).ravel()
    bounds = _confusion(rng, classes).cumsum(axis=2)[reviewer, truth[item], :-1]
    label = (rng.random((len(item), 1)) > bounds).sum(axis=1)
    return Crowd(item=item, reviewer=reviewer, label=label, truth=truth)


def textual_entailment(path: Path) -> Crowd:
    """Ten votes on each of 800 pairs of sentences (Snow et al. 2008), with the columns item, worker, response, gold."""
    votes = pd.read_parquet(path, columns=["item", "worker", "response", "gold"])
    item, items = pd.factorize(votes["item"], sort=True)
    reviewer, _ = pd.factorize(votes["worker"], sort=True)
    truth = votes.groupby("item")["gold"].first().loc[items].to_numpy()
    return Crowd(item=item, reviewer=reviewer, label=votes["response"].to_numpy(), truth=truth)


def majority(crowd: Crowd) -> np.ndarray:
    """Each item's chance of every class when one of those with most votes is drawn, shape (items, classes)."""
    votes = np.zeros((len(crowd.truth), int(max(crowd.label.max(), crowd.truth.max())) + 1))
    np.add.at(votes, (crowd.item, crowd.label), 1)
    most = votes == votes.max(axis=1, keepdims=True)
    return most / most.sum(axis=1, keepdims=True)


def mean_of_reviewers(crowd: Crowd, value: np.ndarray) -> np.ndarray:
    """The mean over each reviewer's votes, shape (reviewers,)."""
    return np.bincount(crowd.reviewer, value) / np.bincount(crowd.reviewer)


def _confusion(rng: np.random.Generator, classes: int) -> np.ndarray:
    """The chance of every answer by reviewer and true class, shape (reviewers, classes, classes)."""
    accuracy = rng.beta(*SKILL, REVIEWERS)[:, None, None]
    errors = rng.dirichlet(np.full(classes - 1, 0.5), (REVIEWERS, classes))
    confusion = np.empty((REVIEWERS, classes, classes))
    confusion[:, ~np.eye(classes, dtype=bool)] = ((1 - accuracy) * errors).reshape(REVIEWERS, -1)
    confusion[:, np.eye(classes, dtype=bool)] = accuracy[:, :, 0]
    return confusion
