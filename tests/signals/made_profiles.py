"""Rows of a world that never changes, and their profiles; settings under which a change of 10 % on 50 rows counts."""

from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from stages.sections import Columns, Drift, TriggerParams
from stages.signals.profile import profile

SAMPLE = yaml.safe_load((Path(__file__).resolve().parents[2] / "params.yaml").read_text(encoding="utf-8"))
TRIGGER = TriggerParams.model_validate(SAMPLE["trigger"]).model_copy(
    update={"significance": 0.05, "drift": Drift(min_change=0.1, min_rows=50)}
)
COLUMNS = Columns(
    id="id",
    time="at",
    target="y",
    text=["words"],
    categorical=["kind", "constant", "empty"],
    numeric=["size", "count", "hole"],
    prediction=None,
    model_version=None,
    group=None,
)
SAID = "predicted y"
WORDS = np.array([f"word{k}" for k in range(60)])


def rows(n: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "words": [" ".join(random.choice(WORDS, 6)) for _ in range(n)],
            "kind": random.choice(["a", "b"], n),
            "constant": "same",
            "empty": pd.Series([None] * n, dtype="str"),
            "size": random.normal(size=n),
            "count": random.poisson(2, n).astype("float64"),
            "hole": np.nan,
        }
    )


def known(frame: pd.DataFrame, said: float = 0.5) -> dict:
    """The profile of rows that are answered yes with the share `said`, and labelled so."""
    yes = pd.Series(np.where(np.arange(len(frame)) < said * len(frame), "yes", "no"), dtype="str")
    return profile(frame, COLUMNS, yes, yes)


OLD, RECENT = rows(1000, 1), rows(400, 2)
