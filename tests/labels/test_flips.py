"""Coordinated flips: found where they are, nowhere on the simulated desk, and as a plain loop over all groups finds them."""

from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk import Desk
from stages.labels.flips import LEAST_COLLEAGUES, LEAST_HISTORY, SIGNIFICANCE, flipped

COLUMNS = ["id", "file", "reviewer", "served", "label"]


def lines(*answers: tuple[str, str, str, str, int]) -> pd.DataFrame:
    """Lines of (file, reviewer, served, label, how many), about rows of their own each."""
    rows = [own[:4] for own in answers for _ in range(own[4])]
    return pd.DataFrame([(str(k), *row) for k, row in enumerate(rows)], columns=COLUMNS, dtype="str")


def moves(file: str, reviewers: str, moved: int, rows: int) -> list[tuple[str, str, str, str, int]]:
    """Each of the reviewers moves so many of their rows from a to b."""
    return [(file, name, "a", label, n) for name in reviewers for label, n in (("b", moved), ("a", rows - moved))]


def flips(frame: pd.DataFrame, max_flip: float = 0.3) -> set[tuple[str, ...]]:
    """The file, reviewer and classes of the lines that were found."""
    found = flipped(frame, max_flip)
    assert found.dtype == bool
    assert found.index.equals(frame.index)
    return set(frame.loc[found, COLUMNS[1:]].itertuples(index=False, name=None))


# --- what is a flip


@pytest.mark.parametrize("moved", [12, 20])  # 60 % and 100 % of 20 rows
def test_two_of_ten_who_move_a_class_are_found_and_only_the_lines_they_moved(moved):
    others = [("w1", "x", "c", "b", 20), ("w1", "y", "c", "c", 20)]  # the same two on another class: one each is no group
    frame = lines(*moves("w1", "xy", moved, 20), *moves("w1", "abcdefgh", 1, 20), *others)
    found = flipped(frame, 0.3)
    assert found.sum() == 2 * moved
    assert flips(frame) == {("w1", "x", "a", "b"), ("w1", "y", "a", "b")}


@pytest.mark.parametrize("moved", [1, 9, 12, 20])
def test_where_everybody_moves_alike_the_world_has_changed(moved):
    assert not flips(lines(*moves("w1", "abcdefgh", 0, 20), *moves("w2", "abcdefgh", moved, 20)))


def test_reviewers_who_confirm_what_the_others_correct_are_no_flippers_but_the_others_are_looked_at():
    # Eight of ten move the class and two do not: which of the two is right a person has to say.
    found = flips(lines(*moves("w1", "abcdefgh", 20, 20), *moves("w1", "xy", 0, 20)))
    assert {name for _, name, _, _ in found} == set("abcdefgh")


def test_one_reviewer_alone_is_not_coordinated():
    assert not flips(lines(*moves("w1", "x", 20, 20), *moves("w1", "abcdefghi", 0, 20)))


def test_two_who_move_a_class_to_different_ones_are_not_coordinated():
    x, y = ("w1", "x", "a", "b", 20), ("w1", "y", "a", "c", 20)
    assert not flips(lines(x, y, *moves("w1", "abcdefgh", 0, 20)))


def test_two_who_do_the_same_in_different_files_are_not_coordinated():
    first = [*moves("w1", "x", 20, 20), *moves("w1", "abc", 0, 20)]
    assert not flips(lines(*first, *moves("w2", "y", 20, 20), *moves("w2", "abc", 0, 20)))


@pytest.mark.parametrize(("rows", "found"), [(LEAST_COLLEAGUES - 1, 0), (LEAST_COLLEAGUES, 2)])
def test_colleagues_must_have_seen_enough_of_the_class(rows, found):
    assert len(flips(lines(*moves("w1", "xy", 20, 20), *moves("w1", "a", 0, rows)))) == found


def test_reviewers_without_colleagues_are_not_judged():
    assert not flips(lines(*moves("w1", "xy", 20, 20)))


@pytest.mark.parametrize(("moved", "found"), [(29, 0), (30, 2)])
def test_the_limit_itself_is_a_flip(moved, found):
    assert len(flips(lines(*moves("w1", "xy", moved, 100), *moves("w1", "ab", 0, 100)))) == found


@pytest.mark.parametrize(("moved", "found"), [(39, 0), (40, 2)])
def test_a_flip_goes_beyond_what_the_colleagues_move(moved, found):
    assert len(flips(lines(*moves("w1", "xy", moved, 100), *moves("w1", "ab", 10, 100)))) == found  # 10 % + 30 %


def test_what_luck_can_do_is_no_flip():
    # Fisher: both rows of a reviewer moved, none of the 10 others: 1 / C(12, 2) = 1/66 of all ways to deal them. The level is
    # 0.01 / 3 reviewers = 1/300. With three rows each it is 1 / C(13, 3) = 1/286, with four 1 / C(14, 4) = 1/1001.
    assert [len(flips(lines(*moves("w1", "xy", n, n), *moves("w1", "a", 0, 10)))) for n in (2, 3, 4)] == [0, 0, 2]


