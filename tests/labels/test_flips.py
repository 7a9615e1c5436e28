"""Coordinated flips: what is one, what is usual, what counts."""

import pandas as pd
import pytest
from made_flips import flips, lines, moves

from stages.labels.flips import LEAST_COLLEAGUES, LEAST_HISTORY, flipped

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
