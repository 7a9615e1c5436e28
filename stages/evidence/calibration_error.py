"""Expected calibration error: how far a model's confidence is from the share that it has right."""

import numpy as np

from stages.evidence.classes import Array

BINS = 10  # of equal width
ROUNDING = 1e-9


def gaps(confidence: Array, right: Array) -> tuple[Array, Array]:
    """Each row's bin of confidence and its gap, right (0 or 1) minus confidence; both of shape (rows,)."""
    return np.minimum((confidence * BINS).astype("int8"), BINS - 1), right - confidence


def expected_error(sums: Array, rows: Array | float) -> Array:
    """From the sums of the gaps by bin, shape (..., bins): the mean over the rows of their bin's |mean gap|.

    Examples
    --------
    Two rows with confidence 0.6, one of them right, gaps 0.4 and -0.6: |-0.2| / 2 = 0.1, as 0.6 was said and 0.5 came true.

    >>> float(expected_error(np.array([0, -0.2]), 2))
    0.1
    """
    found: Array = np.abs(sums).sum(axis=-1) / rows
    return found


def shares(confidence: Array) -> bool:
    """Whether confidences are probabilities, but for the last bits of a sum: other scores have no calibration."""
    return bool(confidence.min() >= 0 and confidence.max() <= 1 + ROUNDING)


def calibration_error(confidence: Array, right: Array) -> float | None:
    """The expected calibration error of one model; None where it gives no probabilities."""
    if not shares(confidence):
        return None
    place, gap = gaps(confidence, right)
    return float(expected_error(np.bincount(place, gap, minlength=BINS), len(right)))
