"""One signal: what was measured, against what, and whether it fired."""

from dataclasses import dataclass
from typing import Literal

State = Literal["fired", "quiet", "underpowered", "unknown"]


@dataclass(frozen=True, kw_only=True)
class Signal:
    """`value` against `threshold` on `n` rows (days, for a KPI), `why` in words.

    `unknown`: there is nothing to measure; `underpowered`: too little of it to tell. Neither is `quiet`.
    `p_value`: of no change; `interval`: of `value`. Either is None where the signal is no matter of chance.
    """

    name: str
    state: State
    value: float | None = None
    threshold: float | None = None
    n: int = 0
    p_value: float | None = None
    interval: tuple[float, float] | None = None
    why: str


def state(fired: bool) -> State:
    """Of a signal that could be measured."""
    return "fired" if fired else "quiet"


def beyond(limit: bool, chance: bool) -> State:
    """Of a value that lies beyond its limit, and beyond chance, or not; beyond the limit alone it is neither fired nor quiet."""
    return "fired" if limit and chance else "underpowered" if limit else "quiet"
