"""What `dvc plots show` shows: confusion matrix, calibration, gain per segment. Same evidence, same bytes."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from stages.artefacts import DIGITS, write_text
from stages.drawing import short, svg
from stages.evidence.calibration import reliability
from stages.evidence.scores import Predictions

if TYPE_CHECKING:  # heavy, and needed only to draw
    from matplotlib.figure import Figure

GAIN, LOSS, OPEN = "#1a7f52", "#b3261e", "#6b7280"  # proven gain, proven loss, neither; told apart by shape too
LONGEST_NAME = 60  # letters of a segment that the picture has room for


def write_plots(folder: Path, baseline: Predictions, candidate: Predictions, gains: list[dict[str, Any]], metric: str) -> None:
    """Write the plots: `confusion.csv` and `calibration_*.csv`, or `errors.csv` (regression), and `gain.svg`."""
    if candidate.classes is None:
        _csv(folder / "errors.csv", pd.DataFrame({"predicted": candidate.answer, "actual": candidate.truth}))
    else:
        _csv(folder / "confusion.csv", pd.DataFrame({"predicted": candidate.answer, "actual": candidate.truth}))
        _csv(folder / "calibration_baseline.csv", reliability(baseline))
        _csv(folder / "calibration_candidate.csv", reliability(candidate))
    write_text(folder / "gain.svg", forest(gains, metric))


def forest(gains: list[dict[str, Any]], metric: str) -> str:
    """A forest plot as SVG: a row a segment, the gain with its interval, zero as a line.

    Parameters
    ----------
    gains : dicts with segment, n, delta, lower, upper; rows without bounds are left out.
    """
    shown = [gain for gain in gains if gain["lower"] is not None][::-1]

    def fill(figure: "Figure") -> None:
        axes = figure.subplots()
        axes.axvline(0, color="black", linewidth=0.8)
        for place, gain in enumerate(shown):
            colour, mark = (GAIN, "o") if gain["lower"] > 0 else (LOSS, "X") if gain["upper"] < 0 else (OPEN, "D")
            axes.plot([gain["lower"], gain["upper"]], [place, place], color=colour, linewidth=1.6)
            axes.plot([gain["delta"]], [place], color=colour, marker=mark, markersize=5)
        axes.set_yticks(range(len(shown)), [f"{short(gain['segment'], LONGEST_NAME)}  (n={gain['n']})" for gain in shown])
        axes.set_xlabel(f"gain in {metric}: candidate minus baseline, with bounds\n● proven gain   ◆ not proven   ✖ proven loss")
        axes.spines[["top", "right"]].set_visible(False)

    return svg(1.2 + 0.27 * len(shown), fill)


def _csv(path: Path, frame: pd.DataFrame) -> None:
    write_text(path, frame.to_csv(index=False, float_format=f"%.{DIGITS}g", lineterminator="\n"))
