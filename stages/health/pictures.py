"""Pictures of a loop's health: what was promised and what came true, and what was live when."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from stages.decision.ledger import Ledger
from stages.drawing import BAD, COLOURS, GREY, svg
from stages.health.versions import Version, number

if TYPE_CHECKING:  # heavy, and needed only to draw
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NOTHING = "No promotion yet whose gain is known."
NAMED = 20  # versions and days that are named at most
LOOKS = {"promote": ("^", COLOURS[2]), "review": ("D", COLOURS[1]), "hold": ("v", BAD)}


def gains_picture(versions: Sequence[Version], metric: str, confidence: float) -> str:
    """Draw of each version the gain that the gate saw and, with its bounds, the one on later rows; a dummy's successor is out."""
    shown = [own for own in versions if own.before and (own.gain is not None or own.later.found)]
    places = range(len(shown))

    def fill(figure: "Figure") -> None:
        if not shown:
            figure.text(0.5, 0.5, NOTHING, ha="center", va="center", fontsize=11)
            return
        axes = figure.subplots()
        axes.axhline(0, color="black", linewidth=0.8)
        promised = [float("nan") if own.gain is None else own.gain for own in shown]
        axes.plot([place - 0.08 for place in places], promised, "D", color=GREY, markerfacecolor="white", label="at the gate")
        for place, own in zip(places, shown, strict=True):
            _later(axes, place + 0.08, own, confidence)
        axes.plot([], [], "o", color=COLOURS[0], label="on later rows")
        axes.set_xticks(*_few([f"v{own.number}" for own in shown]))
        axes.set_ylabel(f"gain in {metric}")
        axes.spines[["top", "right"]].set_visible(False)
        figure.legend(loc="outside lower left", ncols=2, frameon=False)

    return svg(3.2 if shown else 1.0, fill)


def life_picture(ledger: Ledger, until: date) -> str:
    """Draw what was live when, and what the gate said of each attempt."""
    switches = [own for own in ledger.entries if own.kind in ("promotion", "rollback")]
    ends = [*(own.as_of for own in switches[1:]), until]

    def fill(figure: "Figure") -> None:
        axes = figure.subplots()
        for own, end in zip(switches, ends, strict=True):
            days, start = max((end - own.as_of).days, 1), own.as_of.toordinal()
            colour = BAD if own.bundle in ledger.rejected else COLOURS[4]
            axes.barh(0, days, left=start, align="edge", color=colour, edgecolor="white", height=0.5)
            if days >= (until - switches[0].as_of).days / NAMED:
                axes.text(start + days / 2, 0.25, f"v{number(ledger, own.bundle)}", ha="center", va="center", fontsize=8)
        for verdict, (mark, colour) in LOOKS.items():
            said = [own.as_of.toordinal() for own in ledger.entries if own.kind == "attempt" and own.verdict == verdict]
            axes.plot(said, [0.8] * len(said), mark, color=colour, label=f"{verdict} ({len(said)})")
        days_named = sorted({own.as_of for own in ledger.entries} | {until})
        places, names = _few([day.isoformat() for day in days_named])
        axes.set_xticks([days_named[place].toordinal() for place in places], names, rotation=45, ha="right", fontsize=8)
        axes.set_yticks([0.25, 0.8], ["in production", "the gate said"])
        axes.set_ylim(-0.1, 1.1)
        axes.spines[["top", "right", "left"]].set_visible(False)
        figure.legend(loc="outside lower left", ncols=3, frameon=False)

    return svg(2.6, fill)


def _later(axes: "Axes", place: float, own: Version, confidence: float) -> None:
    if own.later.gain is None:
        return
    lower, upper = own.later.bounds(confidence)
    if lower is not None and upper is not None:
        axes.plot([place, place], [lower, upper], color=COLOURS[0], linewidth=1.6)
    axes.plot([place], [own.later.gain], "o", color=BAD if own.back else COLOURS[0], markersize=6)


def _few(names: Sequence[str]) -> tuple[list[int], list[str]]:
    """At most `NAMED` of them, at even steps, with their places."""
    some = list(range(0, len(names), -(-len(names) // NAMED))) if names else []
    return some, [names[place] for place in some]
