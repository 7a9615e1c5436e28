"""Both models on the holdout as pictures: gain by segment, confusion, calibration. Same evidence, same bytes."""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from stages.artefacts import DIGITS, write_text
from stages.drawing import BAD, COLOURS, GREY, draw, draw_words, short, svg
from stages.evidence.calibration import reliability
from stages.evidence.calibration_error import BINS
from stages.evidence.scores import CALIBRATION_ERROR, Array, Predictions, score

if TYPE_CHECKING:  # heavy, and needed only to draw
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GAIN, LOSS, OPEN = "#1a7f52", "#b3261e", "#6b7280"  # proven gain, proven loss, neither; told apart by shape too
LONGEST_NAME, LONGEST_CLASS = 60, 22  # letters that the pictures have room for
MOST_SEGMENTS, MOST_CLASSES = 40, 14
OLD, NEW = COLOURS[1], COLOURS[0]  # baseline, candidate
NOTHING = "Gain: nowhere are there enough rows to tell."
SILENT = "Calibration: these models give no probabilities."


def write_plots(
    folder: Path,
    baseline: Predictions,
    candidate: Predictions,
    gains: list[dict[str, Any]],
    *,
    metric: str,
    critical: Collection[str],
    margin: float,
) -> None:
    """Write `gain.svg`, and the answers: `errors.csv` (regression), or `confusion*` and `calibration*` as CSV and picture."""
    write_text(folder / "gain.svg", forest(gains, metric, critical, margin))
    answers = pd.DataFrame({"predicted": candidate.answer, "actual": candidate.truth})
    if candidate.classes is None:
        return _csv(folder / "errors.csv", answers)
    _csv(folder / "confusion.csv", answers)
    confusion_change(folder / "confusion_change.svg", baseline, candidate)
    both = {"baseline": baseline, "candidate": candidate}
    for name, said in both.items():
        _csv(folder / f"calibration_{name}.csv", reliability(said))
    calibration(folder / "calibration.svg", both)


def forest(gains: list[dict[str, Any]], metric: str, critical: Collection[str], margin: float) -> str:
    """A forest plot as SVG: all rows first, then a row a segment, the gain with its interval; zero and the margin as lines.

    Parameters
    ----------
    gains : dicts with segment, n, delta, lower, upper, all rows first; those without bounds are left out. Of very many segments
        the critical ones and those that gain least are shown.
    critical : segments that must not lose more than `margin`.
    """
    known = [gain for gain in gains if gain["lower"] is not None]
    least = sorted(known[1:], key=lambda gain: (gain["segment"] not in critical, gain["delta"], gain["segment"]))[:MOST_SEGMENTS]
    shown = [*known[:1], *(gain for gain in known[1:] if gain in least)][::-1]
    left_out = len(known) - len(shown)

    def fill(figure: "Figure") -> None:
        if not shown:
            figure.text(0.5, 0.5, NOTHING, ha="center", va="center", fontsize=11)
            return
        axes = figure.subplots()
        axes.axvline(0, color="black", linewidth=0.8)
        axes.axvline(-margin, color=BAD, linewidth=0.8, linestyle="--", gid="margin")
        for place, gain in enumerate(shown):
            _interval(axes, place, gain, strong=gain is shown[-1] or gain["segment"] in critical)
        axes.set_yticks(range(len(shown)), [_label(gain, critical) for gain in shown])
        axes.set_ylim(-0.7, len(shown) - 0.3)
        for label, gain in zip(axes.get_yticklabels(), shown, strict=True):
            label.set_fontweight("bold" if gain is shown[-1] or gain["segment"] in critical else "normal")
        more = f"\n{left_out} more segments gain more than these" if left_out > 0 else ""
        words = f"Gain in {metric}: candidate minus baseline, with bounds{more}"
        marks = "● proven gain   ◆ not proven   ✖ proven loss   ┆ largest drop that a segment may have"
        figure.suptitle(f"{words}\n{marks}", x=0.01, ha="left", fontsize=10)
        axes.spines[["top", "right"]].set_visible(False)

    return svg(1.3 + 0.27 * len(shown), fill)


