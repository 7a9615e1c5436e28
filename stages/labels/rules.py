"""Which lines of feedback are a person's, or the world's, own answer: every other line is set aside with the rule it fails."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from stages.sections import Labels

# correct, confirm: a person saw the prediction; label: a person answered without it; outcome: nobody acted, the truth is known
ACTIONS = ("correct", "confirm", "label", "skip", "outcome")


def refusals(lines: pd.DataFrame, labels: Labels, failing: Mapping[str, np.ndarray] | None = None) -> pd.Series:
    """The first rule that each line fails; a gap where it fails none.

    Parameters
    ----------
    lines : DataFrame with the columns id, label (text or numbers), action, source, reviewed_at, model_version as the feedback
        said them; `named` (bool: it said who answered); for the row that `id` names `known` (bool), `at` (when it came in),
        `served` and `version` (text, or a gap where not recorded); `ends` (when the period of the file ends); `unreadable` (the
        rule that a cell of the line failed when it was read, or a gap).
    failing : by the schema's rules of labels, the lines whose label fails them, bool of shape (lines,).
    """
    skip = lines["action"] == "skip"
    given, served = lines["label"], _served(lines)
    compared = served.notna() & given.notna() & ~skip
    same = compared & _equal(given, served)
    dependent = [name for name, source in labels.sources.items() if not source.independent]
    acted = lines["named"] & (lines["action"] != "outcome")
    against = (compared & ~same & (lines["action"] == "confirm")) | (same & (lines["action"] == "correct"))
    rules = {
        "label: no id": lines["id"].isna(),
        "label: unknown action": ~lines["action"].isin(ACTIONS),
        "label: unknown source": ~lines["source"].isin(labels.sources),
        "label: unknown row": ~lines["known"],
        "label: about another model version": _differ(lines["model_version"], lines["version"]),
        "label: given before the row came in": lines["reviewed_at"] < lines["at"],
        "label: given after the end of its file": lines["reviewed_at"] >= lines["ends"],
        "label: missing": given.isna() & ~skip,
        **{rule: pd.Series(mask, lines.index) & ~skip for rule, mask in (failing or {}).items()},
        "label: contradicts its action": against,
        "label: repeats the prediction": same & ~acted & lines["source"].isin(dependent),
    }
    failed = lines["unreadable"].copy()
    for rule, mask in rules.items():
        failed = failed.mask(failed.isna() & mask.astype("bool"), rule)
    return failed


def with_confirmed(lines: pd.DataFrame) -> pd.DataFrame:
    """A confirmation without a label confirms what was served."""
    said_yes = (lines["action"] == "confirm") & lines["label"].isna()
    return lines.assign(label=lines["label"].mask(said_yes, _served(lines)))


def _served(lines: pd.DataFrame) -> pd.Series:
    """What was served, as the kind of thing that labels are."""
    numbers = pd.api.types.is_numeric_dtype(lines["label"])
    served: pd.Series = pd.to_numeric(lines["served"], errors="coerce").astype("float64") if numbers else lines["served"]
    return served


def _equal(given: pd.Series, served: pd.Series) -> "pd.Series[bool]":
    """Numbers may differ by what a detour over 32 bits or a few digits of text changes."""
    if not pd.api.types.is_numeric_dtype(given):
        return given == served
    return pd.Series(np.isclose(given, served, rtol=1e-6, atol=0), index=given.index)


def _differ(said: pd.Series, served: pd.Series) -> "pd.Series[bool]":
    return said.notna() & served.notna() & (said != served)
