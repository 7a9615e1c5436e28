"""Whose answers count: what a person releases, who is set aside, who did not sign."""

import pytest
from made_feedback import asked, found, gold, said, states, unsigned

# --- releases


def test_a_line_that_a_person_released_counts_again():
    broken = {"rule": "label: contradicts its action"}
    assert states(broken, broken | {"id": "2"}) == ["refused", "refused"]
    own = found(broken, broken | {"id": "2"}, released={"label: contradicts its action": [1]})
    assert own.lines["state"].tolist() == ["refused", "voted"]
    assert own.lines["released"].tolist() == [False, True]
    assert own.lines["rule"].tolist() == [broken["rule"]] * 2  # what was released stays to be seen
    assert said(own) == {"2": "red"}


def test_a_release_from_another_rule_changes_nothing():
    assert states({"rule": "label: contradicts its action"}, released={"label: unknown row": [0]}) == ["refused"]


def test_lines_of_a_reviewer_who_was_set_aside_can_be_released():
    lines = [*asked("bob", 2), {"reviewer": "bob"}, {"reviewer": "bob", "id": "2"}]
    assert states(*lines, gold=gold(10)) == ["refused"] * 12
    own = found(*lines, gold=gold(10), released={"label: reviewer contradicts gold": [10]})
    assert own.lines["state"].tolist() == [*["refused"] * 10, "voted", "refused"]
    assert own.lines["rule"].unique().tolist() == ["label: reviewer contradicts gold"]


def test_a_flip_that_a_person_released_counts_again():
    flip = [{"id": f"{who}{k}", "reviewer": who, "label": "red"} for who in ("x", "y") for k in range(9)]
    rest = [{"id": f"{who}{k}", "reviewer": who, "label": "blue", "action": "confirm"} for who in "abc" for k in range(9)]
    own = found(*flip, *rest)
    assert own.lines["state"].tolist() == [*["refused"] * 18, *["voted"] * 27]
    assert own.lines["rule"].dropna().unique().tolist() == ["label: coordinated flip"]
    again = found(*flip, *rest, released={"label: coordinated flip": [0, 17]})
    assert again.lines["state"].tolist() == ["voted", *["refused"] * 16, *["voted"] * 28]


def test_a_release_from_one_rule_does_not_release_a_reviewer_who_was_set_aside():
    lines = [*asked("bob", 2), {"reviewer": "bob", "rule": "label: contradicts its action"}]
    own = found(*lines, gold=gold(10), released={"label: contradicts its action": [10]})
    assert own.lines["state"].iloc[10] == "refused"


@pytest.mark.parametrize("change", [{"id": "g0"}, {}, {"role": "expired"}])
def test_a_line_from_an_unknown_source_does_not_break_what_others_say(change):
    line = {"source": "intern", "rule": "label: unknown source"} | change
    own = found(line, {"id": "2"}, gold=gold(1), released={"label: unknown source": [0]})
    assert said(own)["2"] == "red"


def test_a_line_without_a_label_says_nothing_even_if_it_is_released():
    own = found({"label": None, "rule": "label: missing"}, {"id": "2"}, released={"label: missing": [0]})
    assert said(own) == {"2": "red"}
    assert "1" not in own.conflicts.index


# --- who is heard


def test_lines_that_do_not_count_set_nobody_aside():
    fast = [{"id": str(k), "seconds": 0.1} for k in range(5)]
    assert states(*fast) == ["refused"] * 5
    assert states(*[own | {"action": "skip", "label": None} for own in fast], {"id": "9"})[-1] == "voted"
    assert states(*[own | {"blocked": True} for own in fast], {"id": "9"})[-1] == "voted"
    assert states(*[own | {"rule": "label: unknown row"} for own in fast], {"id": "9"})[-1] == "voted"


def test_a_reviewer_who_was_set_aside_leaves_the_others_alone_and_is_reported():
    own = found(*asked("bob", 2), *asked("ann", 10), {"reviewer": "bob", "label": "blue"}, {}, gold=gold(10))
    assert said(own) == {"1": "red"}
    assert own.reviewers["bob"]["set_aside"] == "contradicts gold"
    assert (own.reviewers["bob"]["gold_answers"], own.reviewers["bob"]["gold_right"]) == (10, 2)
    assert own.reviewers["ann"]["set_aside"] is None


def test_gold_rows_have_no_label_of_their_own():
    own = found(*asked("ann", 10), gold=gold(10))
    assert (len(own.labels), len(own.conflicts)) == (0, 0)


# --- since when


