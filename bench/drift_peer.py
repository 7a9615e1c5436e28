"""How often a peer's defaults call drift where nothing changed: `python -m bench.drift_peer evidently|nannyml SEEDS [KIND]`.

Runs in the peer's own environment. The last line is JSON: for each family and size the share of runs with an alarm, and in
brackets the share of all columns (Evidently) or of all columns by chunk (NannyML).
"""

import json
import os
import sys
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd

from bench.drift_worlds import SIZES, Kind, kinds, rows

os.environ["DO_NOT_TRACK"] = os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"

Judge = Callable[[pd.DataFrame, pd.DataFrame], np.ndarray]


def evidently() -> Judge:
    """Whether each column drifted, by the preset for data drift."""
    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset

    def judged(old: pd.DataFrame, new: pd.DataFrame) -> np.ndarray:
        numeric = list(old.select_dtypes("number"))
        columns = DataDefinition(numerical_columns=numeric, categorical_columns=[name for name in old if name not in numeric])
        data = [Dataset.from_pandas(side, data_definition=columns) for side in (new, old)]
        report = json.loads(Report([DataDriftPreset()]).run(*data).json())
        (count,) = [one["value"]["count"] for one in report["metrics"] if one["metric_name"].startswith("DriftedColumnsCount")]
        return np.arange(old.shape[1]) < count

    return judged


def nannyml() -> Judge:
    """Whether each chunk of each column is alerted on, by the univariate calculator."""
    from nannyml import UnivariateDriftCalculator

    def judged(old: pd.DataFrame, new: pd.DataFrame) -> np.ndarray:
        result = UnivariateDriftCalculator(column_names=list(old)).fit(old).calculate(new).filter(period="analysis").to_df()
        alerts: np.ndarray = result.loc[:, [name for name in result if name[-1] == "alert"]].to_numpy(dtype=bool).ravel()
        return alerts

    return judged


def shares(judge: Judge, kind: Kind, size: tuple[int, int], seeds: int) -> str:
    """Of the runs, and of what is judged in all of them."""
    found = [judge(*(rows(kind, n, (seed, side)) for side, n in enumerate(size))) for seed in range(seeds)]
    return f"{np.mean([run.any() for run in found]):.0%} ({np.mean(found):.0%})"


def main(peer: str, seeds: int, names: list[str]) -> None:
    """Print a cell for each family and size; texts are left out, of which these checks know nothing."""
    warnings.simplefilter("ignore")
    judge = {"evidently": evidently, "nannyml": nannyml}[peer]()
    families = [kind for name, kind in kinds().items() if not kind.text and name in (names or kinds())]
    cells = {f"{kind.name} {size[0]} {size[1]}": shares(judge, kind, size, seeds) for kind in families for size in SIZES}
    print(json.dumps(cells))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
