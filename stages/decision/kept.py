"""What is kept of every promoted version beside the ledger: its score on the golden set, and its answers there."""

import math
from typing import Any

import pandas as pd

from stages import artefacts
from stages.decision.ledger import Ledger
from stages.errors import InputError
from stages.evidence.answers import read_answers, shared
from stages.evidence.golden_history import Scored
from stages.evidence.scores import score

SAME = 1e-4  # probabilities are kept to six digits, which may tie scores


def number(value: Any) -> float | None:
    """A finite number, or None: a missing side, NaN, text and booleans are never a value."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) else None


def golden_value(bundle: str, golden: str, metric: str) -> float | None:
    """The recorded score of a promoted bundle on this golden set; None where none was recorded on it."""
    path = artefacts.evaluation_of(bundle)
    record = artefacts.read_json(path) if path.is_file() else {}
    return number(record.get("golden", {}).get(metric)) if record.get("golden_md5") == golden else None


def kept_answers(versions: dict[int, str], metric: str, task: str) -> dict[int, pd.DataFrame]:
    """The golden answers of those versions (their bundles, by number) of which they were kept.

    Raises
    ------
    InputError
        Where answers are damaged, or do not score what was recorded of them: they were edited.
    """
    kept = {version: bundle for version, bundle in versions.items() if artefacts.answers_of(bundle).is_file()}
    return {version: _as_recorded(bundle, metric, task) for version, bundle in kept.items()}


def unanswered(versions: dict[int, str], golden: str, metric: str) -> tuple[int, ...]:
    """The versions with a score on this golden set of which no answers are kept: nothing can be held against them."""
    lost = {version for version, bundle in versions.items() if not artefacts.answers_of(bundle).is_file()}
    return tuple(sorted(version for version in lost if golden_value(versions[version], golden, metric) is not None))


def _as_recorded(bundle: str, metric: str, task: str) -> pd.DataFrame:
    path, record = artefacts.answers_of(bundle), artefacts.evaluation_of(bundle)
    rows, golden = read_answers(path), (artefacts.read_json(record) if record.is_file() else {}).get("golden", {})
    then, now = number(golden.get(metric)), score(metric, shared(rows, rows, task).today)
    other = now is None and task == "regression"  # of classes without probabilities some metrics cannot be had again
    if then is not None and (
        other or golden.get("n", len(rows)) != len(rows) or abs((then if now is None else now) - then) > SAME
    ):
        raise InputError(
            f"{path} must score what {record.name} says, {metric} {then} on {golden.get('n')} rows, got another value or other "
            f"rows; restore both with `git checkout -- {path.parent}`"
        )
    return rows


def scores(ledger: Ledger, golden: str, metric: str) -> list[Scored]:
    """Every promoted version with a score on this golden set, what was rolled back too."""
    found = []
    for entry in ledger.entries:
        value = golden_value(entry.bundle, golden, metric) if entry.kind == "promotion" and entry.version else None
        if value is not None:
            found.append(Scored(version=entry.version or 0, value=value, rejected=entry.bundle in ledger.rejected))
    return found
