"""Batch rules on what moved against the rest of its row: labels that stand on other rows, times that are in another zone."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stages.history.alignment import LAGS
from stages.history.sketch import Sketch
from stages.history.usual import ENOUGH, Change, Range, shares, unlike

Array = NDArray[Any]
History = Sequence[Sketch]

OWN = LAGS.index(0)
NATS = 15.0  # by how much a shift must make the hours likelier: e^15 times, where there are 23 shifts to choose from
MOVED = (np.arange(24) - np.arange(24)[:, np.newaxis]) % 24  # the hour that each hour was before a shift, shape (shifts, hours)
UNLIKE = 2.0  # times as far from the usual hours as the batch of the history that is farthest from the others


def nearby(own: Sketch, history: History, warn: float) -> str | None:
    """Why labels belong to a row nearby, or None.

    They agree better with the prediction of a row above or below, by half of `warn` and beyond noise; in no batch of the history
    they do.
    """
    found = _by_lag(own)
    best = int(np.argmax(found.value))
    gain = found.value[best] - found.value[OWN]
    if gain < warn / 2 or not _beats(found, best) or any(_beats(_by_lag(batch), best) for batch in history):
        return None
    where = f"{abs(LAGS[best])} {'below' if LAGS[best] > 0 else 'above'}"
    return (
        f"labels agree with the prediction of the row {where} on {found.value[best]:.1%} of the rows, "
        f"with that of their own row on {found.value[OWN]:.1%}"
    )


def agreement(own: Sketch, history: History) -> list[Change]:
    """How much less labels agree with the predictions that were served than usual.

    Of the history only those batches count in which they agree beyond chance. And nothing is said where, with these shares of
    labels and predictions, at least half of the fall could not be helped: not the labels are to blame for a model that serves one
    class.
    """
    past = [_by_lag(batch) for batch in history if not by_chance(batch)]
    if not own.agreement.compared or len(past) < ENOUGH:
        return []
    now, before = _by_lag(own), Range(*(np.stack(parts) for parts in zip(*map(_parts, past), strict=True)))
    usual = float(np.median(before.value[:, OWN]))
    could = own.agreement.at_best / own.agreement.compared - usual
    why = f"labels agree with the served prediction on {now.value[OWN]:.1%} of the rows, usually on {usual:.1%}"
    fall = -float(unlike(now, before)[OWN])
    return [Change(size=fall, why=why)] if could > -fall / 2 else []


def by_chance(batch: Sketch) -> bool:
    """Whether labels may agree with predictions no more than labels that are dealt out at random; or nothing can be compared."""
    return float(_by_lag(batch).low[OWN]) * batch.agreement.compared <= batch.agreement.by_chance


def other_zone(own: Sketch, history: History) -> str | None:
    """Why times are of another zone, or None.

    With the usual share of rows in each hour as p and the batch's own as q, its misfit is D_k = sum q log(q / p moved k hours).
    One k must make the batch likelier by `NATS` and take away half of the misfit D_0, and D_0 must be `UNLIKE` times that of any
    batch of the history against the others.
    """
    past = [np.array(batch.hours, dtype="float64") for batch in history if sum(batch.hours)]
    hours = np.array(own.hours, dtype="float64")
    if not hours.sum() or len(past) < ENOUGH:
        return None
    total = np.sum(past, axis=0)
    misfit = _misfits(hours, total)
    shift = int(np.argmin(misfit))
    usual = max(_misfits(batch, total - batch)[0] for batch in past)
    likelier = (misfit[0] - misfit[shift]) * hours.sum()
    if likelier < NATS or misfit[shift] > misfit[0] / 2 or misfit[0] < UNLIKE * usual:
        return None
    moved = shift if shift <= 12 else shift - 24
    return f"times are {moved:+d} h off the usual hours of the day: another time zone, or summer time?"


def _misfits(hours: Array, others: Array) -> Array:
    """D_k for k = 0 … 23, less what is expected of noise, at least 0; shape (24,)."""
    usual = (others + 0.5) / (others.sum() + 12)
    share = hours / hours.sum()
    information = np.log(np.where(share > 0, share, 1))
    moved = np.log(usual)[MOVED]
    noise = 23 / 2 * (1 / hours.sum() + 1 / others.sum())
    misfits: Array = np.maximum((share * (information - moved)).sum(axis=1) - noise, 0.0)
    return misfits


def _by_lag(batch: Sketch) -> Range:
    """How often labels agree, by lag; shape (5,)."""
    agreeing, compared = np.array([batch.agreement.by_lag[lag] for lag in LAGS]).T
    return shares(agreeing, compared, len(LAGS))


def _beats(found: Range, lag: int) -> bool:
    return float(found.low[lag]) > float(found.high[OWN])


def _parts(found: Range) -> tuple[Array, Array, Array]:
    return found.value, found.low, found.high
