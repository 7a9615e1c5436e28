"""Pairs of runs as a Markdown table of ratios, with the facts of the machine that a reader needs to place them."""

import importlib.metadata
import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from bench.measure import Run

HEAD = "| what | Ratchet | reference | ratio | target | pairs |\n|---|--:|--:|--:|--:|--:|"
PACKAGES = ("dvc", "scikit-learn", "pandas", "pandera", "numpy", "typer")


@dataclass(frozen=True)
class Figure:
    """One quantity of a run: its name, its unit with the digits to show, how to read it, the ratio to stay below or None."""

    name: str
    shown: str
    read: Callable[[Run], float]
    target: float | None


def wall(target: float) -> Figure:
    """The time from start to end."""
    return Figure("time", "{:.2f} s", lambda run: run.wall_s, target)


def cpu(target: float) -> Figure:
    """User and system time of all processes."""
    return Figure("CPU time", "{:.2f} s", lambda run: run.cpu_s, target)


def said_cpu(target: float | None) -> Figure:
    """User and system time of a part of the process, which it measured itself and printed last."""
    return Figure("CPU time", "{:.2f} s", lambda run: float(run.output.split()[-1]), target)


def peak(target: float) -> Figure:
    """Resident memory of the largest process."""
    return Figure("peak memory", "{:.0f} MiB", lambda run: run.peak_mib, target)


def row(what: str, figure: Figure, pairs: Sequence[tuple[Run, Run]]) -> str:
    """One line: the medians of both sides, the median of the pairs' ratios with the smallest and the largest.

    Three pairs 3/2, 4/2 and 8/2 have the medians 4 and 2, and a median ratio of 2.00 (1.50–4.00).
    """
    ours, theirs = ([figure.read(pair[side]) for pair in pairs] for side in (0, 1))
    ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
    cells = [
        f"{what}: {figure.name}",
        figure.shown.format(median(ours)),
        figure.shown.format(median(theirs)),
        f"**{_short(median(ratios))}** ({_short(min(ratios))}–{_short(max(ratios))})",
        "–" if figure.target is None else f"≤ {figure.target:g}",
        str(len(pairs)),
    ]
    return f"| {' | '.join(cells)} |"


def _short(ratio: float) -> str:
    """Two digits after the point, or two that are not zero."""
    return f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.2g}"


def machine() -> str:
    """Cores, system, Python and the versions that the figures depend on."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    return f"{cores} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}, {versions}"
