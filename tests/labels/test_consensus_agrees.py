"""The consensus by a second, slow implementation of loops and dicts, and what must not matter to it."""

import math
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_votes import merged

from bench.crowd import simulated
from stages.labels import consensus
from stages.labels.consensus import PRIOR_ANSWERS, ROUNDS, ROW_ANSWERS, SETTLED, Votes, consolidate


def slow(votes, trust, classes, known):
    """The same, vote by vote; returns the posterior of each item's label, by item, and the accuracies."""
    by_item = defaultdict(list)
    for item, reviewer, label in votes:
        by_item[item].append((reviewer, label))
    several = {item: said for item, said in by_item.items() if len(said) > 1}
    before = defaultdict(float)  # (reviewer, true, given): answers
    for key in known:
        before[key] += 1

    def accuracy(seen, reviewer):
        own = {key: n for key, n in seen.items() if key[0] == reviewer}
        right = sum(n for (_, true, said), n in own.items() if true == said)
        return (PRIOR_ANSWERS * trust[reviewer] + right) / (PRIOR_ANSWERS + sum(own.values()))

    def chance(seen, reviewer, true, said):
        skill = accuracy(seen, reviewer)
        usual = skill if true == said else (1 - skill) / (classes - 1)
        row = sum(seen.get((reviewer, true, other), 0) for other in range(classes))
        return (seen.get((reviewer, true, said), 0) + ROW_ANSWERS * usual) / (row + ROW_ANSWERS)

    def posterior(seen, said, shares):
        odds = [shares[k] * math.prod(chance(seen, who, k, label) for who, label in said) for k in range(classes)]
        return [one / sum(odds) for one in odds]

    learned, total = {}, sum(len(said) for said in several.values())
    shares = class_shares([vote for said in several.values() for vote in said], classes)
    for _ in range(ROUNDS):
        seen = {key: before.get(key, 0) + learned.get(key, 0) for key in {*before, *learned}}
        new = defaultdict(float)
        for said in several.values():
            probability = posterior(seen, said, shares)
            for who, label in said:
                for k in range(classes):
                    new[who, k, label] += probability[k]
        moved = sum(abs(new.get(key, 0) - learned.get(key, 0)) for key in {*new, *learned})
        learned = new
        if moved <= SETTLED * math.sqrt(total):
            break
    seen = {key: before.get(key, 0) + learned.get(key, 0) for key in {*before, *learned}}
    best = {}
    for item, said in by_item.items():
        if item in several:
            probability = posterior(seen, said, [1] * classes)
            best[item] = max(probability[label] for _, label in said)
        else:
            ((who, label),) = said
            asked = sum(seen.get((who, k, label), 0) for k in range(classes))
            best[item] = (seen.get((who, label, label), 0) + ROW_ANSWERS * accuracy(seen, who)) / (asked + ROW_ANSWERS)
    return best, [accuracy(seen, who) for who in range(len(trust))]


def class_shares(votes, classes):
    """Votes by label, each as often as two votes of its reviewer differ, beside one of every label."""
    heard = [1.0] * classes
    for who, label in votes:
        own = [other for name, other in votes if name == who]
        heard[label] += sum(one != other for one in own for other in own) / len(own) ** 2
    return [n / sum(heard) for n in heard]


CLASSES, REVIEWERS, ITEMS = 3, 4, 8
CELLS = [(item, reviewer) for item in range(ITEMS) for reviewer in range(REVIEWERS)]
LABELS = st.integers(0, CLASSES - 1)
CROWDS = st.dictionaries(st.sampled_from(CELLS), LABELS).map(lambda said: [(*cell, label) for cell, label in said.items()])
KNOWN = st.lists(st.tuples(st.integers(0, REVIEWERS - 1), LABELS, LABELS), max_size=30)
TRUST = st.lists(st.sampled_from([0.3, 0.6, 0.9, 0.99]), min_size=REVIEWERS, max_size=REVIEWERS)


@settings(max_examples=150, deadline=None)
@given(CROWDS, TRUST, KNOWN)
def test_a_slow_implementation_agrees(votes, trust, known):
    found = merged(votes, items=ITEMS, trust=trust, classes=CLASSES, known=known)
    best, accuracy = slow(votes, trust, CLASSES, known)
    assert found.posterior == pytest.approx([best.get(item, 0) for item in range(ITEMS)], abs=1e-9)
    assert found.accuracy == pytest.approx(accuracy, abs=1e-9)


# --- what must not matter, and what must hold


@settings(max_examples=100, deadline=None)
@given(CROWDS, TRUST, KNOWN, st.randoms(use_true_random=False))
def test_the_order_of_the_votes_changes_nothing(votes, trust, known, random):
    shuffled = random.sample(votes, len(votes))
    first, second = (merged(own, items=ITEMS, trust=trust, classes=CLASSES, known=known) for own in (votes, shuffled))
    assert first.label.tolist() == second.label.tolist()
    assert first.posterior.tolist() == second.posterior.tolist()  # to the last bit
    assert first.accuracy.tolist() == second.accuracy.tolist()


@settings(max_examples=100, deadline=None)
@given(CROWDS, TRUST, KNOWN, st.permutations(range(REVIEWERS)))
def test_the_names_of_the_reviewers_change_nothing(votes, trust, known, new):
    first = merged(votes, items=ITEMS, trust=trust, classes=CLASSES, known=known)
    renamed = [(item, new[reviewer], label) for item, reviewer, label in votes]
    trusted = [trust[new.index(place)] for place in range(REVIEWERS)]
    asked = [(new[reviewer], true, said) for reviewer, true, said in known]
    second = merged(renamed, items=ITEMS, trust=trusted, classes=CLASSES, known=asked)
    assert first.label.tolist() == second.label.tolist()
    assert first.posterior == pytest.approx(second.posterior)
    assert first.accuracy == pytest.approx(second.accuracy[new])


@settings(max_examples=100, deadline=None)
@given(CROWDS, TRUST, KNOWN)
def test_a_label_is_one_that_somebody_gave_and_its_probability_is_one(votes, trust, known):
    found = merged(votes, items=ITEMS, trust=trust, classes=CLASSES, known=known)
    given_labels = {item: {label for own, _, label in votes if own == item} or {-1} for item in range(ITEMS)}
    assert all(found.label[item] in given_labels[item] for item in range(ITEMS))
    assert ((found.posterior >= 0) & (found.posterior <= 1)).all()
    assert ((found.accuracy > 0) & (found.accuracy < 1)).all()


def test_single_votes_teach_nothing():
    shared = [(item, reviewer, (item + (reviewer == 2)) % 3) for item in range(9) for reviewer in range(3)]
    single = [(9 + k, 2, k % 3) for k in range(30)]
    alone = merged(shared, trust=(0.9,) * 3, classes=3)
    beside = merged(shared + single, trust=(0.9,) * 3, classes=3)
    assert beside.posterior[:9].tolist() == alone.posterior.tolist()
    assert beside.accuracy.tolist() == alone.accuracy.tolist()


def test_the_size_of_the_blocks_changes_nothing(monkeypatch):
    crowd = simulated(1, items=500)
    votes = Votes(item=crowd.item, reviewer=crowd.reviewer, label=crowd.label)
    whole = consolidate(votes, items=500, trust=np.full(200, 0.9), classes=5)
    monkeypatch.setattr(consensus, "BLOCK_CELLS", 5 * 64)
    parts = consolidate(votes, items=500, trust=np.full(200, 0.9), classes=5)
    assert whole.label.tolist() == parts.label.tolist()
    assert whole.posterior == pytest.approx(parts.posterior)
