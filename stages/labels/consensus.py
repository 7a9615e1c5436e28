"""What do several reviewers' answers say together? Dawid-Skene, with what is already known of the reviewers.

Dawid & Skene, "Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm", Applied Statistics 28 (1979).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

Array = np.ndarray[Any, np.dtype[Any]]

PRIOR_ANSWERS = 10  # answers that `trust` is worth, beside a reviewer's own
ROW_ANSWERS = 40  # answers that a reviewer's accuracy is worth, beside their own answers to items of one class or with one label
SETTLED = 0.1  # learning ends when a round moves less than this share of what chance moves in as many votes, their square root
ROUNDS = 100
BLOCK_CELLS = 2**21  # items × classes that are held at once


@dataclass(frozen=True, kw_only=True)
class Votes:
    """One line a vote, codes from 0: `item`, `reviewer` and `label` of shape (votes,). No vote comes twice."""

    item: Array
    reviewer: Array
    label: Array


@dataclass(frozen=True, kw_only=True)
class Consensus:
    """What the votes say.

    Of every item the most probable `label` among those voted for (-1 without a vote: its probability is 0) and its `posterior`
    probability, shape (items,); of every reviewer the expected `accuracy`, shape (reviewers,).
    """

    label: Array
    posterior: Array
    accuracy: Array


def consolidate(votes: Votes, *, items: int, trust: Array, classes: int, known: sparse.csr_array | None = None) -> Consensus:
    """Weigh the votes by how reliable their reviewers are.

    Where an item has several votes, the probability of a class is the likelihood of these votes, every class weighed alike: where
    reviewers differ, a class must not win because it is frequent. How reviewers confuse classes is learned from these items and
    from what is `known`; while learning, the shares of the classes do count, or a rare class would take the errors made on a
    frequent one for its own. They are not learned: who gives one class to everything would prove himself right by them.

    Where an item has one vote, its probability is the share of this reviewer's answers with this label that are right. The
    likelihood would refuse frequent classes here: from each of many rare classes, errors lead there.

    Parameters
    ----------
    trust : the chance that a reviewer is right before anything is known of them, between 0 and 1, shape (reviewers,).
    known : answers to items whose true class is known, from `known_counts`.
    """
    answers = _answers(votes, trust, classes, known)
    shape = (items, len(answers.given))
    table = sparse.csr_array((np.ones(len(votes.item)), (votes.item, answers.of_vote)), shape=shape)
    count = np.bincount(votes.item, minlength=items)
    several, single = np.flatnonzero(count > 1), count[votes.item] == 1
    blocks = list(_blocks(table[several], classes))
    counts = _learned(blocks, answers, np.bincount(answers.of_vote[~single], minlength=shape[1]))
    label, posterior = np.full(items, -1), np.zeros(items)
    label[several], posterior[several] = _most_probable(blocks, answers, _log_confusion(answers, counts))
    label[votes.item[single]] = votes.label[single]
    posterior[votes.item[single]] = _share_right(answers, counts)[answers.of_vote[single]]
    return Consensus(label=label, posterior=posterior, accuracy=_accuracy(answers, counts))


def known_counts(reviewer: Array, true: Array, given: Array, *, reviewers: int, classes: int) -> sparse.csr_array:
    """How often each reviewer gave which label to rows of a known class; such counts can be added.

    Parameters
    ----------
    reviewer, true, given : codes from 0, shape (answers,).

    Returns
    -------
    Counts of shape (reviewers × classes, classes): line `reviewer × classes + given`, column `true`.
    """
    places = (reviewer.astype(np.int64) * classes + given, true)
    return sparse.csr_array((np.ones(len(true)), places), shape=(reviewers * classes, classes))


@dataclass(frozen=True, kw_only=True)
class _Answers:
    """The different answers, by reviewer, then label.

    `reviewer` and `given` have the shape (answers,), `of_vote` (votes,), `trust` (reviewers,). Of what is known beforehand,
    `known` counts each answer by true class, shape (answers, classes), `known_rows` all answers of a reviewer, also those that no
    vote repeats, (reviewers, classes), and `known_right` the right ones among them, (reviewers,).
    """

    reviewer: Array
    given: Array
    of_vote: Array
    known: Array
    known_rows: Array
    known_right: Array
    trust: Array

    def own(self, counts: Array) -> Array:
        """The cell of each answer's own class, shape (answers,)."""
        cells: Array = counts[np.arange(len(self.given)), self.given]
        return cells

    def by_reviewer(self, counts: Array) -> Array:
        """Sums over each reviewer's answers, shape (reviewers, …)."""
        ones, place = np.ones(len(self.given)), np.arange(len(self.given))
        table = sparse.csr_array((ones, (self.reviewer, place)), shape=(len(self.trust), len(self.given)))
        sums: Array = table @ counts
        return sums


