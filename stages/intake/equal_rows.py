"""Which training rows equal a row of the test side in every feature? For tables without text, where no words can tell.

Equal rows are one row that came twice only where rows are distinctive: of a few categories most rows are equal by chance, and
taking those out would leave nothing to train on. So the test side is looked at first: of rows that are drawn alike, a test row
has an equal one beside it about as often as a training row has by chance. Where few test rows do, few training rows are lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

SHARED = 0.01  # share of the test rows with an equal one beside them, up to which rows are distinctive
ENOUGH = 100  # test rows below which they may differ by chance
COMES_BACK = 0.5  # share of the rows of half of the training batches that equal test rows, above which they are no accident


@dataclass(frozen=True, kw_only=True)
class EqualRows:
    """The test side's rows by their features: `keys` are hashes, each once."""

    features: list[str]
    keys: np.ndarray

    def repeated(self, rows: pd.DataFrame) -> np.ndarray:
        """Which rows equal one of the test side; bool, shape (rows,)."""
        return np.isin(_keys(rows, self.features), self.keys)


def equal_rows(sides: Sequence[pd.DataFrame], features: list[str]) -> EqualRows | str:
    """Take in the rows of the holdout and those of the golden set; where equal rows prove nothing, why.

    Rows of different sides may be equal: a golden set is often drawn from what came in.
    """
    keys = [_keys(rows, features) for rows in sides]
    rows, shared = sum(map(len, keys)), sum(int(pd.Series(own).duplicated(keep=False).sum()) for own in keys)
    if rows < ENOUGH:
        return f"{rows} test rows are too few to tell whether equal ones are equal by chance"
    if shared > SHARED * rows:
        return f"{shared / rows:.1%} of the test rows equal another one in every feature, so equal rows may be so by chance"
    return EqualRows(features=features, keys=np.unique(np.concatenate(keys)))


def come_back(shares: Sequence[float]) -> bool:
    """Whether rows come back in every period as they were (a customer scored each month), so that equal ones are no leak.

    Parameters
    ----------
    shares : of the rows of each training batch, how many equal a test row.
    """
    return len(shares) > 0 and float(np.median(shares)) > COMES_BACK


def _keys(rows: pd.DataFrame, features: list[str]) -> np.ndarray:
    """64-bit hashes of rows, the same for the same cells; gaps equal gaps, numbers are compared to seven digits."""
    cells = {}
    for k, name in enumerate(features):
        own = rows[name]
        cells[f"{k} gap"] = own.isna()  # a gap is hashed as the text "nan" would be
        cells[f"{k}"] = _single(own) if pd.api.types.is_float_dtype(own) else own.astype("object")
    hashed: np.ndarray = pd.util.hash_pandas_object(pd.DataFrame(cells), index=False).to_numpy()
    return hashed


def _single(numbers: pd.Series) -> pd.Series:
    """Single precision, so that a delivery as float32 equals one as text; -0.0 is 0.0, and every gap the same one."""
    with np.errstate(over="ignore"):
        single = numbers.to_numpy(dtype="float64", na_value=np.nan).astype("float32") + np.float32(0)
    return pd.Series(np.where(np.isnan(single), np.float32(np.nan), single), index=numbers.index)
