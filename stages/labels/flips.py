"""Coordinated flips: several reviewers move the rows of one served class to one other class, and their colleagues do not.

When the world changes, everybody corrects alike. Where some reviewers of a file do and the others, on rows of the same class, do
not, the labels are set aside until a person has looked.
"""

import numpy as np
import pandas as pd
from scipy.special import betaln
from scipy.stats import hypergeom

SIGNIFICANCE = 0.01  # chance that a file whose reviewers all move alike has a flip, and that luck joins a second one to a flipper
LEAST_HISTORY, LEAST_COLLEAGUES = 20, 10  # rows of the class that a usual share, and the colleagues' share, need
CELL = ["file", "served", "label"]  # rows of one file, served as one class, that were given one label


def flipped(lines: pd.DataFrame, max_flip: float) -> pd.Series:
    """Which lines belong to a coordinated flip; bool of shape (lines,).

    Two reviewers or more of a file must each move at least `max_flip` more of the class's rows than is usual (in the files
    before, without their flips) and than their colleagues do, beyond luck by Fisher's exact test: each of them, among all
    reviewers of the class, and all together, among all groups of reviewers and all moves from class to class (Bonferroni).

    Parameters
    ----------
    lines : DataFrame with the columns id, file (in the order of arrival), reviewer, served, label. Lines with a gap count for
        nothing; of a reviewer's answers on one row the last does. Numbers are no classes: nothing flips.
    """
    if pd.api.types.is_numeric_dtype(lines["label"]):
        return pd.Series(data=False, index=lines.index)
    coded = _coded(lines)
    whole = (coded >= 0).all(axis=1)
    once = coded[whole].drop_duplicates(["id", "file", "reviewer"], keep="last")
    counts = once.groupby([*CELL, "reviewer"]).size().rename("n").reset_index()
    flips = counts[_flips(counts, max_flip)].set_index([*CELL, "reviewer"])["n"]
    return coded.join(flips, on=[*CELL, "reviewer"])["n"].notna() & whole


def _coded(lines: pd.DataFrame) -> pd.DataFrame:
    """Files, reviewers, ids and classes as whole numbers in the order they appear; gaps are -1."""
    coded = {name: pd.factorize(lines[name])[0] for name in ("id", "file", "reviewer")}
    classes, _ = pd.factorize(pd.concat([lines["served"], lines["label"]]).astype("str"))
    return pd.DataFrame(coded | {"served": classes[: len(lines)], "label": classes[len(lines) :]}, index=lines.index)


def _flips(counts: pd.DataFrame, max_flip: float) -> np.ndarray:
    """Which counts `n` of a cell's reviewers are flips; shape (counts,)."""
    file, served, label, reviewer, n = (counts[name].to_numpy() for name in (*CELL, "reviewer", "n"))
    found, moves = np.zeros(len(counts), dtype=bool), _moves(counts)
    for now, class_, other in _candidates(counts, max_flip):
        own, before = (served == class_) & (file == now), (served == class_) & (file < now) & ~found
        old = n[before].sum()
        usual = n[before & (label == other)].sum() / old if old >= LEAST_HISTORY else 0.0
        moved = np.bincount(reviewer[own], n[own] * (label[own] == other)).astype("int64")
        rows = np.bincount(reviewer[own], n[own]).astype("int64")
        names = _apart(moved, rows, usual, max_flip, int(moves[now]))
        found |= own & (label == other) & np.isin(reviewer, names)
    return found


def _moves(counts: pd.DataFrame) -> pd.Series:
    """By file, how many moves from class to class could be a flip: those of two rows or more."""
    moves = counts[counts["served"] != counts["label"]].groupby(CELL)["n"].sum()
    return (moves > 1).groupby("file").sum()


def _candidates(counts: pd.DataFrame, max_flip: float) -> list[tuple[int, int, int]]:
    """The cells, oldest file first, in which two reviewers or more would be beyond luck if nobody else moved a row."""
    own = counts.groupby(["file", "served", "reviewer"])["n"].transform("sum")
    far = counts[(counts["served"] != counts["label"]) & (counts["n"] >= max_flip * own)]
    everybody = counts.groupby(["file", "served"]).agg(rows=("n", "sum"), reviewers=("reviewer", "nunique"))
    seen = far.join(everybody, on=["file", "served"])
    by_luck = hypergeom.pmf(seen["n"], seen["rows"], seen["n"], own[far.index])
    cells = far[by_luck < SIGNIFICANCE / seen["reviewers"]].groupby(CELL).size()
    return list(cells.index[cells > 1])


def _apart(moved: np.ndarray, rows: np.ndarray, usual: float, max_flip: float, moves: int) -> np.ndarray:
    """The reviewers who move apart from all others: of the groups with the largest shares, the largest that does.

    Parameters
    ----------
    moved, rows : rows that each reviewer moved, and of how many; shape (reviewers,).
    moves : how many moves of the file are looked at.
    """
    names = np.flatnonzero(rows)
    names = names[np.argsort(-moved[names] / rows[names], kind="stable")]
    moved, rows = moved[names], rows[names]
    share, did, had = moved / rows, moved.cumsum(), rows.cumsum()
    for last in np.flatnonzero((share[:-1] > share[1:]) & (had[-1] - had[:-1] >= LEAST_COLLEAGUES))[::-1]:
        theirs, among = did[-1] - did[last], had[-1] - had[last]
        if share[last] < max_flip + max(usual, theirs / among):
            continue
        own = slice(last + 1)
        alone = hypergeom.sf(moved[own] - 1, among + rows[own], theirs + moved[own], rows[own])
        beyond = np.flatnonzero(alone < SIGNIFICANCE / len(names))
        together = hypergeom.logsf(did[last] - 1, had[-1], did[-1], had[last]) + _log_groups(len(names), last + 1)
        if len(beyond) > 1 and together + np.log(moves) < np.log(SIGNIFICANCE):
            return np.asarray(names[beyond])
    return names[:0]


def _log_groups(reviewers: int, size: int) -> float:
    """The logarithm of how many groups of this size there are, times how many sizes."""
    return float(-betaln(size + 1, reviewers - size + 1) - np.log(reviewers + 1) + np.log(reviewers))
