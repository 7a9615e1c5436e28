"""Answers that move rows from one class to another, and what of them is called a flip."""

import pandas as pd

from stages.labels.flips import flipped

COLUMNS = ["id", "file", "reviewer", "served", "label"]


def lines(*answers: tuple[str, str, str, str, int]) -> pd.DataFrame:
    """Lines of (file, reviewer, served, label, how many), about rows of their own each."""
    rows = [own[:4] for own in answers for _ in range(own[4])]
    return pd.DataFrame([(str(k), *row) for k, row in enumerate(rows)], columns=COLUMNS, dtype="str")


def moves(file: str, reviewers: str, moved: int, rows: int) -> list[tuple[str, str, str, str, int]]:
    """Each of the reviewers moves so many of their rows from a to b."""
    return [(file, name, "a", label, n) for name in reviewers for label, n in (("b", moved), ("a", rows - moved))]


def flips(frame: pd.DataFrame, max_flip: float = 0.3) -> set[tuple[str, ...]]:
    """The file, reviewer and classes of the lines that were found."""
    found = flipped(frame, max_flip)
    assert found.dtype == bool
    assert found.index.equals(frame.index)
    return set(frame.loc[found, COLUMNS[1:]].itertuples(index=False, name=None))
