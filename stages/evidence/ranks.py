"""Metrics of how well scores order the rows: areas under curves, and each row's pull on them.

For the area under the ROC curve that is DeLong's variance (E. DeLong et al., Biometrics 44, 1988) from one sort: a row pulls with
the share of the other class's rows that it is ordered right against (X. Sun and W. Xu, IEEE Signal Processing Letters 21, 2014).
"""

from itertools import combinations

import numpy as np

from stages.evidence.classes import places
from stages.evidence.ratios import Pulled
from stages.evidence.scores import Array, Predictions

AREAS = ("roc_auc", "roc_auc_ovr", "roc_auc_ovr_weighted", "roc_auc_ovo", "roc_auc_ovo_weighted", "average_precision")


def pulled(metric: str, said: Predictions) -> Pulled | None:
    """The value of a metric of `AREAS` and each row's pull on it; None where it is undefined.

    The pulls are NaN where a class has a single row: that leaves the value, without a measure of chance.
    """
    if said.classes is None or said.probability is None or len(said.truth) == 0:
        return None
    label = places(said.truth, said.classes)
    if label.min() < 0:
        return None
    rows = np.bincount(label, minlength=len(said.classes))
    if len(rows) == 2 and metric == "average_precision":
        return average_precision(said.probability[:, 1], label == 1)
    if not rows.all() or (len(rows) > 2 and (metric == "roc_auc" or not _whole(metric, said.probability))):
        return None
    if len(rows) == 2:
        return roc_area(said.probability[:, 1], label == 1)
    return (_pairs if "ovo" in metric else _each)(metric, said.probability, label, rows / len(label))


def _whole(metric: str, probability: Array) -> bool:
    """Whether the probabilities of several classes add up to 1, as scikit-learn wants for areas under the ROC curve."""
    return metric == "average_precision" or bool(np.allclose(1, probability.sum(axis=1)))


def roc_area(score: Array, positive: Array) -> Pulled:
    """Area under the ROC curve; `sum(pulls²) * n / (n - 1)` is DeLong's variance."""
    order = np.argsort(score)
    one = positive[order]
    n, m = len(one), int(one.sum())
    last, size = _ties(score[order])
    ones = np.cumsum(one, dtype="int32")[last]
    below = np.diff(ones, prepend=np.int32(0)) * -0.5  # in place from here on: these are as many numbers as rows
    below += ones  # ones below, those of the same score for half
    zeros = size * -0.5
    zeros += last + 1
    zeros -= below
    zeros /= n - m
    below /= -m
    below += 1
    placed = _by_row(below, size)
    del below, ones
    np.copyto(placed, _by_row(zeros, size), where=one)
    del zeros, last, size
    value = float(placed[one].mean())
    placed -= value
    pairs = np.array([float(n - m) * (n - m - 1), float(m) * (m - 1)])
    pairs[pairs == 0] = np.nan  # a single row has no spread
    placed *= np.sqrt((n - 1) / n / pairs)[one.view("int8")]
    pull = np.empty(n)
    pull[order] = placed
    return value, pull


def average_precision(score: Array, positive: Array) -> Pulled:
    """Mean over the positive rows of the precision among the rows scored as high or higher; 0 without any."""
    n, m = len(positive), int(positive.sum())
    if m == 0:
        return 0.0, np.full(n, np.nan)
    order = np.argsort(-score)
    one = positive[order]
    last, size = _ties(score[order])
    found, seen = np.cumsum(one)[last], last + 1
    ones, precision = np.diff(found, prepend=0), found / seen
    value = float(precision @ ones / m)
    # A row pulls as a positive one, and on the precision at every positive row that is scored no higher.
    gain, loss = (np.cumsum((ones * part)[::-1])[::-1] for part in (1 / seen, precision / seen))
    pull = np.empty(n)
    pull[order] = (np.where(one, _by_row(precision - value + gain, size), 0.0) - _by_row(loss, size)) / m
    return value, pull


def _each(metric: str, probability: Array, label: Array, share: Array) -> Pulled:
    """The mean over the classes, each against the rest; weighted by their share of the rows."""
    area = average_precision if metric == "average_precision" else roc_area
    weighted = metric.endswith("_weighted")
    total, values = np.zeros(len(label)), np.empty(len(share))
    for own, part in enumerate(share):
        values[own], pull = area(probability[:, own], label == own)
        total += pull * (part if weighted else 1 / len(share))
    if not weighted:
        return float(values.mean()), total
    value = float(values @ share)
    return value, total + (values[label] - value) / len(label)  # the shares are of these rows too


def _pairs(metric: str, probability: Array, label: Array, share: Array) -> Pulled:
    """The mean over the pairs of classes, both orders; weighted by the pair's share of the rows."""
    pairs = list(combinations(range(len(share)), 2))
    weighted = metric.endswith("_weighted")
    total, value, by_class = np.zeros(len(label)), 0.0, np.zeros(len(share))
    for one, other in pairs:
        rows = np.flatnonzero((label == one) | (label == other))
        first = label[rows] == one
        areas = [roc_area(probability[rows, own], first == (own == one)) for own in (one, other)]
        weight = (share[one] + share[other]) / (len(share) - 1) if weighted else 1 / len(pairs)
        mean = sum(area for area, _ in areas) / 2
        value += weight * mean
        total[rows] += weight * sum(pull for _, pull in areas) / 2
        by_class[[one, other]] += mean / (len(share) - 1)
    return value, total + (by_class[label] - value) / len(label) if weighted else total


def _ties(ordered: Array) -> tuple[Array, Array]:
    """Of each run of equal scores, the last row and the number of rows."""
    last = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True)).astype("int32")
    return last, np.diff(last, prepend=np.int32(-1))


def _by_row(values: Array, size: Array) -> Array:
    """For each row what its run has."""
    return np.repeat(values, size) if size.max() > 1 else values
