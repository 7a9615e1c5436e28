"""Files of a small project on which the trigger runs: one learned model, and days before and after it.

Version 1 learned through 2026-03-02. 03-03 and 03-04 would train now (80 rows each), 03-05 judges a candidate (60 rows), 03-05
and 03-06 are recent (90 rows each). Sizes tell the label exactly, so every answer is right.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from stages import artefacts
from stages.artefacts import write_json, write_text
from stages.decision.ledger import Entry, Ledger, write_ledger
from stages.modelling import bundle
from stages.modelling.estimator import features, targets
from stages.partitions import Partitions
from stages.settings import Params
from stages.signals.profile import profile

CHANGES = {"trigger.drift": {"min_change": 0.1, "min_rows": 50}, "trigger.min_new_labels": 100, "trigger.cadence_days": 21}
REGRESSION = {"task": "regression", "evaluate.metrics": ["r2"], "gate.primary": "r2", "gate.floors": {}}
TRAINING = ("2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04")
HOLDOUT, RECENT = ("2026-03-05",), ("2026-03-05", "2026-03-06")


def rows(n: int, task: str = "classification", red: float = 0.5) -> pd.DataFrame:
    """Rows of which every second one is large; the large ones say yes, or 2.0."""
    count, large = round(n * red), np.arange(n) % 2 == 1
    frame = pd.DataFrame({"color": ["red"] * count + ["blue"] * (n - count), "size": np.where(large, 2.0, 1.0)})
    return frame.assign(label=frame["size"] if task == "regression" else pd.Series(np.where(large, "yes", "no"), dtype="str"))


def write_rows(folder: Path, batches: dict[str, pd.DataFrame]) -> None:
    out = Partitions(folder)
    for name, frame in batches.items():
        out.write(name, frame)
    out.close()


def write_stage(params: Params, *, version: int = 1, red: float = 0.5) -> None:
    """Write all that the trigger reads into the working folder; `red` is the share of red rows among the recent ones."""
    learned = rows(80, params.task)
    write_rows(artefacts.TRAINING, dict.fromkeys(TRAINING, learned))
    write_rows(artefacts.HOLDOUT, dict.fromkeys(HOLDOUT, rows(60, params.task)))
    write_rows(artefacts.RECENT, dict.fromkeys(RECENT, rows(90, params.task, red).drop(columns="label")))
    _write_baseline(learned, params)
    live = artefacts.dvc_md5(artefacts.BASELINE)
    about: dict[str, Any] = {"metric": params.gate.primary, "promised": 0.9, "rows": 500}
    zero = Entry(kind="promotion", as_of="2026-02-01", bundle="v0.dir" if version else live, version=0)
    one = Entry(kind="promotion", as_of="2026-02-10", bundle=live, version=1, **about)
    write_ledger(artefacts.LEDGER, Ledger(model="m", entries=[zero, one][: version + 1]))
    write_text(artefacts.KPI, "date,kpi,value\n")
    write_text(artefacts.EVENTS, "deployments: [{at: 2026-03-04, name: form-2, what: New form}]\n")
    write_json(artefacts.VALIDATION, _validation())


def change_baseline(name: str, content: dict[str, Any]) -> None:
    """Another file in the baseline's bundle; the ledger names the bundle as it is then."""
    before = artefacts.dvc_md5(artefacts.BASELINE)
    write_json(artefacts.BASELINE / name, content)
    write_text(artefacts.LEDGER, artefacts.LEDGER.read_text().replace(before, artefacts.dvc_md5(artefacts.BASELINE)))


def _write_baseline(learned: pd.DataFrame, params: Params) -> None:
    tree = DecisionTreeRegressor() if params.task == "regression" else DecisionTreeClassifier()
    model = Pipeline([("inputs", ColumnTransformer([("size", "passthrough", ["size"])])), ("estimator", tree)])
    model.fit(features(learned, params.columns), targets(learned["label"], params.task))
    card = {"trained_from": "2026-03-01", "trained_through": "2026-03-02", "rows": 160}
    sketch = profile(pd.concat([learned] * 2), params.columns, *[pd.concat([learned["label"]] * 2)] * 2)
    bundle.save(artefacts.BASELINE, model, sketch, card)


def _validation() -> dict[str, Any]:
    roles = {**dict.fromkeys(TRAINING, "training"), **dict.fromkeys(HOLDOUT, "holdout"), "2026-03-06": "immature"}
    batches = {
        f"raw/{name}.csv": {"batch": name, "last": name, "role": role, "rows": 90, "quarantined": 0, "verdict": "accepted"}
        for name, role in roles.items()
    }
    feedback = {"correct": 0, "confirm": 0, "skip": 0}
    newest = {"file": None, "verdict": None, "lines": 0, "refused": 0, "disputed": 0}
    return {
        "as_of": "2026-03-06", "batches": batches, "recent": list(RECENT), "feedback": feedback, "newest_feedback": newest,
        "raw_labels": {"file": None, "lines": 0, "refused": 0, "correct": 0, "confirm": 0},
    }  # fmt: skip
