"""The weeks of a picture from left to right, and above them what happened around the model: a lane for each event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from stages.drawing import GREY, short
from stages.signals.events import Events

if TYPE_CHECKING:  # heavy, and needed only to draw
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_TICKS, MOST_EVENTS, LONGEST_EVENT = 12, 8, 48  # that there is room for: week names, the newest events, letters of an event
HEIGHT, LANE = 2.8, 0.17  # inches: of the weeks, and of an event above them
EDGE = -0.6  # of the axes, at the left
BAND, WORDS = "#e9e9e9", "#444444"
KINDS = {
    "deployments": "deployed",
    "changes": "changed",
    "incidents": "incident",
    "campaigns": "campaign",
    "freezes": "freeze",
    "one_offs": "one-off",
}


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """The weeks by name, first and last day, oldest first, and the events around them."""

    weeks: Sequence[tuple[str, date, date]]
    events: Events

    @property
    def height(self) -> float:
        """Inches that `axes` takes."""
        return HEIGHT + LANE * len(self._lanes())

    def axes(self, figure: "Figure") -> "Axes":
        """Axes for the weeks, 0 in the middle of the first one, with their names below and events above and behind."""
        lanes = self._lanes()
        heights = [LANE * len(lanes), HEIGHT] if lanes else [HEIGHT]
        grid: list[Axes] = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0].tolist()
        *above, below = grid
        for axes in above:
            self._draw_events(axes, below, lanes)
        step = -(-len(self.weeks) // MOST_TICKS)
        shown = range((len(self.weeks) - 1) % step, len(self.weeks), step)
        below.set_xticks(list(shown), [self.weeks[k][0] for k in shown], rotation=30, ha="right", rotation_mode="anchor")
        below.set_xlim(EDGE, len(self.weeks) - 0.4)
        below.spines[["top", "right"]].set_visible(False)
        return below

    def place(self, day: date) -> float:
        """Where a day lies; one between two weeks that came in lies between them, one outside at the edge."""
        for k, (_, first, last) in enumerate(self.weeks):
            if day <= last:
                return k - 0.5 + max(0.0, ((day - first).days + 0.5) / ((last - first).days + 1))
        return len(self.weeks) - 0.5

    def _lanes(self) -> list[tuple[float, float, str]]:
        """Begin, end and words of the newest events that touch the weeks, oldest first; how many there were before them."""
        found = sorted(
            (*_days(event), f"{word}: {getattr(event, 'name', event.what)}")
            for kind, word in KINDS.items()
            for event in getattr(self.events, kind)
        )
        inside = [own for own in found if own[0] <= self.weeks[-1][2] and own[1] >= self.weeks[0][1]]
        newest = sorted(inside, key=lambda own: own[1])[-MOST_EVENTS:]  # what is still open is new
        lanes = [(self.place(start), self.place(end), short(words, LONGEST_EVENT)) for start, end, words in sorted(newest)]
        before = len(inside) - len(newest)
        return [(EDGE, EDGE, f"{before} earlier event{'s' * (before > 1)}"), *lanes] if before else lanes

    def _draw_events(self, above: "Axes", below: "Axes", lanes: Sequence[tuple[float, float, str]]) -> None:
        for lane, (begin, end, words) in enumerate(lanes):
            if begin < end:
                above.barh(lane, end - begin, left=begin, height=0.9, color=BAND, linewidth=0)
                below.axvspan(begin, end, color=BAND, alpha=0.6, linewidth=0, zorder=0)
            above.plot([begin], [lane], marker="|", color=GREY, markersize=7)
            below.axvline(begin, color=GREY, linewidth=0.8, linestyle=":", zorder=0.5)
            early = 2 * begin < len(self.weeks) - 1  # the words go where there is more room
            side, beside = ("left", f"  {words}") if early else ("right", f"{words}  ")
            above.text(begin, lane, beside, ha=side, va="center", fontsize=7.5, color=WORDS, in_layout=False)
        above.set_ylim(len(lanes) - 0.4, -0.6)
        above.set_axis_off()


def _days(event: Any) -> tuple[date, date]:
    """The first and last day of an event; one that is still open ends with the picture."""
    first = next(getattr(event, name) for name in ("at", "opened", "starts") if hasattr(event, name))
    last = getattr(event, "ends", None) or getattr(event, "closed", None)
    return first, last or (date.max if hasattr(event, "closed") else first)
