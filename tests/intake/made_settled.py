"""The rows of one mature batch, what the feedback says of them, and what becomes of both."""

import numpy as np
import pandas as pd
from made_intake import TODAY, said

from stages.intake.batches import Batch
from stages.intake.releases import Release
from stages.intake.settle import label_rows, settle
from stages.labels.trust import Trusted
from stages.reading.periods import period

NONE = np.zeros(0, dtype="uint64")
BATCH = Batch(
    number=0, key="raw/2026-10-05.csv", period=period("2026-10-05"), md5="a" * 32, rows=9, refused=0, passed=NONE, ids=NONE,
    sketch=None, findings=(),
)  # fmt: skip
DISAGREE, UNKNOWN, REPEATS = "label: reviewers disagree", "label: unknown source", "label: repeats the prediction"
NEAR, GROUP = "row: near-duplicate of a test row", "row: group of a test row"
NO_RAW = {"labels.sources": {"feedback": {"trust": 0.9, "maturity_days": 1, "independent": True}}}
LATE = {"labels.sources": {"raw": {"trust": 0.9, "maturity_days": 30, "independent": True}}}  # ripe on November 4
ECHO = {"labels.sources": {"raw": {"trust": 0.9, "maturity_days": 1, "independent": False}}, "columns.prediction": "served"}


def rows(**columns) -> pd.DataFrame:
    """Rows of one batch; positions in the file are 3, 5, 8, …"""
    kinds = {name: "float64" if isinstance(next(iter(own), ""), float) else "str" for name, own in columns.items()}
    index = [3, 5, 8, 13, 21][: len(columns["id"])]
    return pd.DataFrame({name: pd.Series(own, index=index, dtype=kinds[name]) for name, own in columns.items()})


def trusted(labels=None, conflicts=None, waiting=()) -> Trusted:
    """Labels by id, each of the source `feedback` and looked at at random."""

    def table(found):
        own = pd.DataFrame({"label": pd.Series(found or {}, dtype="object")})
        return own.assign(label_source="feedback", selection_reason="random", posterior=0.9)

    lines = pd.DataFrame({"id": pd.Series([*waiting, "q"], dtype="str"), "state": [*["waiting"] * len(waiting), "voted"]})
    return Trusted(
        labels=table(labels),
        conflicts=table(conflicts),
        lines=lines,
        waiting=frozenset(lines.loc[lines["state"] == "waiting", "id"]),
        reviewers={},
    )


def release(rule, record_id=None, md5="a" * 32):
    return Release(batch=BATCH.key, rule=rule, record_id=record_id, file=md5, by="lead", reason="checked")


def labelled(frame, heard, params, releases=(), as_of=TODAY, labels=None):
    return label_rows(BATCH, frame, heard, params, as_of, releases, labels)


def settled(frame, heard, params, *, role="training", held=None, releases=(), labels=None):
    return settle(BATCH, role, labelled(frame, heard, params, releases, labels=labels), held, params, releases)


def with_sources(found):
    return said(found.rows if hasattr(found, "rows") else found.usable, "label", "label_source", "selection_reason")
