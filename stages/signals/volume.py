"""Did as many rows come in as usual? Counted batch against batch; whether a batch is to be trusted is validation's question."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.stats import binomtest

from stages.settings import Params
from stages.signals.signal import Signal, beyond

FEWEST = 3  # batches before that make a usual size


def data_volume(validation: dict[str, Any], params: Params) -> Signal:
    """The rows of the newest batch, blocked or not, against the median of up to `batches.history` accepted ones of its kind.

    A factor `batches.volume.warn` up or down fires, where Poisson counts do not explain it: given the sum of all, the newest is
    binomial.
    """
    name, limit, significance = "data_volume", params.batches.volume.warn, params.trigger.significance
    files = delivered(validation)
    if not files:
        return Signal(name=name, state="unknown", threshold=limit, n=0, why="no file of rows declares a period")
    newest, before = files[-1]["rows"], _before(files)[-params.batches.history :]
    usual = float(np.median(before)) if len(before) >= FEWEST else 0.0
    if not usual:
        why = f"{len(before)} earlier batches of its kind have rows to compare with, {FEWEST} must"
        return Signal(name=name, state="unknown", threshold=limit, n=newest, why=why)
    past = round(usual * len(before))
    test = binomtest(newest, newest + past, 1 / (len(before) + 1))
    low, high = (float(share / (1 - share)) * len(before) for share in test.proportion_ci(1 - 2 * significance))
    far = newest >= limit * usual or newest * limit <= usual
    return Signal(
        name=name,
        state=beyond(far, test.pvalue < significance),
        value=newest / usual,
        threshold=limit,
        n=newest,
        p_value=float(test.pvalue),
        interval=(low, high),
        why=f"{_name(files[-1])}, the newest batch, has {newest} rows, {newest / usual:.2g} times the usual {usual:.0f}",
    )


def delivered(validation: dict[str, Any]) -> list[dict[str, Any]]:
    """What validation says of the files of rows that declare a period, oldest first."""
    files = [own for own in validation["batches"].values() if own["role"] != "feedback" and own["last"]]
    return sorted(files, key=lambda own: (own["last"], own["batch"]))


def _before(files: Sequence[dict[str, Any]]) -> list[int]:
    """Rows of the accepted batches before the newest file, oldest first; of those with a period as long as its own."""
    like = len(files[-1]["batch"])  # 2026-10, 2026-W40 and 2026-10-05 differ in length
    return [own["rows"] for own in files[:-1] if own["verdict"] != "blocked" and len(own["batch"]) == like]


def _name(file: dict[str, Any]) -> str:
    return f"{file['batch']} (blocked)" if file["verdict"] == "blocked" else str(file["batch"])