def _answers(votes: Votes, trust: Array, classes: int, known: sparse.csr_array | None) -> _Answers:
    reviewers = len(trust)
    counts = sparse.csr_array((reviewers * classes, classes)) if known is None else known
    code, of_vote = np.unique(votes.reviewer.astype(np.int64) * classes + votes.label, return_inverse=True)
    cell = counts.tocoo()
    reviewer, given = np.divmod(cell.row.astype(np.int64), classes)
    rows = np.bincount(reviewer * classes + cell.col, cell.data, minlength=reviewers * classes)
    return _Answers(
        reviewer=code // classes,
        given=code % classes,
        of_vote=of_vote,
        known=counts[code].toarray(),
        known_rows=rows.reshape(reviewers, classes),
        known_right=np.bincount(reviewer, cell.data * (given == cell.col), minlength=reviewers),
        trust=trust,
    )


def _blocks(table: sparse.csr_array, classes: int) -> Iterator[sparse.csr_array]:
    """Items in parts of a size that memory can hold beside their probabilities."""
    size = max(1, BLOCK_CELLS // classes)
    return (table[start : start + size] for start in range(0, table.shape[0], size))


def _learned(blocks: list[sparse.csr_array], answers: _Answers, votes: Array) -> Array:
    """Expectation maximisation: how often each answer goes with each class, shape (answers, classes).

    It ends before it settles on what the votes cannot tell, which of two reviewers who differ is right, say: with few votes its
    last rounds would make that certain.

    Parameters
    ----------
    votes : how often each answer was given, shape (answers,).
    """
    counts: Array = np.zeros(answers.known.shape)
    log_share = _log_share(answers, votes)
    for _ in range(ROUNDS):
        before, log_confusion = counts, _log_confusion(answers, counts)
        counts = np.zeros(before.shape)
        for block in blocks:
            counts += block.T @ _posterior(block, log_confusion, log_share)
        if np.abs(counts - before).sum() <= SETTLED * np.sqrt(votes.sum()):
            break
    return counts


def _log_share(answers: _Answers, votes: Array) -> Array:
    """The logarithm of each class's share among the votes, as if one more of each had been given; shape (classes,).

    A vote counts by the chance that two of its reviewer's votes differ: who always gives one class tells nothing of its share.
    """
    share = votes / np.maximum(1, answers.by_reviewer(votes))[answers.reviewer]
    differ = 1 - answers.by_reviewer(share**2)
    heard = np.bincount(answers.given, votes * differ[answers.reviewer], minlength=answers.known.shape[1]) + 1
    logarithm: Array = np.log(heard / heard.sum())
    return logarithm


def _posterior(block: sparse.csr_array, log_confusion: Array, log_share: Array) -> Array:
    """The probability of every class, shape (items, classes)."""
    scores: Array = block @ log_confusion + log_share
    scores -= scores.max(axis=1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=1, keepdims=True)
    return scores


def _most_probable(blocks: list[sparse.csr_array], answers: _Answers, log_confusion: Array) -> tuple[Array, Array]:
    """The most probable of the labels voted for and its probability, each of shape (items,); of equals the first."""
    label, probability = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    for block in blocks:
        posterior = _posterior(block, log_confusion, np.zeros(log_confusion.shape[1]))
        items = np.arange(len(posterior))
        voted = np.zeros(posterior.shape, dtype=bool)
        voted[np.repeat(items, np.diff(block.indptr)), answers.given[block.indices]] = True
        label.append(np.where(voted, posterior.round(9), -1).argmax(axis=1))  # rounded: equals stay equal in any order of sums
        probability.append(posterior[items, label[-1]])
    return np.concatenate(label), np.concatenate(probability)


def _log_confusion(answers: _Answers, counts: Array) -> Array:
    """The logarithm of each answer's chance on an item of each class, shape (answers, classes).

    Where a reviewer has seen few items of a class, the chance is near their accuracy, and near an even share of their errors.
    """
    classes = counts.shape[1]
    accuracy = _accuracy(answers, counts)[answers.reviewer]
    usual = np.repeat((1 - accuracy)[:, None] / max(1, classes - 1), classes, axis=1)
    usual[np.arange(len(usual)), answers.given] = accuracy
    rows = (answers.by_reviewer(counts) + answers.known_rows)[answers.reviewer]
    logarithm: Array = np.log((counts + answers.known + ROW_ANSWERS * usual) / (rows + ROW_ANSWERS))
    return logarithm


def _accuracy(answers: _Answers, counts: Array) -> Array:
    """The chance that each reviewer is right, shape (reviewers,)."""
    right = answers.by_reviewer(answers.own(counts)) + answers.known_right
    judged = answers.by_reviewer(counts.sum(axis=1)) + answers.known_rows.sum(axis=1)
    accuracy: Array = (PRIOR_ANSWERS * answers.trust + right) / (PRIOR_ANSWERS + judged)
    return accuracy


def _share_right(answers: _Answers, counts: Array) -> Array:
    """How many of the reviewer's answers with this label are right, shape (answers,); near their accuracy where few are known."""
    seen = counts + answers.known
    accuracy = _accuracy(answers, counts)[answers.reviewer]
    share: Array = (answers.own(seen) + ROW_ANSWERS * accuracy) / (seen.sum(axis=1) + ROW_ANSWERS)
    return share