def test_a_reviewer_whose_flips_may_be_luck_is_left_out_of_the_group():
    frame = lines(*moves("w1", "xy", 20, 20), *moves("w1", "z", 1, 1), *moves("w1", "abcdefg", 1, 20))
    assert {name for _, name, _, _ in flips(frame)} == {"x", "y"}
    assert not flips(lines(*moves("w1", "x", 20, 20), *moves("w1", "z", 1, 1), *moves("w1", "abcdefg", 1, 20)))


def test_a_group_must_be_beyond_luck_among_all_groups():
    # Two reviewers each move 4 of 4, 18 colleagues with a row each none. Alone: 1 / C(22, 4) = 1/7315 < 0.01 / 20. Together:
    # 1 / C(26, 8) = 1/1562275; there are C(20, 2) = 190 pairs, 20 sizes of groups: 0.0024 where one move is looked at. With four
    # more moves of two rows it is 0.012.
    frame = [*moves("w1", "xy", 4, 4), *moves("w1", "abcdefghijklmnopqr", 0, 1)]
    moved = [("w1", "abcdefgh"[k + j], "cdef"[k], "z", 1) for k in range(4) for j in (0, 4)]
    assert len(flips(lines(*frame))) == 2
    assert len(flips(lines(*frame, *moved[:-2]))) == 2
    assert not flips(lines(*frame, *moved))


# --- what is usual


@pytest.mark.parametrize(("rows", "found"), [(LEAST_HISTORY - 10, 2), (LEAST_HISTORY, 0)])
def test_what_was_usual_in_the_files_before_is_no_flip(rows, found):
    # Before, half of the class was moved: 70 % is no 30 % more; unless too few rows say what is usual.
    before = moves("w1", "ab", rows // 4, rows // 2)
    assert len(flips(lines(*before, *moves("w2", "xy", 14, 20), *moves("w2", "abcdefgh", 0, 20)))) == found


def test_flips_do_not_become_usual():
    # With its flips the first file would make half of the class usual, and 100 % would be no 60 % more in the second.
    weeks = [own for file in ("w1", "w2") for own in (*moves(file, "xy", 20, 20), *moves(file, "ab", 0, 20))]
    assert {file for file, *_ in flips(lines(*weeks), 0.6)} == {"w1", "w2"}


def test_the_files_before_are_those_that_came_before():
    # w9 came first. It does not know what w1 will make usual.
    flip = [*moves("w9", "xy", 14, 20), *moves("w9", "abcdefgh", 0, 20)]
    assert len(flips(lines(*flip, *moves("w1", "ab", 10, 20)))) == 2
    assert not flips(lines(*moves("w1", "ab", 10, 20), *flip))


# --- what counts


def test_of_a_reviewers_answers_on_one_row_the_last_counts():
    many = lines(*moves("w1", "xy", 20, 20), *moves("w1", "abcd", 0, 20))
    taken_back = many.assign(label="a")
    assert flips(many)
    assert not flips(pd.concat([many, taken_back], ignore_index=True))
    assert len(flips(pd.concat([taken_back, many], ignore_index=True))) == 2


def test_an_answer_that_is_repeated_is_no_more_evidence():
    # One row of one: 1 / C(41, 1) = 1/41 > 0.01 / 6 reviewers. Sent twenty times it is still one row.
    once = lines(*moves("w1", "xy", 1, 1), *moves("w1", "abcd", 0, 10))
    again = pd.concat([once[once["reviewer"].isin(["x", "y"])]] * 20 + [once], ignore_index=True)
    assert not flips(again)


@pytest.mark.parametrize("name", ["file", "reviewer", "served", "label", "id"])
def test_lines_with_a_gap_count_for_nothing(name):
    frame = lines(*moves("w1", "xy", 20, 20), *moves("w1", "abcdefgh", 0, 20))
    gaps = frame[frame["reviewer"].isin(["x", "y"])].assign(**{name: pd.Series(pd.NA, index=frame.index, dtype="str")})
    found = flipped(pd.concat([frame, gaps], ignore_index=True), 0.3)
    assert found.sum() == 40
    assert not found[len(frame) :].any()
    assert not flipped(pd.concat([frame[~frame.index.isin(gaps.index)], gaps], ignore_index=True), 0.3).any()


def test_the_index_and_the_kind_of_the_columns_do_not_matter():
    frame = lines(*moves("w1", "xy", 20, 20), *moves("w1", "abcdefgh", 0, 20))
    expected = flipped(frame, 0.3)
    assert expected.sum() == 40
    turned = frame.set_axis(range(1000, 1000 + len(frame))).sample(frac=1, random_state=1)
    assert flipped(turned, 0.3).sort_index().tolist() == expected.tolist()
    assert flipped(frame.astype("category"), 0.3).tolist() == expected.tolist()


@pytest.mark.parametrize("frame", [lines(), lines(*moves("w1", "x", 3, 9)), lines(*moves("w1", "xy", 0, 9))])
def test_nobody_or_nothing_moved_is_no_flip(frame):
    assert not flips(frame)


def test_numbers_do_not_flip():
    frame = lines(*moves("w1", "xy", 20, 20), *moves("w1", "abcdefgh", 0, 20))
    numbers = frame.assign(label=frame["label"].map({"a": 1.0, "b": 2.0}), served="1")
    assert not flips(numbers)


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