def confusion_change(path: Path, baseline: Predictions, candidate: Predictions) -> None:
    """Draw how many more or fewer rows of each class get each answer, for the classes in which most changes."""
    names, changed = _changes(baseline, candidate)
    moved = np.abs(changed).sum(axis=0) + np.abs(changed).sum(axis=1)
    chosen = np.sort(np.argsort(-moved, kind="stable")[:MOST_CLASSES])
    some = changed[np.ix_(chosen, chosen)]
    labels = [short(str(names[place]), LONGEST_CLASS) for place in chosen]
    better = np.where(np.eye(len(chosen), dtype=bool), some, -some)  # more on the diagonal, fewer beside it

    def fill(figure: "Figure") -> None:
        axes = figure.subplots()
        reach = max(int(np.abs(some).max(initial=0)), 1)
        axes.imshow(better, cmap="PuOr", vmin=-reach, vmax=reach, aspect="auto")
        for row, column in np.argwhere(some):
            dark = abs(better[row, column]) > 0.6 * reach
            axes.text(column, row, _signed(some[row, column]), ha="center", va="center", color="white" if dark else "black")
        axes.set_xticks(range(len(labels)), labels, rotation=40, ha="right", rotation_mode="anchor")
        axes.set_yticks(range(len(labels)), labels)
        axes.set_xlabel("answer")
        axes.set_ylabel("truth")
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        of = f", the {len(chosen)} of {len(names)} classes that change most" if len(chosen) < len(names) else ""
        title = (
            f"Rows answered differently: candidate minus baseline{of}\nviolet: more right or fewer mistaken; orange: the reverse"
        )
        figure.suptitle(title, x=0.01, ha="left", fontsize=10)

    draw(path, 2.2 + 0.34 * len(chosen), fill)


def calibration(path: Path, both: dict[str, Predictions]) -> None:
    """Draw the share that is right by the confidence of the answer, of both models, above how many rows had that confidence.

    Parameters
    ----------
    both : answers of the baseline and of the candidate, by these names.
    """
    tables = {name: reliability(said) for name, said in both.items() if said.probability is not None}
    if not tables:
        return draw_words(path, SILENT)

    def fill(figure: "Figure") -> None:
        top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
        top.plot([0, 1], [0, 1], color=GREY, linewidth=0.8, linestyle="--")
        for side, (name, colour, mark) in enumerate((("baseline", OLD, "s"), ("candidate", NEW, "o"))):
            if name in tables:
                table = tables[name]
                words = _named(name, both[name])
                top.plot(table["confidence"], table["right"], color=colour, marker=mark, linewidth=1.4, label=words)
                places = np.minimum(np.floor(table["confidence"] * BINS), BINS - 1) / BINS + (0.03, 0.07)[side]
                bottom.bar(places, table["rows"], width=0.035, color=colour)
        top.set_ylabel("share that is right")
        top.set_ylim(-0.02, 1.02)
        bottom.set_ylabel("rows")
        bottom.set_xlabel("confidence of the answer, in tenths; on the dashed line a model is as often right as it says")
        bottom.set_xlim(0, 1.02)
        for axes in (top, bottom):
            axes.spines[["top", "right"]].set_visible(False)

        figure.legend(*top.get_legend_handles_labels(), loc="outside upper left", ncols=2, frameon=False)

    draw(path, 4.8, fill)


def _interval(axes: "Axes", place: int, gain: dict[str, Any], *, strong: bool) -> None:
    colour, mark = (GAIN, "o") if gain["lower"] > 0 else (LOSS, "X") if gain["upper"] < 0 else (OPEN, "D")
    axes.plot([gain["lower"], gain["upper"]], [place, place], color=colour, linewidth=2.6 if strong else 1.4)
    axes.plot([gain["delta"]], [place], color=colour, marker=mark, markersize=7 if strong else 5)


def _label(gain: dict[str, Any], critical: Collection[str]) -> str:
    own = "critical: " if gain["segment"] in critical else ""
    return f"{own}{short(gain['segment'], LONGEST_NAME)}  (n={gain['n']})"


def _named(name: str, said: Predictions) -> str:
    error = score(CALIBRATION_ERROR, said)
    return f"{name}: calibration error {'undefined' if error is None else f'{error:.3f}'} on {len(said.truth)} rows"


def _changes(baseline: Predictions, candidate: Predictions) -> tuple[Array, Array]:
    """The classes, and candidate minus baseline counts of shape (truth, answer)."""
    sides = [np.asarray(side).astype(str) for side in (candidate.truth, candidate.answer, baseline.answer)]
    names, codes = np.unique(np.concatenate(sides), return_inverse=True)
    truth, new, old = np.split(codes, 3)
    cells = [np.bincount(truth * len(names) + answer, minlength=len(names) ** 2) for answer in (new, old)]
    return names, (cells[0] - cells[1]).reshape(len(names), len(names))


def _signed(count: int) -> str:
    return f"{count:+d}".replace("-", "−")


def _csv(path: Path, frame: pd.DataFrame) -> None:
    write_text(path, frame.to_csv(index=False, float_format=f"%.{DIGITS}g", lineterminator="\n"))
