"""Batch rules on labels: their shares, one class alone, one reviewer."""

from collections.abc import Sequence

import numpy as np

from stages.history.sketch import Sketch
from stages.history.usual import CHANCE, ENOUGH, Change, shares, table, unlike

History = Sequence[Sketch]


def label_share(own: Sketch, history: History) -> list[Change]:
    """The class whose share of the labels moved most."""
    past = [batch.labels for batch in history if batch.labels]
    if not own.labels or len(past) < ENOUGH:
        return []
    names = sorted(set(own.labels).union(*past))
    now = shares(table([own.labels], names)[0], sum(own.labels.values()), len(names))
    before = shares(table(past, names), [[sum(batch.values())] for batch in past], len(names))
    sizes = np.abs(unlike(now, before))
    most = int(np.argmax(sizes))
    was, is_now = float(np.median(before.value, axis=0)[most]), float(now.value[most])
    why = f"one class moved from {was:.1%} to {is_now:.1%} of the labels"
    return [Change(size=float(sizes[most]), why=why)]


def one_class(own: Sketch, history: History) -> str | None:
    """Why a batch with labels of one class only is no chance, or None.

    The class is no more frequent than in the batch of the history with most of it; so many labels in a row are then too many.
    """
    past = [batch.labels for batch in history if batch.labels]
    if len(own.labels) != 1 or len(past) < ENOUGH:
        return None
    ((name, count),) = own.labels.items()
    usual = shares(table(past, [name])[:, 0], [sum(batch.values()) for batch in past])
    if usual.high.max() ** count >= CHANCE:
        return None
    return f"all {count:,} labels are of one class, which has {np.median(usual.value):.1%} usually"


def one_reviewer(own: Sketch) -> list[Change]:
    """The share of the reviewer with most answers, or twice what is sure of it if that is less; 0 if it may be an equal share."""
    total, most = sum(own.reviewers.values()), max(own.reviewers.values(), default=0)
    if not total:
        return []
    low = shares(most, total, len(own.reviewers)).low.item()
    equal = 1 / len(own.reviewers) if len(own.reviewers) > 1 else 0.0
    return [
        Change(
            size=min(most / total, 2 * low) if low > equal else 0.0,
            why=f"one reviewer of {len(own.reviewers)} gave {most / total:.1%} of the answers",
        )
    ]
