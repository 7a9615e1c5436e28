"""What the trigger looked at, week by week: drift of every column, and performance, with what happened around the model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stages.drawing import BAD, COLOURS, GREY, draw, draw_words, short
from stages.signals.timeline import Timeline

if TYPE_CHECKING:  # heavy, and needed only to draw
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MEASURED = "● measured on labels it never trained on"
ESTIMATED = "◇ estimated from its scores where labels are missing"
NO_DRIFT = "Drift: no week since the baseline's training data can be compared with its profile yet."
NO_LABELS = "Performance: no trusted label has come in yet that the baseline never trained on."
FAINT = "#bdbdbd"
MARKS = "os^DvP"  # a shape for each colour: colour is not all that tells two columns apart
LONGEST_NAME = 28  # letters of a column


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What the baseline promised in a metric, and the loss of it that matters.

    `lost`: what is estimated to be lost where labels are missing, in the `recent` newest weeks; None where there is no estimate.
    """

    metric: str
    value: float | None
    limit: float
    lost: float | None
    interval: Sequence[float] | None
    recent: int


def drift_picture(changes: Mapping[str, Mapping[str, float | None]], limit: float, timeline: Timeline, path: Path) -> None:
    """Draw the change of every column against the baseline's profile; the columns that moved most have colours and names.

    Parameters
    ----------
    changes : by column and week, as `stages.signals.drift.weekly` gives them.
    limit : the smallest change that matters.
    """
    known = {name: [change for change in own.values() if change is not None] for name, own in changes.items()}
    largest = {name: max(own) for name, own in known.items() if own}
    if not largest:
        return draw_words(path, NO_DRIFT)
    ranked = sorted(largest, key=lambda name: (-largest[name], name))
    lines = {name: [changes[name].get(week) for week, _, _ in timeline.weeks] for name in ranked}

    def fill(figure: "Figure") -> None:
        axes = timeline.axes(figure)
        handles = [_line(axes, own, place) for place, own in enumerate(lines.values())][: len(COLOURS)]
        _level(axes, limit, f"{100 * limit:g}% and\nmore matters", BAD, "center")
        axes.set_ylim(0, max(1.08 * max(largest.values()), 1.3 * limit, 0.01))
        axes.yaxis.set_major_formatter(lambda share, _: f"{100 * share:g}%")
        axes.set_ylabel("change (share of rows)")
        steadier = len(ranked) - len(handles)
        grey = f" ({steadier} steadier column{'s' * (steadier > 1)} in grey)" if steadier else ""
        figure.suptitle(f"Drift against the baseline's profile, by week{grey}", x=0.01, ha="left", fontsize=10)
        names = [short(name, LONGEST_NAME) for name in ranked[: len(handles)]]
        figure.legend(handles, names, loc="outside lower left", ncols=3, frameon=False)

    draw(path, timeline.height + 1.0, fill)


def performance_picture(measured: Sequence[Mapping[str, Any]], promise: Promise, timeline: Timeline, path: Path) -> None:
    """Draw the baseline's metric by week with its interval, beside what it promised.

    Parameters
    ----------
    measured : dicts with batch, value, low, high; None where undefined.
    """
    places = {week: place for place, (week, _, _) in enumerate(timeline.weeks)}
    known = [own for own in measured if own["value"] is not None and own["batch"] in places]
    if not known and promise.lost is None:
        return draw_words(path, NO_LABELS)

    def fill(figure: "Figure") -> None:
        axes = timeline.axes(figure)
        for own in known:
            reach = None if own["low"] is None or own["high"] is None else (own["low"], own["high"])
            _point(axes, places[own["batch"]], own["value"], reach, color=COLOURS[0], marker="o")
        if promise.value is not None:
            _promised(axes, promise, promise.value, len(timeline.weeks))
        axes.set_ylabel(promise.metric)
        axes.margins(y=0.1)
        caption = f"{MEASURED}   {ESTIMATED}" if promise.lost is not None else MEASURED
        figure.suptitle(f"The baseline's {promise.metric}, by week\n{caption}", x=0.01, ha="left", fontsize=10)

    draw(path, timeline.height + 0.8, fill)


def _line(axes: "Axes", changes: Sequence[float | None], rank: int) -> Any:
    """A column's line; of those that moved most in a colour of its own, on top."""
    how: dict[str, Any] = {"color": FAINT, "linewidth": 0.8, "markersize": 2, "marker": "o"}
    if rank < len(COLOURS):
        how = {"color": COLOURS[rank], "linewidth": 1.6, "markersize": 4, "marker": MARKS[rank]}
    values = [float("nan") if own is None else own for own in changes]
    return axes.plot(range(len(values)), values, zorder=4 - rank / (rank + 1), **how)[0]


def _promised(axes: "Axes", promise: Promise, value: float, weeks: int) -> None:
    """Lines for the promise and for the loss that matters, and the estimate over the recent weeks."""
    _level(axes, value, "promised", "black", "bottom")
    _level(axes, value - promise.limit, "a loss\nthat matters", BAD, "top")
    if promise.lost is None:
        return
    reach = promise.interval and [value - own for own in promise.interval]
    place, estimate = weeks - 1 - (promise.recent - 1) / 2, value - promise.lost
    axes.plot([weeks - promise.recent - 0.3, weeks - 0.7], [estimate] * 2, color=GREY, linewidth=1, linestyle=":")
    _point(axes, place, estimate, reach, color=GREY, marker="D", markerfacecolor="white")


def _point(axes: "Axes", place: float, value: float, reach: Sequence[float] | None, color: str, **how: Any) -> None:
    if reach:
        axes.plot([place, place], reach, color=color, linewidth=1.6)
    axes.plot([place], [value], color=color, linestyle="", markersize=6, **how)


def _level(axes: "Axes", value: float, words: str, color: str, va: str) -> None:
    """A line across, with its words at the right end."""
    axes.axhline(value, color=color, linewidth=1, linestyle="--" if color == BAD else "-")
    place = axes.get_yaxis_transform()
    axes.text(1.01, value, words, transform=place, color=color, va=va, fontsize=8)
