"""Files of two models' answers to compare."""

import numpy as np
import pandas as pd

ROWS = 400


def answers(rows: int = ROWS) -> pd.DataFrame:
    """Two classes in turn: the baseline is wrong on every 4th row, the candidate on every 16th of them."""
    place = np.arange(rows)
    truth = np.where(place % 2, "yes", "no")
    wrong = np.where(place % 2, "no", "yes")
    return pd.DataFrame(
        {
            "id": [f"r{k}" for k in place],
            "y_true": truth,
            "baseline": np.where(place % 4 == 0, wrong, truth),
            "candidate": np.where(place % 16 == 0, wrong, truth),
        }
    )


def numbers(rows: int = ROWS) -> pd.DataFrame:
    """Quantities: the baseline is off by 2 in turn, the candidate by 1 or less."""
    place = np.arange(rows)
    truth = place * 0.5
    near = np.where(place % 3, 1.0, 0.5)
    return pd.DataFrame({"id": place, "y_true": truth, "baseline": truth + 2.0, "candidate": truth - near})
