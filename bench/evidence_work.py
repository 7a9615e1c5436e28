"""One side of a comparison of evidence: makes a million answers, does the work, prints what it cost as JSON.

Usage: python -m bench.evidence_work f1|segments|f1_of_72|auc          ours: processor seconds, and memory beside the answers'
       python -m bench.evidence_work scikit_learn_f1|scikit_learn_auc  the same in scikit-learn: processor seconds
"""

import json
import sys
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
import pandas as pd
from sklearn.metrics import f1_score, roc_auc_score

from bench.evidence_peer import GROUPS, LABELS, SEED, answers
from stages.evidence.paired import by_segments, difference
from stages.evidence.resampled import REPLICATES
from stages.evidence.scores import Predictions
from stages.evidence.segments import segments

ROWS, MANY = 1_000_000, 72
FEW = 3  # draws of a row bootstrap that are made, the rest is extrapolated
MIB = 2**20


def classified(labels: int) -> tuple[Predictions, Predictions]:
    """Text labels, as the loop has them."""
    names = np.array([f"class {k:02d}" for k in range(labels)], dtype=object)
    truth, old, new = (names[side] for side in answers(ROWS, labels)[:3])
    return Predictions(truth, old, None, names), Predictions(truth, new, None, names)


def scored() -> tuple[Predictions, Predictions]:
    """Two classes with probabilities; scores have no ties."""
    random, names = np.random.default_rng(SEED), np.array([0, 1])
    truth = random.integers(0, 2, ROWS)
    sides = []
    for noise in (1.1, 1.0):
        chance = 1 / (1 + np.exp(0.5 - truth - noise * random.normal(size=ROWS)))
        sides.append(Predictions(truth, (chance > 0.5).astype(int), np.column_stack([1 - chance, chance]), names))
    return sides[0], sides[1]


def size(*sides: Predictions) -> int:
    """Bytes of the answers; the truth, which both share, once."""
    columns = [sides[0].truth, *(side.answer for side in sides), *(side.probability for side in sides)]
    return sum(column.nbytes for column in columns if column is not None)


def ours(kind: str) -> dict[str, float]:
    """Time the work, then do it again to see its memory, which would slow it down."""
    sides = scored() if kind == "auc" else classified(MANY if kind == "f1_of_72" else LABELS)
    held, metric = size(*sides), "roc_auc" if kind == "auc" else "f1_macro"
    work: Callable[[], object] = lambda: difference(metric, *sides, SEED)  # noqa: E731
    if kind == "segments":
        column = np.array([f"part {code}" for code in range(GROUPS)], dtype=object)[answers(ROWS, LABELS)[3]]
        part, held = pd.DataFrame({"part": column}), held + column.nbytes
        work = lambda: by_segments(metric, *sides, segments(part, ["part"], 100, []), SEED)  # noqa: E731
    started = time.process_time()
    work()
    taken = time.process_time() - started
    tracemalloc.start()
    work()
    return {"cpu_s": taken, "answers_mib": held / MIB, "peak_mib": (held + tracemalloc.get_traced_memory()[1]) / MIB}


def scikit_learn_f1() -> dict[str, float]:
    """A row bootstrap of both models' macro F1, of which a few draws are made; labels are numbers, which it is faster on."""
    truth, old, new, _ = answers(ROWS, LABELS)
    random = np.random.default_rng(SEED)
    started = time.process_time()
    for _ in range(FEW):
        rows = random.integers(0, ROWS, ROWS)
        for side in (old, new):
            f1_score(truth[rows], side[rows], average="macro")
    return {"cpu_s": (time.process_time() - started) * REPLICATES / FEW}


def scikit_learn_auc() -> dict[str, float]:
    """The area of each model, once."""
    sides = scored()
    started = time.process_time()
    for side in sides:
        assert side.probability is not None
        roc_auc_score(side.truth, side.probability[:, 1])
    return {"cpu_s": time.process_time() - started}


if __name__ == "__main__":
    theirs = {"scikit_learn_f1": scikit_learn_f1, "scikit_learn_auc": scikit_learn_auc}
    print(json.dumps(theirs[sys.argv[1]]() if sys.argv[1] in theirs else ours(sys.argv[1])))
