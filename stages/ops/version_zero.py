"""Version 0: a real bundle around a scikit-learn dummy, so that the first candidate has something to beat."""

from datetime import date, timedelta
from typing import Any

import pandas as pd

from stages import artefacts
from stages.decision.ledger import Entry, Ledger, write_ledger
from stages.modelling import bundle
from stages.modelling.estimator import dummy, features, targets
from stages.ops.dvc import run_dvc
from stages.settings import Params
from stages.signals.profile import profile
from stages.train import card


def write_version_zero(rows: pd.DataFrame, first: date, params: Params) -> None:
    """Write models/baseline, its .dvc file, its empty evaluation record and a ledger that starts with it.

    Parameters
    ----------
    rows : DataFrame with the feature columns and labels to take the classes (or the mean) from.
    first : the first day of the first batch; version 0 counts as trained before it, so that every row is new to it.
    """
    labelled = rows[rows[params.columns.target].notna()]
    labels = labelled[params.columns.target]
    model = dummy(params.task).fit(features(labelled, params.columns), targets(labels, params.task))
    before = (first - timedelta(days=1)).isoformat()
    about: dict[str, Any] = card(params, len(labelled), before, before, "none") | {"train": {"estimator": "scikit-learn's dummy"}}
    bundle.save(artefacts.BASELINE, model, profile(labelled, params.columns, labels), about)
    run_dvc("add", str(artefacts.BASELINE), quiet=True)
    md5 = artefacts.dvc_md5(artefacts.BASELINE)
    artefacts.write_json(artefacts.evaluation_of(md5), {"golden_md5": None})
    entry = Entry(
        kind="promotion",
        as_of=first - timedelta(days=1),
        bundle=md5,
        version=0,
        by="ratchet init",
        reason="a dummy to start from",
    )
    write_ledger(artefacts.LEDGER, Ledger(model=params.model, entries=[entry]))