LATE, EARLY = "2026-04-20", "2026-04-19T23:59:59"  # 182 days end on October 18: the first of them, and the moment before


@pytest.mark.parametrize(("time", "aside"), [(LATE, "contradicts gold"), (EARLY, None)])
def test_gold_questions_count_as_far_back_as_rows_train(time, aside):
    own = found(*asked("bob", 2, reviewed_at=time), {"reviewer": "bob"}, gold=gold(10))
    assert own.reviewers["bob"]["set_aside"] == aside
    assert own.reviewers["bob"]["gold_answers"] == (10 if aside else 0)


@pytest.mark.parametrize(("time", "aside"), [(LATE, "answers too fast"), (EARLY, None)])
def test_speed_counts_as_far_back_as_rows_train(time, aside):
    fast = [{"id": str(k), "reviewer": "bob", "seconds": 0.1, "reviewed_at": time} for k in range(5)]
    assert found(*fast, {"reviewer": "bob"}).reviewers["bob"]["set_aside"] == aside


@pytest.mark.parametrize(("ends", "aside"), [("2026-04-20T00:00:01", True), ("2026-04-20", False)])
def test_an_answer_without_a_time_is_as_old_as_its_file(ends, aside):
    own = found(*asked("bob", 2, reviewed_at=None, ends=ends), {"reviewer": "bob"}, gold=gold(10))
    assert bool(own.reviewers["bob"]["set_aside"]) == aside


def test_one_who_turns_bad_is_judged_by_what_is_new():
    # 4 of 12 right of late; with 300 right ones of years ago it would be 304 of 312.
    old = [own for k in range(30) for own in asked("bob", 10, reviewed_at="2025-01-01", id_from=10 * k)]
    own = found(*old, *asked("bob", 4, rows=12, id_from=300), {"reviewer": "bob"}, gold=gold(312))
    assert own.reviewers["bob"]["set_aside"] == "contradicts gold"
    assert own.lines["state"].iloc[-1] == "refused"


def test_old_gold_questions_do_not_vouch_for_an_answer_of_today():
    # Ten right answers would make (9 + 10) / 20 = 0.95 of a trust of 0.9.
    old = found(*asked("bob", 10, reviewed_at="2025-01-01"), {"reviewer": "bob"}, gold=gold(10))
    assert old.labels.loc["1", "posterior"] == pytest.approx(0.9)


# --- who did not sign


def test_an_answer_that_nobody_signed_counts_once_however_often_it_is_given():
    own = found(*[unsigned()] * 9, {"reviewer": "bob", "label": "blue"}, unsigned("expert"))
    assert own.lines["state"].tolist() == [*["superseded"] * 8, *["voted"] * 3]
    assert own.labels["reviewers"].to_dict() == {"1": 3}


def test_answers_that_nobody_signed_and_that_differ_cancel_out():
    own = found(unsigned(), unsigned() | {"label": "blue", "reviewed_at": "2026-10-06"})
    assert own.lines["state"].tolist() == ["voted", "voted"]
    assert own.conflicts["posterior"].to_dict() == {"1": pytest.approx(0.5)}
    assert (len(own.labels), own.conflicts["reviewers"].to_dict()) == (0, {"1": 1})


def test_one_who_signs_settles_what_those_who_do_not_sign_differ_on():
    own = found(unsigned(), unsigned() | {"label": "blue"}, {"reviewer": "bob", "label": "blue"})
    assert said(own) == {"1": "blue"}


def test_numbers_that_nobody_signed_are_one_voice():
    # 2, 3 and 4 of nobody are one 3; with ann's 5 and bob's 6 the middle is 5. Of all five numbers it would be 4.
    voices = [unsigned() | {"label": value} for value in (2.0, 3.0, 4.0)]
    others = [{"label": 5.0}, {"label": 6.0, "reviewer": "bob"}, {"id": "2", "label": 90.0}]
    own = found(*voices, *others, task="regression")
    assert said(own) == {"1": 5.0, "2": 90.0}
    assert own.labels["reviewers"].to_dict() == {"1": 3, "2": 1}
    far = found(unsigned() | {"label": 0.0}, unsigned() | {"label": 50.0}, {"id": "2", "label": 10.0}, task="regression")
    assert far.conflicts.index.tolist() == ["1"]  # 50 apart, further than all labels vary


def test_one_who_is_called_as_the_source_is_somebody():
    own = found(unsigned(), {"reviewer": "agent", "label": "blue"})
    assert own.conflicts["reviewers"].to_dict() == {"1": 2}
