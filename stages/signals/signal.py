"""One signal: what was measured, against what, and whether it fired."""

from dataclasses import dataclass
from typing import Literal

State = Literal["fired", "quiet", "underpowered", "unknown"]


@dataclass(frozen=True)
class Signal:
    """`value` against `threshold` on `n` rows, `why` in words; `unknown`: nothing to measure, which is not `quiet`."""

    name: str
    state: State
    value: float | None
    threshold: float | None
    n: int
    why: str


def flag(name: str, fired: bool, value: float | None, threshold: float | None, n: int, why: str) -> Signal:
    """A signal that is either fired or quiet."""
    return Signal(name, "fired" if fired else "quiet", value, threshold, n, why)
