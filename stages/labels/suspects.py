"""Which labels look wrong? Confident learning: a model that never saw a row is sure of another label than the one given.

Northcutt, Jiang & Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", JAIR 70 (2021).
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import SGDClassifier

from stages.modelling.estimator import features as model_features
from stages.sections import Columns

FOLDS = 3  # batches 0, 3, 6 … are judged by a model of all others, and so on
ODDS = 10  # the expected label is more than so many times as probable as the given one; below, hard rows outnumber wrong labels
KNOWN_ROWS = 20  # rows a class needs outside a fold before a row of it is judged there: a new class is no error
COMMON_ROWS = 3  # rows a word or category needs to count
BINS = 10  # quantile bins of a number
C = 5.0  # inverse strength of the penalty, as in scikit-learn's LogisticRegression
STEPS = 2_000_000  # rows × classes × passes that one model is trained on: bounds the seconds
MOST_PASSES = 20


def suspected(features: pd.DataFrame, labels: pd.Series, batches: pd.Series, columns: Columns) -> pd.DataFrame:
    """Labels that look wrong, the most suspicious first; for review, not for the bin.

    Parameters
    ----------
    features : the columns `columns.features`, shape (rows, columns); gaps are allowed.
    labels : the class of every row, without gaps, shape (rows,).
    batches : the period or key of every row, without gaps, shape (rows,). A batch is never judged by a model that saw it.

    Returns
    -------
    DataFrame with `row` (int64, position in `features`), `expected` (the label that the model is confident of) and
    `confidence` (its probability). Empty where there are fewer than two batches or classes, or too few rows of them.
    """
    given, classes = pd.factorize(labels, sort=True)
    batch, _ = pd.factorize(batches, sort=True)
    inputs = _inputs(model_features(features, columns), columns)
    probabilities, judged = _out_of_fold(inputs, given, batch % FOLDS)
    rows = np.flatnonzero(judged)
    expected = confident(probabilities[rows], given[rows])
    own, confidence = probabilities[rows, given[rows]], probabilities[rows, expected]
    hit = (expected != given[rows]) & (confidence > max(ODDS, len(classes)) * own)  # an error can go to any class
    order = np.argsort(own[hit] / confidence[hit], kind="stable")
    table = {"row": rows[hit][order], "expected": classes[expected[hit][order]], "confidence": confidence[hit][order]}
    return pd.DataFrame(table)


def confident(probabilities: np.ndarray, given: np.ndarray) -> np.ndarray:
    """The class that each row is confidently counted for; where no class is, the given one.

    A class counts from its own threshold on: the mean probability that the rows labelled so have for it. Of those that
    reach it, the most probable one wins. A label is suspect where another class than the given one does.

    Parameters
    ----------
    probabilities : out-of-fold, shape (rows, classes).
    given : class codes, shape (rows,).

    Returns
    -------
    Class codes, shape (rows,).
    """
    rows = np.arange(len(given))
    classes = probabilities.shape[1]
    count = np.bincount(given, minlength=classes)
    own = np.bincount(given, probabilities[rows, given], minlength=classes)
    threshold = np.divide(own, count, out=np.full(classes, np.inf), where=count > 0)  # unknown: nothing is confident of it
    reached = np.where(probabilities >= threshold, probabilities, -1.0)
    best = reached.argmax(axis=1)
    return np.where(reached[rows, best] < 0, given, best)


def _out_of_fold(inputs: sparse.csr_matrix, given: np.ndarray, fold: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of models that saw no row of the fold, shape (rows, classes), and which rows could be judged, (rows,)."""
    probabilities = np.zeros((len(given), given.max(initial=0) + 1))
    judged = np.zeros(len(given), dtype=bool)
    for one in range(FOLDS if inputs.shape[1] else 0):
        known = np.bincount(given[fold != one], minlength=probabilities.shape[1]) >= KNOWN_ROWS
        training, own = np.flatnonzero((fold != one) & known[given]), np.flatnonzero(fold == one)
        if known.sum() < 2 or not len(own):
            continue
        model = _fitted(inputs, given, training, int(known.sum()))
        probabilities[np.ix_(own, model.classes_)] = model.predict_proba(inputs[own])
        judged[own] = known[given[own]]
    return probabilities, judged


def _fitted(inputs: sparse.csr_matrix, given: np.ndarray, training: np.ndarray, classes: int) -> SGDClassifier:
    """Logistic regression by averaged gradient steps, on every k-th row where one pass over all would take too many."""
    rows = training[:: max(1, -(-len(training) * classes // STEPS))]
    passes = min(MOST_PASSES, max(1, round(STEPS / (len(rows) * classes))))
    model = SGDClassifier(
        loss="log_loss", alpha=1 / (C * len(rows)), max_iter=passes, tol=None, average=True, shuffle=True, random_state=0
    )
    model.fit(inputs[rows], given[rows])
    return model


def _inputs(frame: pd.DataFrame, columns: Columns) -> sparse.csr_matrix:
    """Words, categories and binned numbers as TF-IDF, shape (rows, words + values + bins)."""
    found = sparse.hstack(list(_parts(frame, columns)), format="csr")
    rows = np.bincount(found.indices, minlength=found.shape[1])
    common = found[:, np.flatnonzero(rows >= COMMON_ROWS)]
    return sparse.csr_matrix(TfidfTransformer().fit_transform(common)) if all(common.shape) else common


def _parts(frame: pd.DataFrame, columns: Columns) -> Iterator[sparse.csr_matrix]:
    for name in columns.text:
        yield _words(frame[name])
    for name in columns.categorical:
        yield _one_each(pd.factorize(frame[name])[0])
    for name in columns.numeric:
        yield _one_each(_bins(frame[name].to_numpy()))


def _words(texts: pd.Series) -> sparse.csr_matrix:
    """The words of every text, shape (rows, words), once each.

    Every different word is lower-cased and freed of punctuation once, not every occurrence: four times as fast as
    scikit-learn's vectorizers.
    """
    cells = pa.chunked_array([pa.array(texts, type=pa.large_string())], pa.large_string()).combine_chunks()
    words = pc.utf8_split_whitespace(cells)
    spelled = pc.dictionary_encode(words.values)
    bare = pc.replace_substring_regex(pc.utf8_lower(spelled.dictionary), r"^[^\pL\pN]+|[^\pL\pN]+$", "")
    word = pc.dictionary_encode(bare)
    codes = word.indices.to_numpy()[spelled.indices.to_numpy()]
    found = _matrix(codes, words.offsets.to_numpy(), len(word.dictionary))
    found.sum_duplicates()
    found.data[:] = 1
    return found


def _bins(numbers: np.ndarray) -> np.ndarray:
    """The quantile bin of every number, shape (rows,); gaps have a bin of their own."""
    seen = numbers[~np.isnan(numbers)]
    edges = np.unique(np.quantile(seen, np.arange(1, BINS) / BINS)) if len(seen) else seen
    return np.where(np.isnan(numbers), 0, 1 + np.searchsorted(edges, numbers, side="right"))


def _one_each(codes: np.ndarray) -> sparse.csr_matrix:
    return _matrix(codes, np.arange(len(codes) + 1), int(codes.max(initial=0)) + 1)


def _matrix(codes: np.ndarray, offsets: np.ndarray, width: int) -> sparse.csr_matrix:
    """Ones at the columns `codes`, row by row; it owns its indices."""
    ones = np.ones(len(codes), dtype=np.float32)
    return sparse.csr_matrix((ones, np.array(codes), np.array(offsets)), shape=(len(offsets) - 1, width))
