"""Does a model that says 0.8 have 80 % right?"""

import numpy as np
import pandas as pd

from stages.evidence.scores import Predictions

BINS = 10


def reliability(said: Predictions) -> pd.DataFrame:
    """Rows by the model's confidence in its answer, in tenths.

    Returns
    -------
    DataFrame with the columns confidence (mean of the bin), right (share), rows; empty bins are left out.
    """
    if said.probability is None:
        return pd.DataFrame({"confidence": [], "right": [], "rows": []})
    confidence = said.probability.max(axis=1)
    frame = pd.DataFrame({"confidence": confidence, "right": (said.truth == said.answer).astype("float64"), "rows": 1})
    frame["bin"] = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return (
        frame.groupby("bin")
        .agg(confidence=("confidence", "mean"), right=("right", "mean"), rows=("rows", "sum"))
        .reset_index(drop=True)
    )
