"""Rows that came before: under the same ids, or the same but for their ids."""

from collections import deque
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from stages.history.rules import Finding
from stages.intake.batches import ROW, Batch
from stages.intake.quarantine import line_frame, lines

CHANGED = "in an earlier batch with other content"  # the end of a rule's name
REPLAY = "batch: replay"
SHARE, LEAST = 0.5, 20  # of the rows with new ids so many, and so many at least, of one earlier batch: it comes again


class Brought:
    """What the batches before brought, of those that are used.

    The ids of all of them, sorted, each with the number of its batch; what the rows of the `newest` ones say beside their ids.
    """

    def __init__(self, spool: Path, newest: int) -> None:
        self.spool = spool
        self.ids = np.zeros(0, dtype="uint64")
        self.number = np.zeros(0, dtype="int64")
        self.batches: dict[int, Batch] = {}
        self.contents: deque[tuple[str, np.ndarray]] = deque(maxlen=newest)

    def by(self, ids: np.ndarray) -> np.ndarray:
        """The number of the batch that brought each id, -1 where none did; shape (rows,)."""
        if not len(self.ids):
            return np.full(len(ids), -1)
        place = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[place] == ids, self.number[place], -1)

    def add(self, batch: Batch, passed: np.ndarray) -> None:
        """Remember a batch; `passed` marks the rows that no batch before it brought, bool of shape (rows,)."""
        self.batches[batch.number] = batch
        ids = np.sort(batch.ids[passed])
        place = np.searchsorted(self.ids, ids)
        self.ids, self.number = np.insert(self.ids, place, ids), np.insert(self.number, place, batch.number)
        self.contents.append((batch.key, np.unique(batch.contents(self.spool)[passed])))


def repeats(batch: Batch, keeper: np.ndarray, before: Brought, id_column: str) -> pd.DataFrame:
    """The quarantine's lines of the rows that an earlier batch brought already: with the same content, or with other content.

    Parameters
    ----------
    keeper : the number of the batch that brought each row that passed, -1 where none did; shape (rows,).
    """
    if (keeper < 0).all():
        return line_frame([])
    mine = pd.read_parquet(batch.rows_file(before.spool)).set_index(ROW).loc[batch.passed[keeper >= 0]]
    theirs, same = keeper[keeper >= 0], np.zeros(len(mine), dtype=bool)
    for number in np.unique(theirs):
        rows = pd.read_parquet(before.batches[number].rows_file(before.spool)).drop(columns=ROW)
        same[theirs == number] = _equal(mine[theirs == number], rows.set_index(id_column, drop=False), id_column)
    masks = {f"{id_column}: in an earlier batch": same, f"{id_column}: {CHANGED}": ~same}
    found = lines(batch.key, mine, masks, id_column)
    return found.assign(row=mine.index.to_numpy()[found["row"]])


def changed(found: pd.DataFrame) -> int:
    """How many rows came before with other content."""
    return int(found["rule"].str.endswith(CHANGED).sum())


def repeated(batch: Batch, found: pd.DataFrame) -> list[Finding]:
    """Rows that came before under their ids; where none is new it is a replay, be it of parts of several batches."""
    same = len(found) - changed(found)
    if not same:
        return []
    if len(found) == batch.rows:
        exactly = "exactly as it is" if same == batch.rows else f"{same} of {batch.rows} exactly as they are"
        return [Finding(rule=REPLAY, severity="block", why=f"every row came in an earlier batch, {exactly}")]
    return [Finding(rule="batch: overlap", severity="warn", why=f"{same} of {batch.rows} rows came in an earlier batch")]


def under_new_ids(batch: Batch, new: np.ndarray, before: Brought) -> list[Finding]:
    """Rows with new ids that otherwise are those of one earlier batch, their times too.

    Only rows count that are unlike any other of their own batch: where many are alike, some would be found again by chance.

    Parameters
    ----------
    new : the rows that passed under ids that no earlier batch had, bool of shape (rows,).
    """
    if not before.contents or new.sum() < LEAST:
        return []
    hashes, counts = np.unique(batch.contents(before.spool)[new], return_counts=True)
    found = [(_common(hashes[counts == 1], theirs), key) for key, theirs in before.contents]
    most, key = max(found, key=lambda pair: pair[0])
    if most < max(SHARE * new.sum(), LEAST):
        return []
    return [Finding(rule=REPLAY, severity="block", why=f"{most} of {batch.rows} rows are those of {key} under other ids")]


def _common(hashes: np.ndarray, others: np.ndarray) -> int:
    """How many hashes two sorted arrays have in common."""
    if not len(others):
        return 0
    place = np.minimum(np.searchsorted(others, hashes), len(others) - 1)
    return int((others[place] == hashes).sum())


def _equal(mine: pd.DataFrame, theirs: pd.DataFrame, id_column: str) -> np.ndarray:
    """Which of my rows another batch holds with the same cells; bool of shape (rows,)."""
    shared = [column for column in mine if column in theirs]
    there = theirs.reindex(mine[id_column])[shared].set_axis(mine.index)
    here = mine[shared]
    return np.asarray(((here == there) | (here.isna() & there.isna())).all(axis=1))


def replay(found: Sequence[Finding]) -> bool:
    """Whether a batch is known to be a replay."""
    return any(own.rule == REPLAY for own in found)
