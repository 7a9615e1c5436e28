"""Lines of feedback about a few rows, and what trust makes of them."""

from datetime import date

import numpy as np
import pandas as pd

from stages.labels.trust import Trusted, trust
from stages.sections import Labels, Source

AS_OF = date(2026, 10, 18)
SOURCES = {
    "agent": Source(trust=0.9, maturity_days=7, independent=True),
    "expert": Source(trust=0.99, maturity_days=7, independent=True),
    "slow": Source(trust=0.8, maturity_days=14, independent=True),
    "slower": Source(trust=0.8, maturity_days=15, independent=True),
}
LABELS = Labels(sources=SOURCES, min_posterior=0.7, min_accuracy=0.7, min_seconds=1, max_flip=0.3)
NO_GOLD = pd.Series(dtype="str")
# An answer of ann about a row of the week that ended two weeks before `AS_OF`.
GOOD = {
    "id": "1", "label": "red", "reviewer": "ann", "action": "correct", "source": "agent", "seconds": 10.0,
    "selection_reason": None, "reviewed_at": "2026-10-05", "served": "blue", "file": "feedback/2026-W41.csv", "rule": None,
    "blocked": False, "role": "training", "last": "2026-10-04", "named": True, "row": 0, "ends": "2026-10-12",
}  # fmt: skip
KINDS = dict.fromkeys(GOOD, "str") | {
    "seconds": "float64", "reviewed_at": "datetime64[us, UTC]", "blocked": "bool", "last": "datetime64[us]",
    "named": "bool", "row": "int64", "ends": "datetime64[us, UTC]",
}  # fmt: skip


def feedback(*changes: dict[str, object], label: str = "str") -> pd.DataFrame:
    """A line a dict, each the good one with changes; columns have the kinds that reading gives them."""
    lines, kinds = [GOOD | own for own in changes], KINDS | {"label": label}
    return pd.DataFrame({name: pd.Series([own[name] for own in lines], dtype=kind) for name, kind in kinds.items()})


def found(
    *changes: dict[str, object], gold: pd.Series = NO_GOLD, labels: Labels = LABELS, task: str = "classification",
    released: dict[str, list[int]] | None = None,
) -> Trusted:  # fmt: skip
    """What the lines say; `released` has the lines that a person let in, by rule."""
    lines = feedback(*changes, label="float64" if task == "regression" else "str")
    places = np.arange(len(lines))
    return trust(lines, gold, labels, AS_OF, task, lambda rule: np.isin(places, (released or {}).get(rule, [])), 182)


def states(*changes: dict[str, object], **more: object) -> list[str]:
    return found(*changes, **more).lines["state"].tolist()  # type: ignore[arg-type]


def said(own: Trusted, name: str = "label") -> dict[str, object]:
    """A column of the trusted labels by id, gaps as None."""
    return {key: None if pd.isna(value) else value for key, value in own.labels[name].items()}


def unsigned(source: str = "agent") -> dict[str, object]:
    """What an answer says that nobody signed."""
    return {"reviewer": source, "source": source, "named": False}


def gold(rows: int) -> pd.Series:
    return pd.Series({f"g{k}": "red" for k in range(rows)}, dtype="str")


def asked(reviewer: str, right: int, rows: int = 10, id_from: int = 0, **more: object) -> list[dict[str, object]]:
    """Answers to gold questions whose truth is red."""
    usual = {"reviewer": reviewer, "role": None} | more
    return [usual | {"id": f"g{id_from + k}", "label": "red" if k < right else "blue"} for k in range(rows)]
