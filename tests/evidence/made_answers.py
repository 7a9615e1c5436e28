"""Two models' answers on the same made-up rows: the candidate is right a little more often."""

from dataclasses import replace

import numpy as np

from stages.evidence.scores import Predictions, score

THREE = np.array(["a", "b", "c"], dtype=object)
TWO = THREE[:2]


def classified(
    n: int, classes: np.ndarray = THREE, seed: int = 1, decimals: int | None = None
) -> tuple[Predictions, Predictions]:
    """Both right on some 70 and 75 % of the rows, with probabilities; the first class is the most frequent one."""
    random = np.random.default_rng(1)
    truth = random.choice(len(classes), n, p=np.arange(len(classes), 0, -1) / np.arange(1, len(classes) + 1).sum())
    said = []
    for right in (0.7, 0.75):
        chance = random.dirichlet(np.ones(len(classes)), n)
        chance[np.arange(n), truth] += random.random(n) < right
        chance /= chance.sum(axis=1, keepdims=True)
        if decimals is not None:
            chance = np.round(chance, decimals)
            chance[:, 0] += 1 - chance.sum(axis=1)
        said.append(Predictions(classes[truth], classes[chance.argmax(axis=1)], chance, classes))
    return said[0], said[1]


def numbers(n: int) -> tuple[Predictions, Predictions]:
    """Positive truths; the candidate errs less."""
    random = np.random.default_rng(1)
    truth = random.gamma(3, size=n) + 0.1
    old, new = (truth * np.exp(random.normal(scale=scale, size=n)) for scale in (0.3, 0.25))
    return Predictions(truth, old, None, None), Predictions(truth, new, None, None)


def labels(truth: str, answer: str, classes: str = "ab") -> Predictions:
    """Labels of one letter each, without probabilities."""
    rows, said, names = (np.array(list(text), dtype=object) for text in (truth, answer, classes))
    return Predictions(rows, said, None, names)


def values(truth: list[float], answer: list[float]) -> Predictions:
    return Predictions(np.array(truth, dtype="float64"), np.array(answer, dtype="float64"), None, None)


def grouped(sides: tuple[Predictions, Predictions], each: int) -> tuple[Predictions, Predictions]:
    """Each row `each` times, as one group: no more is known than from the rows alone."""
    n = len(sides[0].truth)
    old, new = (replace(side.rows(np.repeat(np.arange(n), each)), groups=np.repeat(np.arange(n), each)) for side in sides)
    return old, new


def row_bootstrap(metric: str, sides: tuple[Predictions, Predictions], draws: int) -> float:
    """The spread of the difference when rows are really drawn and scikit-learn scores them."""
    random, n = np.random.default_rng(99), len(sides[0].truth)
    found = []
    for _ in range(draws):
        rows = random.integers(0, n, n)
        old, new = (score(metric, side.rows(rows)) for side in sides)
        if old is not None and new is not None:
            found.append(new - old)
    return float(np.std(found))
