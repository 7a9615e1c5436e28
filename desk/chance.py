"""Random numbers of the simulated desk: one stream per purpose and week; no week depends on another."""

import numpy as np

TICKETS, GOLDEN, KPI, CUSTOMERS, VOLUME, DIRT, GOLD_QUESTIONS = range(7)


def stream(seed: int, purpose: int, week: int = 0) -> np.random.Generator:
    """Generator that depends on the seed, the purpose and the week, and on nothing else."""
    return np.random.default_rng([seed, purpose, week])


def pick(cumulative: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Index drawn per row.

    Parameters
    ----------
    cumulative
        Cumulative probabilities, shape (rows, choices); the last column is 1.
    """
    drawn = rng.random(len(cumulative))[:, None] >= cumulative[:, :-1]
    return np.asarray(drawn.sum(axis=1))


def cumulated(weights: np.ndarray) -> np.ndarray:
    """Cumulative probabilities along the last axis of non-negative weights."""
    sums = np.cumsum(weights, axis=-1)
    return np.asarray(sums / sums[..., -1:])


def keyed(seed: int, keys: np.ndarray, purpose: int) -> np.ndarray:
    """Uniform number in [0, 1) for each 64-bit key, whatever the other keys are (splitmix64 finaliser).

    A ticket keeps its number when the table around it is filtered, sorted or joined with other weeks.
    """
    with np.errstate(over="ignore"):
        salt = np.uint64(seed % 2**32) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(purpose) * np.uint64(0xD1342543DE82EF95)
        mixed = _mix(_mix(keys.astype(np.uint64) + salt) + np.uint64(0x9E3779B97F4A7C15))
    return np.asarray((mixed >> np.uint64(11)).astype(np.float64) / 2.0**53)


def _mix(bits: np.ndarray) -> np.ndarray:
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(bits ^ (bits >> np.uint64(31)))
