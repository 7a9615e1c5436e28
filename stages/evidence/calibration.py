"""Does a model that says 0.8 have 80 % right?"""

import numpy as np
import pandas as pd

from stages.evidence.calibration_error import gaps
from stages.evidence.scores import Predictions, right


def reliability(said: Predictions) -> pd.DataFrame:
    """Rows by the model's confidence in its answer, in tenths: the bins of `expected_calibration_error`.

    Returns
    -------
    DataFrame with the columns confidence (mean of the bin), right (share), rows; without empty bins, and without rows whose
    probabilities are no numbers.
    """
    if said.probability is None:
        return pd.DataFrame({"confidence": [], "right": [], "rows": []})
    confidence = said.probability.max(axis=1)
    told = np.isfinite(confidence)
    confidence, hit = confidence[told], right(said)[told].astype("float64")
    frame = pd.DataFrame({"confidence": confidence, "right": hit, "rows": 1, "bin": gaps(confidence, hit)[0]})
    return (
        frame.groupby("bin")
        .agg(confidence=("confidence", "mean"), right=("right", "mean"), rows=("rows", "sum"))
        .reset_index(drop=True)
    )
