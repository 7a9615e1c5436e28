"""What `dvc plots show` shows: confusion matrix, calibration, gain per segment. Same evidence, same bytes."""

import io
from pathlib import Path
from typing import Any

import pandas as pd

from stages.artefacts import DIGITS, write_text
from stages.evidence.calibration import reliability
from stages.evidence.scores import Predictions

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
    import matplotlib
    from matplotlib.figure import Figure

    shown = [gain for gain in gains if gain["lower"] is not None][::-1]
    with matplotlib.rc_context({"svg.hashsalt": "ratchet", "font.size": 9, "svg.fonttype": "path"}):
        figure = Figure(figsize=(7.5, 1.2 + 0.27 * len(shown)), layout="constrained")
        axes = figure.subplots()
        axes.axvline(0, color="black", linewidth=0.8)
        for place, gain in enumerate(shown):
            colour, mark = (GAIN, "o") if gain["lower"] > 0 else (LOSS, "X") if gain["upper"] < 0 else (OPEN, "D")
            axes.plot([gain["lower"], gain["upper"]], [place, place], color=colour, linewidth=1.6)
            axes.plot([gain["delta"]], [place], color=colour, marker=mark, markersize=5)
        names = [f"{gain['segment'][:LONGEST_NAME]}  (n={gain['n']})" for gain in shown]
        axes.set_yticks(range(len(shown)), names, parse_math=False)  # a $ in a name is no formula
        axes.set_xlabel(f"gain in {metric}: candidate minus baseline, with bounds\n● proven gain   ◆ not proven   ✖ proven loss")
        axes.spines[["top", "right"]].set_visible(False)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def _csv(path: Path, frame: pd.DataFrame) -> None:
    write_text(path, frame.to_csv(index=False, float_format=f"%.{DIGITS}g", lineterminator="\n"))
