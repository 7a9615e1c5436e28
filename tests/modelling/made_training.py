"""Training data of a small project: days of rows in which color and size say the label."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from stages import artefacts
from stages.partitions import Partitions

FIRST = date(2026, 3, 2)


def rows(n: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    size = random.normal(size=n)
    color = random.choice(["red", "blue"], n)
    return pd.DataFrame({"color": color, "size": size, "label": np.where(size + (color == "red") > 0.5, "yes", "no")})


def write(batches: dict[str, pd.DataFrame], folder: Path = artefacts.TRAINING) -> None:
    out = Partitions(folder)
    for name, frame in batches.items():
        out.write(name, frame.astype({"color": "str", "label": "str", "size": "float64"}))
    out.close()


def days(count: int) -> dict[str, pd.DataFrame]:
    return {(FIRST + timedelta(days=day)).isoformat(): rows(60, day) for day in range(count)}


def settings(folder: Path, **changes) -> None:
    whole = yaml.safe_load((folder / "params.yaml").read_text())
    whole["train"] |= changes
    (folder / "params.yaml").write_text(yaml.safe_dump(whole))
