"""One consolidation of saved votes: `python -m bench.consolidation ours|crowdkit VOTES.npz RESULT.npz` says how long it took.

crowd-kit may live in an environment that has nothing of ours, so each side imports only its own.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

TRUST = 0.95  # as in params.yaml: the chance that a reviewer is right before anything is known of them


def ours(item: np.ndarray, reviewer: np.ndarray, label: np.ndarray) -> Callable[[], tuple[np.ndarray, np.ndarray]]:
    """Ratchet, ready to run: the label of every item and the accuracy of every reviewer."""
    from stages.labels.consensus import Votes, consolidate

    votes = Votes(item=item, reviewer=reviewer, label=label)
    items, reviewers, classes = (int(codes.max()) + 1 for codes in (item, reviewer, label))

    def consolidated() -> tuple[np.ndarray, np.ndarray]:
        found = consolidate(votes, items=items, trust=np.full(reviewers, TRUST), classes=classes)
        return found.label, found.accuracy

    return consolidated


def crowdkit(item: np.ndarray, reviewer: np.ndarray, label: np.ndarray) -> Callable[[], tuple[np.ndarray, np.ndarray]]:
    """crowd-kit with its own settings, ready to run; a reviewer's accuracy is the mean probability of the labels they gave."""
    import pandas as pd
    from crowdkit.aggregation import DawidSkene

    votes = pd.DataFrame({"task": item, "worker": reviewer, "label": label})

    def consolidated() -> tuple[np.ndarray, np.ndarray]:
        found: Any = DawidSkene().fit(votes).probas_.sort_index().sort_index(axis=1)
        probability = found.to_numpy()
        given = probability[item, found.columns.get_indexer(label)]
        return found.columns.to_numpy()[probability.argmax(axis=1)], np.bincount(reviewer, given) / np.bincount(reviewer)

    return consolidated


def main(side: str, votes: str, result: str) -> None:
    """Consolidate, save labels and accuracies, print the seconds that took."""
    saved = np.load(votes)
    ready = {"ours": ours, "crowdkit": crowdkit}[side](saved["item"], saved["reviewer"], saved["label"])
    started, busy = time.perf_counter(), time.process_time()
    label, accuracy = ready()
    spent = {"wall_s": time.perf_counter() - started, "cpu_s": time.process_time() - busy}
    np.savez(result, label=label, accuracy=accuracy)
    print(json.dumps(spent))


if __name__ == "__main__":
    main(*sys.argv[1:])
