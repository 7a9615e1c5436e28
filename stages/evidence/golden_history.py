"""The golden set's score of every version as a picture: does anything slowly get worse?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stages.drawing import BAD, COLOURS, GREY, svg

if TYPE_CHECKING:  # heavy, and needed only to draw
    from matplotlib.figure import Figure

NOTHING = "Golden set: no version has a score on it yet."


@dataclass(frozen=True, kw_only=True)
class Scored:
    """One version's score on today's golden set; `rejected`: rolled back; `candidate`: not promoted yet."""

    version: int
    value: float
    rejected: bool = False
    candidate: bool = False


def golden_history(points: Sequence[Scored], metric: str, max_drop: float) -> str:
    """Draw the scores in the order of the versions, with the best ever reached and what may be lost of it.

    Parameters
    ----------
    max_drop : largest drop from the best that is allowed.
    """
    size = 7 if len(points) < 40 else 4
    kept = [point for point in points if not point.rejected and not point.candidate]

    def fill(figure: "Figure") -> None:
        if not points:
            figure.text(0.5, 0.5, NOTHING, ha="center", va="center", fontsize=11)
            return
        axes = figure.subplots()
        axes.plot([point.version for point in kept], [point.value for point in kept], color=COLOURS[0], linewidth=1.4)
        looks = {"promoted": ("o", COLOURS[0]), "rolled back": ("X", BAD), "candidate": ("D", COLOURS[1])}
        for name, (mark, colour) in looks.items():
            own = [point for point in points if _kind(point) == name]
            if own:
                places, values = [point.version for point in own], [point.value for point in own]
                axes.plot(places, values, mark, markersize=size, color=colour, label=name)
        if kept:
            best = max(kept, key=lambda point: point.value)
            axes.axhline(best.value, color=GREY, linewidth=1.0, label=f"best ever: version {best.version}, {best.value:.4f}")
            axes.axhline(best.value - max_drop, color=BAD, linewidth=0.8, linestyle="--", label=f"{max_drop:g} below the best")
        axes.set_xticks(*_ticks(points))
        axes.set_ylabel(f"{metric} on the golden set")
        axes.spines[["top", "right"]].set_visible(False)
        figure.legend(loc="outside lower left", ncols=5, frameon=False)

    return svg(3.2 if points else 1.0, fill)


def _kind(point: Scored) -> str:
    return "candidate" if point.candidate else "rolled back" if point.rejected else "promoted"


def _ticks(points: Sequence[Scored]) -> tuple[list[int], list[str]]:
    """At most about 20 versions are named: years of them do not fit."""
    versions = sorted({point.version for point in points})
    some = versions[:: -(-len(versions) // 20)]
    return some, [f"v{version}" for version in some]
