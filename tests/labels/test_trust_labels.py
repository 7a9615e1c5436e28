"""What the answers on a row say together, and where its label came from."""

import pandas as pd
import pytest
from made_feedback import LABELS, NO_GOLD, SOURCES, asked, found, gold, said

from stages.labels.consensus import PRIOR_ANSWERS, ROW_ANSWERS


@pytest.mark.parametrize("source", ["agent", "expert", "slow"])
@pytest.mark.parametrize("label", ["red", "NA", "None", "nan"])
def test_one_answer_is_as_sure_as_its_source(source, label):
    own = found({"source": source, "label": label})
    assert said(own) == {"1": label}
    assert own.labels.loc["1", "posterior"] == pytest.approx(SOURCES[source].trust)


@pytest.mark.parametrize(("least", "trusted"), [(0.9, True), (0.91, False)])
def test_a_label_below_the_least_posterior_is_a_conflict(least, trusted):
    own = found({}, labels=LABELS.model_copy(update={"min_posterior": least}))
    assert (len(own.labels), len(own.conflicts)) == ((1, 0) if trusted else (0, 1))


def test_two_equal_reviewers_who_differ_are_a_conflict():
    own = found({}, {"reviewer": "bob", "label": "blue"})
    assert own.conflicts["posterior"].to_dict() == {"1": pytest.approx(0.5)}
    assert own.conflicts["label_source"].to_dict() == {"1": "agent"}  # a person may let the row in, with its label
    assert said(own) == {}


def test_two_reviewers_who_agree_are_surer_than_one():
    own = found({}, {"reviewer": "bob"}, {"id": "2", "reviewer": "cyd", "label": "blue"})
    assert said(own) == {"1": "red", "2": "blue"}
    assert own.labels["reviewers"].to_dict() == {"1": 2, "2": 1}
    # Two at 0.9 before anything is learned: 0.81 / (0.81 + 0.01) = 0.988
    assert own.labels["posterior"].to_dict() == {"1": pytest.approx(0.988, abs=0.012), "2": pytest.approx(0.9)}


def lone(*before: dict[str, object], label: str, known: pd.Series = NO_GOLD) -> float:
    """The posterior of a label that bob alone gave, after what is known of him."""
    own = found(*before, {"reviewer": "bob", "label": label}, gold=known)
    return float(pd.concat([own.labels, own.conflicts]).loc["1", "posterior"])


def test_gold_questions_move_what_a_reviewer_is_worth():
    # Bob says red to 6 of 10 red rows and blue to 4: with 10 answers behind a trust of 0.9 his accuracy is (9 + 6) / 20 = 0.75.
    # With 40 answers behind this accuracy, 6 of 6 of his "red" are right and 0 of 4 of his "blue".
    accuracy = (PRIOR_ANSWERS * 0.9 + 6) / (PRIOR_ANSWERS + 10)
    red, blue = (ROW_ANSWERS * accuracy + 6) / (ROW_ANSWERS + 6), ROW_ANSWERS * accuracy / (ROW_ANSWERS + 4)
    assert lone(*asked("bob", 6), label="red", known=gold(10)) == pytest.approx(red)
    assert lone(*asked("bob", 6), label="blue", known=gold(10)) == pytest.approx(blue)


def test_gold_questions_decide_between_reviewers_who_differ():
    differ = [{"label": "red"}, {"reviewer": "bob", "label": "blue"}]
    assert said(found(*differ)) == {}
    assert said(found(*asked("ann", 10), *asked("bob", 6), *differ, gold=gold(10))) == {"1": "red"}


def test_rows_that_expired_tell_who_is_right_as_gold_questions_do():
    # Ann and cyd say red to all of ten old rows, bob to 6: together they say red, so bob has the same 6 of 10 as above.
    old = [own | {"role": "expired"} for own in (*asked("ann", 10), *asked("cyd", 10), *asked("bob", 6))]
    own = found(*old)
    assert own.lines["state"].tolist() == ["history"] * 30
    assert (len(own.labels), len(own.conflicts)) == (0, 0)
    blue = ROW_ANSWERS * 0.75 / (ROW_ANSWERS + 4)
    assert lone(*old, label="blue") == pytest.approx(blue)


def test_an_old_row_that_one_reviewer_answered_tells_nothing():
    assert lone(*[own | {"role": "expired"} for own in asked("bob", 6)], label="blue") == pytest.approx(0.9)


def test_an_answer_to_a_gold_question_that_is_sent_again_is_one_answer():
    once, twice = asked("bob", 6), asked("bob", 6) * 2
    assert lone(*twice, label="blue", known=gold(10)) == pytest.approx(lone(*once, label="blue", known=gold(10)))


def test_the_order_of_the_lines_changes_no_label():
    lines = [{"id": str(k % 7), "reviewer": "abc"[k % 3], "label": ["red", "blue", "green"][k % 5 % 3]} for k in range(21)]
    one, other = found(*lines), found(*reversed(lines))
    pd.testing.assert_frame_equal(one.labels, other.labels)
    pd.testing.assert_frame_equal(one.conflicts, other.conflicts)


# --- where a label came from


def test_a_label_says_which_source_gave_it_and_why_the_row_was_looked_at():
    own = found({"selection_reason": "random"}, {"id": "2", "source": "expert", "selection_reason": "low score"}, {"id": "3"})
    assert said(own, "label_source") == {"1": "agent", "2": "expert", "3": "agent"}
    assert said(own, "selection_reason") == {"1": "random", "2": "low score", "3": None}


def test_of_several_sources_that_gave_the_label_the_most_trusted_one_is_named():
    own = found(
        {"selection_reason": "random"},
        {"reviewer": "bob", "source": "expert", "selection_reason": "audit"},
        {"reviewer": "cyd", "source": "slow", "selection_reason": "complaint"},
    )
    assert (said(own, "label_source"), said(own, "selection_reason")) == ({"1": "expert"}, {"1": "audit"})


def test_a_source_that_said_something_else_is_not_named():
    names = ("ann", "cyd", "dan", "eva")
    own = found({"reviewer": "bob", "source": "expert", "label": "blue"}, *[{"reviewer": name} for name in names])
    assert (said(own), said(own, "label_source")) == ({"1": "red"}, {"1": "agent"})
