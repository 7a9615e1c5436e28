"""Consolidated labels against crowd-kit's Dawid-Skene: `python -m bench.labels` prints how fast and how right they are.

crowd-kit is no dependency. Install it into an environment of its own and name that environment's Python:

    python -m venv /tmp/crowdkit && /tmp/crowdkit/bin/pip install crowd-kit
    BENCH_CROWDKIT=/tmp/crowdkit/bin/python python -m bench.labels
"""

import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from bench.crowd import ITEMS, VOTES_EACH, Crowd, majority, mean_of_reviewers, simulated, textual_entailment
from bench.measure import Run, in_turns, python_with, run
from bench.table import HEAD, cpu, row, wall

ROOT = Path(__file__).resolve().parents[1]
RTE = ROOT.parent / "shared" / "datasets" / "rte" / "rte.parquet"
SEED, PAIRS = 20260105, 5
HOW = (
    "bench: crowd-kit must be importable, got a Python without it; its figures are left out. To have them: "
    "python -m venv /tmp/crowdkit && /tmp/crowdkit/bin/pip install crowd-kit, then BENCH_CROWDKIT=/tmp/crowdkit/bin/python"
)
QUALITY_HEAD = "| labels | votes | majority vote, ties shared | crowd-kit | Ratchet |\n|---|--:|--:|--:|--:|"


@dataclass(frozen=True)
class Found:
    """What one side made of the votes: a label for each item, an accuracy for each reviewer, and the cost."""

    label: np.ndarray
    accuracy: np.ndarray
    cost: Run


def main() -> None:
    """Print both tables, or what of them needs no crowd-kit and no real votes where these are not there."""
    python = python_with("crowdkit.aggregation", "BENCH_CROWDKIT")
    if python is None:
        print(HOW, file=sys.stderr)
    else:
        print(HEAD, *speed(python), "", sep="\n")
    crowds = {"simulated": simulated(SEED)}
    if RTE.exists():
        crowds["textual entailment"] = textual_entailment(RTE)
    else:
        print(f"bench: {RTE} must exist to measure on real votes; they are left out", file=sys.stderr)
    print(QUALITY_HEAD, *(line for name, crowd in crowds.items() for line in quality(name, crowd, python)), sep="\n")


def speed(python: str) -> list[str]:
    """Time and CPU time of one consolidation, once the votes are in memory, both sides in turns."""
    crowd = simulated(SEED)
    pairs = in_turns(
        lambda: consolidated(crowd, sys.executable).cost, lambda: consolidated(crowd, python, "crowdkit").cost, PAIRS
    )
    what = f"{ITEMS * VOTES_EACH // 1000}k simulated labels consolidated, against crowd-kit's Dawid-Skene"
    return [row(what, figure, pairs) for figure in (wall(0.4), cpu(0.4))]


def quality(name: str, crowd: Crowd, python: str | None) -> list[str]:
    """How many labels are right, in all and on average over the classes, and how well the reviewers are ranked by accuracy."""
    sides = [by_majority(crowd), judged(crowd, python, "crowdkit") if python else None, judged(crowd, sys.executable)]
    skill = mean_of_reviewers(crowd, crowd.right)
    figures: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
        "accuracy": lambda right, _: right.mean(),
        "balanced accuracy": lambda right, _: balanced(crowd.truth, right),
        "reviewers' ranking (Spearman)": lambda _, estimate: spearmanr(estimate, skill).statistic,
    }
    return [
        _line(f"{name}: {what}", len(crowd.item), [side and figure(*side) for side in sides]) for what, figure in figures.items()
    ]


def by_majority(crowd: Crowd) -> tuple[np.ndarray, np.ndarray]:
    """The chance that each item is right, and each reviewer's agreement with the majority."""
    chance = majority(crowd)
    agreement = mean_of_reviewers(crowd, chance[crowd.item, crowd.label])
    return chance[np.arange(len(crowd.truth)), crowd.truth], agreement


def judged(crowd: Crowd, python: str, side: str = "ours") -> tuple[np.ndarray, np.ndarray]:
    """Which items are right, and the accuracy that each reviewer is said to have."""
    found = consolidated(crowd, python, side)
    return found.label == crowd.truth, found.accuracy


def balanced(truth: np.ndarray, right: np.ndarray) -> float:
    """The mean over the classes of the share of their items that is right."""
    items = np.bincount(truth)
    return float(np.mean(np.bincount(truth, right)[items > 0] / items[items > 0]))


def consolidated(crowd: Crowd, python: str, side: str = "ours") -> Found:
    """Consolidate in a process of its own, which counts its own time: imports and files are not what is compared."""
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        votes, result = Path(folder) / "votes.npz", Path(folder) / "result.npz"
        np.savez(votes, item=crowd.item, reviewer=crowd.reviewer, label=crowd.label)
        done = run([python, "-m", "bench.consolidation", side, str(votes), str(result)], ROOT)
        with np.load(result) as saved:
            return Found(saved["label"], saved["accuracy"], replace(done, **json.loads(done.output.splitlines()[-1])))


def _line(what: str, votes: int, values: list[float | None]) -> str:
    shown = ["not installed" if value is None else f"{value:.4f}" for value in values]
    return f"| {' | '.join([what, f'{votes:,}', *shown])} |"


if __name__ == "__main__":
    main()
