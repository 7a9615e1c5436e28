"""Coordinated flips: nowhere on the simulated desk, found where they are, and as a plain loop over all groups finds them."""

from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_flips import COLUMNS, flips, lines, moves

from desk import Desk
from stages.labels.flips import LEAST_COLLEAGUES, LEAST_HISTORY, SIGNIFICANCE, flipped

# --- false alarms and power

KINDS = ["one queue", "stale", "bad deployment"]


@pytest.fixture(scope="module")
def desk() -> Desk:
    """A desk with a new product from week 13 on and a new, weaker reviewer from week 22 on."""
    return Desk(seed=11, tickets_per_week=1100)


def routed(tickets: pd.DataFrame, kind: str) -> np.ndarray:
    """The queue that each ticket was served to: always the same one, or mostly the right one."""
    rng, truth = np.random.default_rng(5), tickets["queue"].to_numpy(dtype=object)
    if kind == "one queue":
        return np.full(len(truth), "billing", dtype=object)
    strange = (tickets["product"] == "vela").to_numpy()  # a stale model takes the new product's questions for one of two queues
    served = np.where(strange & (rng.random(len(truth)) < 0.6), rng.choice(["technical", "sales"], len(truth)), truth)
    served = np.where(rng.random(len(truth)) < 0.15, rng.permutation(truth), served)
    if kind == "bad deployment":  # two queues are mixed up, and one is never served
        served = np.where(np.isin(truth, ["technical", "access"]) & (rng.random(len(truth)) < 0.5), "account", served)
    return served


def reviewed(desk: Desk, week: int, kind: str) -> pd.DataFrame:
    tickets = desk.tickets(week)
    served = routed(tickets, kind)
    said = desk.reviews(tickets, served).rename(columns={"ticket_id": "id", "queue": "label"})
    beside = pd.DataFrame({"served": served.astype(str)}, index=tickets["ticket_id"])
    return said[said["action"] != "skip"].join(beside, on="id").assign(file=desk.period(week))[COLUMNS]


@pytest.mark.parametrize("kind", KINDS)
def test_no_file_of_the_desk_has_a_flip(desk, kind):
    frame = pd.concat([reviewed(desk, week, kind) for week in (0, 1, 12, 13, 14, 21, 22, 23)], ignore_index=True)
    assert not flips(frame)
    assert not flips(frame, 0.1)


@pytest.mark.parametrize(("share", "power"), [(1.0, 1.0), (0.6, 0.7)])
def test_most_flips_of_two_reviewers_of_the_desk_are_found_and_nobody_else_is_blamed(desk, share, power):
    rng, frame = np.random.default_rng(3), reviewed(desk, 23, "stale")
    rows = frame.groupby(["served", "reviewer"]).size()
    hits = []
    for served in sorted(frame["served"].unique()):
        able = rows[served].index[rows[served] >= 8]  # what somebody does on fewer rows can be luck
        for _ in range(3 if len(able) > 1 else 0):
            own = (frame["served"] == served) & frame["reviewer"].isin(rng.choice(able, 2, replace=False))
            moved = own & (rng.random(len(frame)) < share)
            label = "returns" if served != "returns" else "billing"
            found = flipped(frame.assign(label=frame["label"].mask(moved, label)), 0.3)
            assert not found[~own].any()
            hits.append(found[moved].all())
    assert len(hits) >= 15
    assert np.mean(hits) >= power


def test_by_luck_alone_hardly_a_file_has_a_flip():
    # 300 files of ten reviewers with six rows each, who all move a row with the same chance. 0.01 × 300 = 3 at the most expected.
    rng = np.random.default_rng(8)
    moved = rng.binomial(6, rng.choice([0.1, 0.3, 0.5, 0.7], (300, 1)), (300, 10))
    answers = [own for k in range(300) for j, name in enumerate("abcdefghij") for own in moves(f"w{k}", name, moved[k, j], 6)]
    assert len({file for file, *_ in flips(lines(*answers), 0.1)}) <= 3


# --- a second implementation


def by_loop(frame: pd.DataFrame, max_flip: float) -> set[tuple[str, ...]]:
    """The same definition, cell by cell, with sums over binomial coefficients."""
    last = {(row.file, row.reviewer, row.id): (row.served, row.label) for row in frame.itertuples()}
    answers = [(file, name, *pair) for (file, name, _), pair in last.items()]
    files = list(dict.fromkeys(frame["file"]))
    found: set[tuple[str, ...]] = set()
    for file in files:
        own = [answer for answer in answers if answer[0] == file]
        pairs = sorted({(served, label) for _, _, served, label in own if served != label})
        looked_at = sum(sum(answer[2:] == pair for answer in own) > 1 for pair in pairs)
        for served, label in pairs:
            old = [a for a in answers if files.index(a[0]) < files.index(file) and a[2] == served and a not in found]
            usual = sum(a[3] == label for a in old) / len(old) if len(old) >= LEAST_HISTORY else 0
            said = {name: [a[3] == label for a in own if a[1:3] == (name, served)] for name in {a[1] for a in own}}
            names = group({name: (sum(did), len(did)) for name, did in said.items() if did}, usual, max_flip, looked_at)
            found |= {(file, name, served, label) for name in names}
    return found


def group(counts: dict[str, tuple[int, int]], usual: float, max_flip: float, looked_at: int) -> list[str]:
    for cut in sorted({moved / rows for moved, rows in counts.values()}):
        far = {name: own for name, own in counts.items() if own[0] / own[1] >= cut}
        theirs = [sum(own[k] for name, own in counts.items() if name not in far) for k in (0, 1)]
        if len(far) < 2 or theirs[1] < LEAST_COLLEAGUES or cut < max_flip + max(usual, theirs[0] / theirs[1]):
            continue
        names = [name for name, own in far.items() if fisher(*own, *theirs) * len(counts) < SIGNIFICANCE]
        groups = comb(len(counts), len(far)) * len(counts) * looked_at
        together = fisher(sum(own[0] for own in far.values()), sum(own[1] for own in far.values()), *theirs)
        if len(names) > 1 and together * groups < SIGNIFICANCE:
            return names
    return []


def fisher(moved: int, rows: int, others_moved: int, others: int) -> float:
    """The share of all ways to deal the moved rows that give a reviewer as many or more."""
    total = moved + others_moved
    ways = sum(comb(rows, k) * comb(others, total - k) for k in range(moved, min(rows, total) + 1))
    return ways / comb(rows + others, total)


OWN = st.tuples(st.sampled_from(["x", "y", "z"]), st.sampled_from("abcdef"), st.integers(0, 9), st.integers(0, 9))


@settings(max_examples=60, deadline=None)
@given(st.lists(OWN, max_size=16), st.integers(0, 9), st.sampled_from([0.1, 0.3, 0.6]))
def test_a_loop_over_all_cells_finds_the_same(drawn, strong, max_flip):
    # Beside what is drawn, two reviewers flip in the second file, more or less strongly.
    flip = [*moves("w1", "ab", strong, 9), *moves("w1", "cd", 0, 9)]
    answers = [(f"w{k % 2}", name, "a", label, n) for k, (label, name, n, _) in enumerate(drawn)]
    kept = [(f"w{k % 2}", name, "a", "a", n) for k, (_, name, _, n) in enumerate(drawn)]
    frame = lines(*sorted([*flip, *answers, *kept]))
    assert flips(frame, max_flip) == by_loop(frame, max_flip)
