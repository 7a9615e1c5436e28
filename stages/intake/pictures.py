"""What validation looks like: what was refused, by rule and batch, and how good the reviewers are. Same counts, same bytes."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from stages.drawing import BAD, COLOURS, draw, draw_words, short
from stages.reading.periods import period

if TYPE_CHECKING:  # heavy, and needed only to draw
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Batches = Mapping[str, Mapping[str, Any]]
Reviewers = Mapping[str, Mapping[str, Any]]
Mark = tuple[str, int, str]  # folder, place on the axis, verdict
OTHERS, GOOD, QUIET = "#999999", COLOURS[0], "#555555"
MARKS = {"blocked": ("X", BAD, "✖"), "warned": ("D", "#333333", "◆")}
MOST_PERIODS, MOST_REVIEWERS, MOST_TICKS = 60, 40, 9  # what there is room for
FEWEST_PERIODS, MANY_REVIEWERS = 8, 15  # room for that many bars at least; from so many lines on the scale is on top too
LONGEST_RULE, LONGEST_NAME, LONGEST_TICK, LONGEST_REASON = 80, 30, 12, 40  # letters that there is room for
FIGURE_SPACE = "\u2007"  # as wide as a digit
CUT, ROOM = 3.0, 10.0  # a bar of more than 3 median bars, and of more than 10 refusals, is cut off: it must not hide the others


def quarantine_picture(refused: Iterable[tuple[str, str, int]], batches: Batches, path: Path) -> None:
    """Draw what was refused: a bar a period, by rule; blocked and warned files are marked above it.

    Parameters
    ----------
    refused : batch (its key), rule, number of rows or labels in quarantine for it. What concerns a batch as a whole is not among
        them: it shows in the verdict.
    batches : by key (`raw/2026-W40.csv`) the `batch` (the period's name; None where the file declares none) and the `verdict`.
    """
    places = {name: place for place, name in enumerate(_periods(batches))}
    counts = _counts(refused, batches, list(places))
    at = [(key.partition("/")[0], places.get(_place(key, own)), own["verdict"]) for key, own in batches.items()]
    marks = [(folder, place, verdict) for folder, place, verdict in at if place is not None and verdict in MARKS]
    if counts.columns.empty and not marks:
        words = f"Nothing was refused; files accepted: {len(batches)}" if batches else "No data has come in yet."
        return draw_words(path, words)
    height = 3.2 + 0.2 * (len(counts.columns) + len({folder for folder, _, _ in marks}))
    draw(path, height, lambda figure: _quarantine(figure, counts, marks))


def reviewers_picture(reviewers: Reviewers, path: Path) -> None:
    """Draw how often each reviewer is right, with the interval, the best on top; who is set aside is marked, with the reason.

    Parameters
    ----------
    reviewers : by name `accuracy`, `accuracy_low`, `accuracy_high` (None where there is nothing to compare with),
        `gold_answers` and `agreement_rows` (what they are compared on) and `set_aside` (None or a reason).
    """
    if not reviewers:
        return draw_words(path, "No reviewer has answered yet.")
    chosen = sorted(reviewers, key=lambda name: _worst_first(name, reviewers[name]))[:MOST_REVIEWERS]
    shown = {name: reviewers[name] for name in sorted(chosen, key=lambda name: (_accuracy(reviewers[name]), name))}
    aside = sum(own["set_aside"] is not None for own in reviewers.values())
    many = "1 reviewer" if len(reviewers) == 1 else f"{len(reviewers)} reviewers"
    who = many + (f" (the {len(shown)} worst are shown)" if len(shown) < len(reviewers) else "")
    mark = "   (✖)" if aside else ""
    title = f"How often a reviewer is right: {who}, {aside or 'none'} set aside{mark}"
    draw(path, 1.3 + 0.24 * len(shown), lambda figure: _reviewers(figure, shown, title))


def _periods(batches: Batches) -> list[str]:
    """The newest places on the axis: periods by time, then the names of files that declare none."""
    named = sorted({own["batch"] for own in batches.values() if own["batch"]}, key=period)
    others = sorted({_place(key, own) for key, own in batches.items() if not own["batch"]})
    return [*named, *others][-MOST_PERIODS:]


def _place(key: str, batch: Mapping[str, Any]) -> str:
    return str(batch["batch"] or key.partition("/")[2])


def _counts(refused: Iterable[tuple[str, str, int]], batches: Batches, periods: list[str]) -> pd.DataFrame:
    """Refused rows and labels, shape (periods, rules): the most frequent rules, then all others in one column."""
    found = [(_place(key, batches[key]), rule, count) for key, rule, count in refused]
    table = pd.DataFrame(found, columns=["period", "rule", "count"])
    drawn = table[table["period"].isin(periods)]
    counts = drawn.groupby(["period", "rule"])["count"].sum().unstack(fill_value=0).reindex(periods, fill_value=0)
    ranked = sorted(counts, key=lambda rule: (-counts[rule].sum(), rule))
    rest = ranked[len(COLOURS) :]
    return counts[ranked[: len(COLOURS)]].assign(**({f"{len(rest)} other rules": counts[rest].sum(axis=1)} if rest else {}))


def _quarantine(figure: "Figure", counts: pd.DataFrame, marks: list[Mark]) -> None:
    folders = sorted({folder for folder, _, _ in marks}, reverse=True)
    heights = [0.2 * len(folders), 2.4] if marks else [2.4]
    *above, below = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    for axes in above:
        _verdicts(axes, marks, folders)
    handles = _bars(below, counts)
    names = [short(name, LONGEST_TICK) for name in counts.index.astype(str)]
    span = f"{len(names)} periods, {names[0]} to {names[-1]}" if len(names) > 1 else names[0]
    total = int(counts.to_numpy().sum())
    _title(figure, f"{f'{total:,}' if total else 'No'} refusals of rows and labels, by rule: {span}\n{_said(marks)}")
    if handles:
        widest = len(f"{counts.sum().max():,}")
        sums = [f"{counts[rule].sum():>{widest},}".replace(" ", FIGURE_SPACE) for rule in counts]
        rules = [f"{count}   {short(str(rule), LONGEST_RULE)}" for count, rule in zip(sums, counts, strict=True)]
        figure.legend(handles, rules, loc="outside lower left", frameon=False, fontsize=8)


def _said(marks: list[Mark]) -> str:
    files = {verdict: sum(own == verdict for _, _, own in marks) for verdict in MARKS}
    said = [f"{MARKS[own][2]} {count} {'file' if count == 1 else 'files'} {own}" for own, count in files.items() if count]
    return "    ".join(said) or "no file blocked or warned"


def _bars(axes: "Axes", counts: pd.DataFrame) -> list[Any]:
    """Stacked bars; those that are cut off say how high they are."""
    at, totals = np.arange(len(counts)), counts.sum(axis=1).to_numpy()
    bottoms = counts.cumsum(axis=1).to_numpy() - counts.to_numpy()
    colours = [*COLOURS, OTHERS]
    handles = [
        axes.bar(at, counts[rule], bottom=bottoms[:, k], color=colours[k], width=0.85, linewidth=0)
        for k, rule in enumerate(counts)
    ]
    usual = float(np.median(totals[totals > 0])) if totals.any() else 0.0
    top = min(max(float(totals.max()), 1.0), max(CUT * usual, ROOM))
    axes.set_ylim(0, top * 1.05)
    box = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
    for place in np.flatnonzero(totals > top).tolist():
        axes.text(place, top, f"↑ {totals[place]:,}", rotation=90, ha="center", va="top", fontsize=7, bbox=box)
    step = -(-len(counts) // MOST_TICKS)
    ticks = at[(len(counts) - 1) % step :: step]
    axes.set_xticks(ticks, [short(counts.index[place], LONGEST_TICK) for place in ticks])
    spare = max(0, FEWEST_PERIODS - len(counts)) / 2
    axes.set_xlim(-0.6 - spare, len(counts) - 0.4 + spare)
    axes.locator_params(axis="y", integer=True, nbins=6)
    axes.set_ylabel("rows and labels refused")
    _grid(axes, "y")
    if not handles:
        axes.set_yticks([])
        axes.text(0.5, 0.5, "no single row or label was refused", color=QUIET, ha="center", va="center", transform=axes.transAxes)
    return handles


def _verdicts(axes: "Axes", marks: list[Mark], folders: list[str]) -> None:
    for verdict, (shape, colour, _) in MARKS.items():
        own = [(place, folders.index(folder)) for folder, place, said in marks if said == verdict]
        at, lanes = [place for place, _ in own], [lane for _, lane in own]
        axes.plot(at, lanes, marker=shape, color=colour, linestyle="", markersize=5.5, markeredgewidth=0)
    axes.set_yticks(range(len(folders)), folders)
    axes.set_ylim(-0.6, len(folders) - 0.4)
    axes.tick_params(bottom=False, labelbottom=False, left=False)
    axes.spines[:].set_visible(False)


def _reviewers(figure: "Figure", shown: Reviewers, title: str) -> None:
    axes = figure.subplots()
    _title(figure, title)
    lows = [own["accuracy_low"] for own in shown.values() if own["accuracy"] is not None]
    left = max(0.0, min(lows, default=0.0) - 0.05)
    for place, own in enumerate(shown.values()):
        _reviewer(axes, place, own, left)
    names = [f"{short(name, LONGEST_NAME)}  (n={own['gold_answers'] + own['agreement_rows']:,})" for name, own in shown.items()]
    axes.set_yticks(range(len(shown)), names)
    axes.set_ylim(-0.7, len(shown) - 0.3)
    axes.set_xlim(left, 1.005)
    axes.xaxis.set_major_formatter("{x:.0%}")
    axes.set_xlabel(
        "share of right answers, with bounds, among the n that can be checked:\n"
        "gold questions, and rows that several reviewers answered"
    )
    many = len(shown) >= MANY_REVIEWERS
    axes.tick_params(axis="x", top=many, labeltop=many)
    _grid(axes, "x")


def _reviewer(axes: "Axes", place: int, own: Mapping[str, Any], left: float) -> None:
    shape, colour, size = ("o", GOOD, 6) if own["set_aside"] is None else ("X", BAD, 9)
    reason = short(own["set_aside"] or "", LONGEST_REASON)
    if own["accuracy"] is None:
        words = "nothing to check yet" if not reason else f"✖ {reason}; nothing to check"
        axes.text(left, place, f"  {words}", color=QUIET if not reason else colour, va="center", fontsize=8)
        return
    low, high = own["accuracy_low"], own["accuracy_high"]
    axes.plot([low, high], [place, place], color=colour, linewidth=1.6)
    axes.plot([own["accuracy"]], [place], color=colour, marker=shape, markersize=size, markeredgewidth=0)
    inside = low - left > 1 - high  # the words go where there is more room
    words, x, side = (f"{reason}  ", low, "right") if inside else (f"  {reason}", high, "left")
    axes.text(x, place, words, color=colour, ha=side, va="center", fontsize=8)


def _grid(axes: "Axes", axis: Literal["x", "y"]) -> None:
    axes.grid(axis=axis, color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _worst_first(name: str, reviewer: Mapping[str, Any]) -> tuple[int, float, str]:
    """Those set aside, then those who can be checked, then the others."""
    rank = 0 if reviewer["set_aside"] is not None else 1 if reviewer["accuracy"] is not None else 2
    return rank, _accuracy(reviewer), name


def _accuracy(reviewer: Mapping[str, Any]) -> float:
    return -1.0 if reviewer["accuracy"] is None else float(reviewer["accuracy"])


def _title(figure: "Figure", words: str) -> None:
    figure.suptitle(words, x=0.01, ha="left", fontsize=10)
