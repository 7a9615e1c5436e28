"""What would the new model be?

Reads data/training. Writes models/candidate: the bundle of model, profile and card.
"""

import importlib.metadata
import platform
from typing import Any

import pandas as pd

from stages import artefacts
from stages.errors import InputError, one_line_errors
from stages.modelling import bundle
from stages.modelling.estimator import build, features, fit, targets
from stages.partitions import partition_names, read_partitions
from stages.reading.periods import period
from stages.settings import Params, load
from stages.signals.profile import profile

PACKAGES = ("scikit-learn", "numpy", "scipy", "pandas", "skops")


def card(params: Params, rows: int, first: str, last: str, training: str) -> dict[str, Any]:
    """What the model was trained on, through which day, with which versions and parameters."""
    return {
        "model": params.model,
        "task": params.task,
        "rows": rows,
        "trained_from": first,
        "trained_through": last,
        "training": training,
        "seed": params.seed,
        "columns": params.columns.model_dump(),
        "train": params.train.model_dump(),
        "versions": versions(),
    }


def versions() -> dict[str, str]:
    """The versions that a prediction depends on."""
    return {"python": platform.python_version()} | {name: importlib.metadata.version(name) for name in PACKAGES}


def main() -> None:
    """Run the stage."""
    params = load()
    columns = [*params.columns.features, params.columns.target]
    frame: pd.DataFrame = read_partitions(artefacts.TRAINING, columns)
    if frame.empty:
        raise InputError(
            f"{artefacts.TRAINING} must hold labelled rows, got none; wait for feedback, or raise split.training_days"
        )
    labels = frame[params.columns.target]
    periods = [period(name) for name in partition_names(artefacts.TRAINING)]
    first, last = min(p.first for p in periods).isoformat(), max(p.last for p in periods).isoformat()
    model = fit(build(params.columns, params.train, params.seed), features(frame, params.columns), targets(labels, params.task))
    about = card(params, len(frame), first, last, artefacts.dvc_md5(artefacts.TRAINING))
    bundle.save(artefacts.CANDIDATE, model, profile(frame, labels, params.columns), about)
    print(f"train: {params.train.estimator} on {len(frame)} rows through {about['trained_through']}")


if __name__ == "__main__":
    one_line_errors(main)()
