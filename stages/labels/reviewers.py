"""Who can be asked: what each reviewer answered, how they did on gold questions, and who is set aside."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import beta, binom

from stages.sections import Labels

SIGNIFICANCE = 0.05  # chance that a reviewer exactly at labels.min_accuracy is called worse
LEAST_TIMED = 5  # answers with a time that a median needs
INTERVAL = 0.95
ASIDE = "label: reviewer "  # how the rule begins that a line of a reviewer who was set aside fails; the reason follows
TAKEN = ("voted", "gold", "history", "waiting")  # the states of lines that were not refused, nor replaced by a later one


def set_aside(lines: pd.DataFrame, gold: pd.Series, labels: Labels) -> dict[str, str]:
    """The reviewers whose answers do not count, with the reason.

    Parameters
    ----------
    lines : DataFrame with the columns id, label, reviewer, seconds, in the order of arrival; only answers (no skips).
    gold : the true label by id of a gold question. Of a reviewer's answers on one question the last counts.
    """
    asked = lines[lines["id"].isin(gold.index)].drop_duplicates(["id", "reviewer"], keep="last")
    right = (asked["label"] == asked["id"].map(gold)).groupby(asked["reviewer"], observed=True).agg(["sum", "size"])
    wrong = right.index[binom.cdf(right["sum"], right["size"], labels.min_accuracy) < SIGNIFICANCE]
    times = lines.groupby("reviewer", observed=True)["seconds"].agg(["median", "count"])
    fast = times.index[(times["count"] >= LEAST_TIMED) & (times["median"] < labels.min_seconds)]
    return {str(name): "answers too fast" for name in fast} | {str(name): "contradicts gold" for name in wrong}


def report(lines: pd.DataFrame, gold: pd.Series, agreed: pd.Series, aside: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """What is known of every reviewer, by name.

    What they did counts every line; how well they did it counts the lines that were taken, and those refused only because the
    reviewer was set aside.

    Parameters
    ----------
    lines : DataFrame with the columns id, label, reviewer, action, seconds, state, rule, in the order of arrival.
    agreed : the consolidated label by id, of rows that two reviewers or more answered.
    """
    answered, truth, common = _answered(lines), lines["id"].map(gold), lines["id"].map(agreed)
    heard = _last_heard(lines, answered & (truth.notna() | common.notna()))
    counts = {
        "answered": answered,
        "skipped": lines["action"] == "skip",
        "corrected": answered & (lines["action"] == "correct"),
        "acted": answered & lines["action"].isin(["correct", "confirm"]),
        "gold_answers": heard & truth.notna(),
        "gold_right": heard & (lines["label"] == truth),
        "agreement_rows": heard & common.notna(),
        "agreed": heard & (lines["label"] == common),
        "seconds": lines["seconds"].where(answered),
    }
    own = pd.DataFrame(counts).groupby(lines["reviewer"], observed=True, sort=True)
    table = own.sum().assign(seconds=own["seconds"].median())
    return {str(row.Index): _of(row, aside.get(str(row.Index))) for row in table.itertuples()}


def _answered(lines: pd.DataFrame) -> "pd.Series[bool]":
    return (lines["action"] != "skip") & lines["label"].notna()


def _last_heard(lines: pd.DataFrame, comparable: "pd.Series[bool]") -> "pd.Series[bool]":
    """Which of these lines show how well a reviewer answers, each row once."""
    heard = comparable & (lines["state"].isin(TAKEN) | lines["rule"].str.startswith(ASIDE, na=False))
    last = ~lines.loc[heard, ["id", "reviewer"]].duplicated(keep="last")
    return last.reindex(lines.index, fill_value=False)


def _of(row: Any, reason: str | None) -> dict[str, Any]:
    right, judged = int(row.gold_right + row.agreed), int(row.gold_answers + row.agreement_rows)
    low, high = _interval(right, judged)
    return {
        "answered": int(row.answered),
        "skipped": int(row.skipped),
        "corrected_share": _share(row.corrected, row.acted),
        "agreement": _share(row.agreed, row.agreement_rows),
        "agreement_rows": int(row.agreement_rows),
        "gold_answers": int(row.gold_answers),
        "gold_right": int(row.gold_right),
        "median_seconds": None if np.isnan(row.seconds) else float(row.seconds),
        "accuracy": _share(right, judged),
        "accuracy_low": low,
        "accuracy_high": high,
        "set_aside": reason,
    }


def _share(part: float, whole: float) -> float | None:
    return float(part / whole) if whole else None


def _interval(right: int, answers: int) -> tuple[float | None, float | None]:
    """Jeffreys' interval of a share: quantiles of Beta(right + 1/2, wrong + 1/2)."""
    if not answers:
        return None, None
    tail = (1 - INTERVAL) / 2
    low, high = (float(beta.ppf(share, right + 0.5, answers - right + 0.5)) for share in (tail, 1 - tail))
    return low, high
