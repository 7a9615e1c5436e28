"""Paired evidence against scikit-learn and fairlearn: `python -m bench.evidence` prints what a difference costs.

fairlearn is no dependency. Install it into an environment of its own and name that environment's Python:

    python -m venv /tmp/fairlearn && /tmp/fairlearn/bin/pip install fairlearn scikit-learn
    BENCH_FAIRLEARN=/tmp/fairlearn/bin/python python -m bench.evidence

How often intervals hold the truth is counted apart: `python -m bench.coverage`.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path

from bench.measure import Run, in_turns, progress, python_with, run
from bench.table import HEAD, cpu, peak, row

ROOT = Path(__file__).resolve().parents[1]
PAIRS = 3
HOW = (
    "bench: fairlearn must be importable, got a Python without it; its figure is left out. To have it: "
    "python -m venv /tmp/fairlearn && /tmp/fairlearn/bin/pip install fairlearn scikit-learn, "
    "then BENCH_FAIRLEARN=/tmp/fairlearn/bin/python"
)


def main() -> None:
    """Print the table, or what of it needs no fairlearn where there is none."""
    print(HEAD, *against_scikit_learn(), *against_fairlearn(), sep="\n", flush=True)
    print("\nThe row bootstrap is extrapolated from 3 of its 2,000 draws. 72 labels are held against the bootstrap of 6.")


def against_scikit_learn() -> list[str]:
    """A million rows: macro F1 with 2,000 replicates, and areas under the ROC curve; then what each takes beside the answers."""
    costs, memories = [], []
    for kind, what, theirs, target in WORKS:
        progress(f"{what}, {PAIRS} pairs")
        pairs = in_turns(lambda kind=kind: work(kind), lambda theirs=theirs: work(theirs), PAIRS)
        costs.append(row(what, cpu(target), pairs))
        alone = [(ours, replace(ours, peak_mib=json.loads(ours.output)["answers_mib"])) for ours, _ in pairs]
        memories.append(row(f"{what.split(', against')[0]}, with the answers, against the answers", peak(2.0), alone))
    return costs + memories


def against_fairlearn() -> list[str]:
    """A million rows against ten thousand, 2,000 replicates against 100."""
    python = python_with("fairlearn.metrics", "BENCH_FAIRLEARN")
    if python is None:
        print(HOW, file=sys.stderr)
        return []
    progress(f"fairlearn, {PAIRS} pairs")
    pairs = in_turns(lambda: work("segments"), lambda: read(run([python, "-m", "bench.evidence_peer"], ROOT)), PAIRS)
    return [row("macro F1 in 50 segments, 1M rows, against fairlearn's MetricFrame(n_boot=100), 10k rows", cpu(0.1), pairs)]


def work(kind: str) -> Run:
    """One run of `bench.evidence_work`."""
    return read(run([sys.executable, "-m", "bench.evidence_work", kind], ROOT))


def read(done: Run) -> Run:
    """With the figures that the process printed last, of the work alone."""
    last = done.output.splitlines()[-1]
    said = json.loads(last)
    return replace(done, cpu_s=said["cpu_s"], peak_mib=said.get("peak_mib", done.peak_mib), output=last)


WORKS = (
    ("f1", "macro F1 of 6 labels, 1M rows, against a row bootstrap with `f1_score`", "scikit_learn_f1", 1 / 1000),
    ("segments", "macro F1 in 50 segments, 1M rows, against the same bootstrap of the whole", "scikit_learn_f1", 1 / 200),
    ("f1_of_72", "macro F1 of 72 labels, 1M rows, against the same bootstrap of 6", "scikit_learn_f1", 1 / 200),
    ("auc", "AUC, 1M rows, against one `roc_auc_score` of each model", "scikit_learn_auc", 3.0),
)

if __name__ == "__main__":
    main()
