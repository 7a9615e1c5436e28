"""Which labels can be trusted: several reviewers' feedback becomes one label a row, or none."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from stages.settings import Labels, Params

ACTIONS = ("correct", "confirm", "skip")


@dataclass(frozen=True)
class Trusted:
    """Labels by record id.

    `labels` has the columns `label` and `label_source` (feedback_correct, feedback_confirm,
    feedback_outcome where no reviewer acted) and record ids as its index;
    `conflicts` are the record ids whose reviewers disagree; `reviewers` says, a reviewer, what was given and how often the
    others agreed.
    """

    labels: pd.DataFrame
    conflicts: frozenset[str]
    reviewers: dict[str, dict[str, Any]]


def trust(feedback: pd.DataFrame, labels: Labels) -> Trusted:
    """Consolidate feedback.

    A skip says nothing, an unknown action neither. Of several answers of one reviewer on one row the last counts. A label is
    trusted when at least `labels.min_agreement` of the row's reviewers gave it.

    Parameters
    ----------
    feedback : DataFrame with the columns id, label, reviewer, action, reviewed_at, in the order of arrival.
    """
    given = feedback[
        feedback["action"].isin(["correct", "confirm", "outcome"]) & feedback["label"].notna() & feedback["id"].notna()
    ]
    votes = given.drop_duplicates(["id", "reviewer"], keep="last")
    tally = (
        votes.groupby(["id", "label"], sort=True, observed=True)
        .agg(votes=("reviewer", "size"), action=("action", "min"))
        .reset_index()
    )
    tally["share"] = tally["votes"] / tally.groupby("id")["votes"].transform("sum")
    agreed = tally[tally["share"] >= labels.min_agreement]
    trusted = pd.DataFrame(
        {"label": agreed["label"].to_numpy(), "label_source": ("feedback_" + agreed["action"]).to_numpy()}, index=agreed["id"]
    )
    conflicts = frozenset(tally["id"]) - frozenset(agreed["id"])
    return Trusted(trusted, conflicts, _reviewers(feedback, votes))


def with_labels(good: pd.DataFrame, trusted: Trusted, params: Params) -> pd.DataFrame:
    """Add the trusted label and its source; feedback counts before a label that came with the row.

    Returns
    -------
    DataFrame with the target column (a gap where no label is trusted) and `label_source`.
    """
    target = params.columns.target
    found = trusted.labels.reindex(good[params.columns.id])
    label = pd.Series(found["label"].to_numpy(dtype=object), index=good.index)
    source = pd.Series(found["label_source"].to_numpy(dtype=object), index=good.index)
    if target in good:
        source = source.where(label.notna(), good[target].notna().map({True: "raw", False: None}))
        label = label.where(label.notna(), good[target])
    kind = "float64" if params.task == "regression" else "str"
    return good.assign(
        **{target: pd.to_numeric(label, errors="coerce") if kind == "float64" else label.astype("str").where(label.notna())},
        label_source=source.astype("str"),
    )


def _reviewers(feedback: pd.DataFrame, votes: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Per reviewer: rows answered and skipped, share corrected, share of shared rows on which all others agreed."""
    shared = votes[votes.duplicated("id", keep=False)]
    same = shared.groupby("id")["label"].transform("nunique") == 1
    agreement = same.groupby(shared["reviewer"]).agg(["mean", "size"]).to_dict("index")
    answers = pd.crosstab(feedback["reviewer"], feedback["action"]).reindex(columns=[*ACTIONS, "outcome"], fill_value=0)
    return {
        str(name): _reviewer(row, agreement.get(name, {"mean": None, "size": 0}))
        for name, row in answers.to_dict("index").items()
    }


def _reviewer(row: dict[Any, Any], agreement: dict[Any, Any]) -> dict[str, Any]:
    acted = int(row["correct"] + row["confirm"])
    return {
        "answered": acted + int(row["outcome"]),
        "skipped": int(row["skip"]),
        "corrected_share": row["correct"] / acted if acted else None,
        "agreement": agreement["mean"],
        "agreement_rows": int(agreement["size"]),
    }
