"""Rows in which nothing changes, or one column does: what the false alarms and the power of drift checks are counted on.

Needs only NumPy, pandas and pyarrow, because the peers draw the same rows in environments of their own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

Draw = Callable[[np.random.Generator, int], pd.Series]

SIZES = ((1001, 50), (1001, 1001), (10_000, 10_000), (100_000, 100_000))  # rows of the baseline, recent rows
LABEL, PREDICTED = "label", "predicted"
NUMBERS: dict[str, Draw] = {
    "normal": lambda rng, n: pd.Series(rng.normal(0, 1, n)),
    "lognormal": lambda rng, n: pd.Series(rng.lognormal(0, 1, n)),
    "gamma": lambda rng, n: pd.Series(rng.gamma(2, 2, n)),
    "uniform": lambda rng, n: pd.Series(rng.uniform(0, 1, n)),
    "normal, two decimals": lambda rng, n: pd.Series(rng.normal(0, 1, n).round(2)),
}
SIGMA = {
    "normal": 1.0,
    "lognormal": float(np.sqrt((np.e - 1) * np.e)),
    "gamma": float(np.sqrt(2) * 2),
    "uniform": float(np.sqrt(1 / 12)),
    "normal, two decimals": 1.0,
}
TEXTS, WORDS_EACH, VOCABULARY = 2000, 6, 2000


@dataclass(frozen=True, kw_only=True)
class Kind:
    """The feature columns of a family, by name, with a share of `gaps`; `answers` draws its labels and its predictions."""

    name: str
    gaps: float = 0.0
    categorical: tuple[tuple[str, Draw], ...] = ()
    numeric: tuple[tuple[str, Draw], ...] = ()
    text: tuple[tuple[str, Draw], ...] = ()
    answers: Draw


def categories(levels: int) -> Draw:
    """Values v0, v1, … of which the k-th has a share in proportion to 1 / k."""
    return _one_of([f"v{k}" for k in range(levels)])


def texts() -> Draw:
    """One of 2,000 texts of six words each, made once; words and texts are the rarer the later they come."""
    rng = np.random.default_rng(0)
    words = rng.choice(VOCABULARY, size=(TEXTS, WORDS_EACH), p=_falling(VOCABULARY))
    return _one_of([" ".join(f"word{word}" for word in row) for row in words])


def kinds() -> dict[str, Kind]:
    """The families that are measured."""
    of_levels = {levels: categories(levels) for levels in (10, 50, 2000)}
    words = (("t0", texts()),)
    several = [
        *(_of_categories(f"{levels:,} categories", draw) for levels, draw in of_levels.items()),
        numbers(5),
        Kind(name="words", text=words, answers=of_levels[10]),
        Kind(
            name="all of these, 5 % gaps",
            gaps=0.05,
            categorical=tuple((f"c{levels}", draw) for levels, draw in of_levels.items()),
            numeric=numbers(5).numeric,
            text=words,
            answers=of_levels[10],
        ),
    ]
    return {kind.name: kind for kind in several}


def numbers(columns: int) -> Kind:
    """Columns n0, n1, … of the five distributions in turn."""
    draws = list(NUMBERS.values())
    numeric = tuple((f"n{k}", draws[k % len(draws)]) for k in range(columns))
    return Kind(name="numbers", numeric=numeric, answers=NUMBERS["normal"])


def rows(kind: Kind, n: int, seed: Sequence[int]) -> pd.DataFrame:
    """`n` independent rows: the feature columns, the labels and the predictions."""
    rng = np.random.default_rng(seed)
    columns = {name: draw(rng, n) for name, draw in (*kind.categorical, *kind.numeric, *kind.text)}
    if kind.gaps:
        columns = {name: column.mask(rng.random(n) < kind.gaps) for name, column in columns.items()}
    return pd.DataFrame(columns | {LABEL: kind.answers(rng, n), PREDICTED: kind.answers(rng, n)})


def _of_categories(name: str, draw: Draw) -> Kind:
    return Kind(name=name, categorical=tuple((f"c{k}", draw) for k in range(5)), answers=draw)


def _one_of(values: list[str]) -> Draw:
    """Draw values, each independently of the others: first how many rows of each, then in which order, which is faster."""
    shares, held = _falling(len(values)), pa.array(values)

    def draw(rng: np.random.Generator, n: int) -> pd.Series:
        codes = np.repeat(np.arange(len(values)), rng.multinomial(n, shares))
        rng.shuffle(codes)
        return held.take(pa.array(codes)).to_pandas()

    return draw


def _falling(levels: int) -> np.ndarray:
    weights = 1 / np.arange(1, levels + 1)
    return weights / weights.sum()
