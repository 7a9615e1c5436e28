"""Did as many rows come in as usual? Counted batch against batch; whether a batch is to be trusted is validation's question."""

from datetime import date
from typing import Any

import numpy as np
from scipy.stats import binomtest

from stages.settings import Params
from stages.signals.signal import Signal, beyond

FEWEST = 3  # batches before that make a usual size


def data_volume(validation: dict[str, Any], params: Params) -> Signal:
    """The rows of the newest accepted batch against the median of up to `batches.history` of its kind before it.

    A factor `batches.volume.warn` up or down fires, where Poisson counts do not explain it: given the sum of all, the newest is
    binomial.
    """
    name, limit, significance = "data_volume", params.batches.volume.warn, params.trigger.significance
    *before, newest = _sizes(validation)[-params.batches.history - 1 :] or [0]
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
        why=f"the newest batch has {newest} rows, {newest / usual:.2g} times the usual {usual:.0f}",
    )


def _sizes(validation: dict[str, Any]) -> list[int]:
    """Rows of the accepted batches, oldest first; of those with a period as long as the newest one's."""
    own = [batch for batch in validation["batches"].values() if batch["role"] != "feedback" and batch["verdict"] != "blocked"]
    known = sorted((_last_day(batch["batch"]), batch["batch"], batch["rows"]) for batch in own)
    return [rows for _, name, rows in known if len(name) == len(known[-1][1])]


def _last_day(name: str) -> date:
    """The last day of `2026-W40` or `2026-10-05`, about the last one of `2026-10`: enough to put them in order."""
    return date.fromisoformat({7: f"{name}-28", 8: f"{name}-7"}.get(len(name), name))
