"""Votes as tuples, consolidated, for tests of the consensus."""

import numpy as np

from stages.labels.consensus import Consensus, Votes, consolidate, known_counts


def merged(votes, *, trust=(0.8, 0.8), classes=2, items=None, known=None, kind="int64") -> Consensus:
    """Consolidate (item, reviewer, label) after learning from known answers (reviewer, true, given)."""
    item, reviewer, label = np.array(votes, dtype=kind).reshape(-1, 3).T
    count = int(item.max(initial=-1)) + 1 if items is None else items
    before = None if known is None else counts(known, len(trust), classes)
    return consolidate(
        Votes(item=item, reviewer=reviewer, label=label), items=count, trust=np.array(trust), classes=classes, known=before
    )


def counts(answers, reviewers, classes):
    reviewer, true, said = np.array(answers, dtype="int64").reshape(-1, 3).T
    return known_counts(reviewer, true, said, reviewers=reviewers, classes=classes)
