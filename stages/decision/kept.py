"""What is kept of every promoted version beside the ledger: its score on the golden set, and its answers there."""

import math
from typing import Any

import pandas as pd

from stages import artefacts
from stages.decision.ledger import Ledger
from stages.evidence.answers import read_answers
from stages.evidence.golden_history import Scored


def number(value: Any) -> float | None:
    """A finite number, or None: a missing side, NaN, text and booleans are never a value."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) else None


def golden_value(bundle: str, golden: str, metric: str) -> float | None:
    """The recorded score of a promoted bundle on this golden set; None where none was recorded on it."""
    path = artefacts.evaluation_of(bundle)
    record = artefacts.read_json(path) if path.is_file() else {}
    return number(record.get("golden", {}).get(metric)) if record.get("golden_md5") == golden else None


def kept_answers(versions: dict[int, str]) -> dict[int, pd.DataFrame]:
    """The golden answers of those versions (their bundles, by number) of which they were kept."""
    places = {version: artefacts.answers_of(bundle) for version, bundle in versions.items()}
    return {version: read_answers(path) for version, path in places.items() if path.is_file()}


def scores(ledger: Ledger, golden: str, metric: str) -> list[Scored]:
    """Every promoted version with a score on this golden set, what was rolled back too."""
    found = []
    for entry in ledger.entries:
        value = golden_value(entry.bundle, golden, metric) if entry.kind == "promotion" and entry.version else None
        if value is not None:
            found.append(Scored(version=entry.version or 0, value=value, rejected=entry.bundle in ledger.rejected))
    return found
