"""One batch: which of its rows pass, and whether it can be trusted as a whole."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd
import pandera.pandas as pa

from stages.intake.periods import Period
from stages.intake.rows import check_rows
from stages.settings import Params


@dataclass(frozen=True)
class Batch:
    """One batch after the row rules: how many rows came in, the ids that passed, the failures (row, record_id, rule)."""

    period: Period
    rows: int
    ids: pd.Series
    failures: pd.DataFrame

    @property
    def quarantined(self) -> int:
        """How many rows fail at least one rule."""
        return int(self.failures["row"].nunique())

    @property
    def refused_share(self) -> float:
        """The share of the batch's rows in quarantine."""
        return self.quarantined / self.rows if self.rows else 1.0


def check_batch(
    frame: pd.DataFrame, period: Period, schema: pa.DataFrameSchema, params: Params, golden: frozenset[str]
) -> tuple[Batch, pd.DataFrame]:
    """Judge the rows of one batch; also returns the rows that passed."""
    names = params.columns
    checked = check_rows(frame, schema)
    end = pd.Timestamp(period.last + timedelta(days=1), tz="UTC")
    own = {
        f"{names.time}: after the end of its batch": (frame[names.time] >= end).to_numpy(),
        f"{names.id}: in the golden set": frame[names.id].isin(golden).to_numpy(),
    }
    more = [pd.DataFrame({"row": np.flatnonzero(mask), "rule": rule}) for rule, mask in own.items() if mask.any()]
    failures = pd.concat([checked.failures, *more], ignore_index=True)
    failures["record_id"] = frame[names.id].to_numpy()[failures["row"]]
    good = checked.good.loc[~checked.good.index.isin(failures["row"])]
    return Batch(period, len(frame), good[names.id], failures), good


def without_repeats(batches: list[Batch], params: Params) -> list[Batch]:
    """Quarantine every id that an earlier batch already brought; the first one stays. A blocked batch brings nothing."""
    settled, seen = [], set[str]()
    for batch in batches:
        known = batch.ids.duplicated() | np.array([name in seen for name in batch.ids], dtype=bool)
        settled.append(_with_repeats(batch, batch.ids[known], params.columns.id))
        if verdict(settled[-1], params)[0] != "blocked":
            seen.update(settled[-1].ids)
    return settled


def verdict(batch: Batch, params: Params) -> tuple[str, list[str]]:
    """`accepted`, `warned` or `blocked`, with reasons."""
    if batch.rows == 0:
        return "blocked", ["no rows"]
    share = batch.refused_share
    if share > params.batches.block_above:
        return "blocked", [f"{share:.1%} of its rows fail a rule, more than batches.block_above"]
    if share > params.batches.warn_above:
        return "warned", [f"{share:.1%} of its rows fail a rule, more than batches.warn_above"]
    return "accepted", []


def _with_repeats(batch: Batch, repeated: pd.Series, id_column: str) -> Batch:
    if repeated.empty:
        return batch
    more = pd.DataFrame({"row": repeated.index, "rule": f"{id_column}: in an earlier batch", "record_id": repeated.to_numpy()})
    return Batch(batch.period, batch.rows, batch.ids.drop(repeated.index), pd.concat([batch.failures, more], ignore_index=True))
