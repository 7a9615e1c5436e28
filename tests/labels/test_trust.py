"""From lines of feedback to one trusted label a row: what becomes of each line, and what the lines say together."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.labels.consensus import PRIOR_ANSWERS, ROW_ANSWERS
from stages.labels.trust import STATES, Trusted, trust
from stages.sections import Labels, Source

AS_OF = date(2026, 10, 18)
SOURCES = {
    "agent": Source(trust=0.9, maturity_days=7, independent=True),
    "expert": Source(trust=0.99, maturity_days=7, independent=True),
    "slow": Source(trust=0.8, maturity_days=14, independent=True),
    "slower": Source(trust=0.8, maturity_days=15, independent=True),
}
LABELS = Labels(sources=SOURCES, min_posterior=0.7, min_accuracy=0.7, min_seconds=1, max_flip=0.3)
NO_GOLD = pd.Series(dtype="str")
# An answer of ann about a row of the week that ended two weeks before `AS_OF`.
GOOD = {
    "id": "1", "label": "red", "reviewer": "ann", "action": "correct", "source": "agent", "seconds": 10.0,
    "selection_reason": None, "reviewed_at": "2026-10-05", "served": "blue", "file": "feedback/2026-W41.csv", "rule": None,
    "blocked": False, "role": "training", "last": "2026-10-04",
}  # fmt: skip
KINDS = dict.fromkeys(GOOD, "str") | {
    "seconds": "float64", "reviewed_at": "datetime64[us, UTC]", "blocked": "bool", "last": "datetime64[us]",
}  # fmt: skip


def feedback(*changes: dict[str, object], label: str = "str") -> pd.DataFrame:
    """A line a dict, each the good one with changes; columns have the kinds that reading gives them."""
    lines, kinds = [GOOD | own for own in changes], KINDS | {"label": label}
    return pd.DataFrame({name: pd.Series([own[name] for own in lines], dtype=kind) for name, kind in kinds.items()})


def found(
    *changes: dict[str, object], gold: pd.Series = NO_GOLD, labels: Labels = LABELS, task: str = "classification",
    released: dict[str, list[int]] | None = None,
) -> Trusted:  # fmt: skip
    """What the lines say; `released` has the lines that a person let in, by rule."""
    lines = feedback(*changes, label="float64" if task == "regression" else "str")
    places = np.arange(len(lines))
    return trust(lines, gold, labels, AS_OF, task, lambda rule: np.isin(places, (released or {}).get(rule, [])))


def states(*changes: dict[str, object], **more: object) -> list[str]:
    return found(*changes, **more).lines["state"].tolist()  # type: ignore[arg-type]


def said(own: Trusted, name: str = "label") -> dict[str, object]:
    """A column of the trusted labels by id, gaps as None."""
    return {key: None if pd.isna(value) else value for key, value in own.labels[name].items()}


def gold(rows: int) -> pd.Series:
    return pd.Series({f"g{k}": "red" for k in range(rows)}, dtype="str")


def asked(reviewer: str, right: int, rows: int = 10, **more: object) -> list[dict[str, object]]:
    """Answers to gold questions whose truth is red."""
    usual = {"reviewer": reviewer, "role": None} | more
    return [usual | {"id": f"g{k}", "label": "red" if k < right else "blue"} for k in range(rows)]


# --- what becomes of a line


@pytest.mark.parametrize(
    ("state", "change"),
    [
        ("voted", {}),
        ("voted", {"role": "holdout"}),
        ("voted", {"reviewed_at": None}),
        ("voted", {"reviewed_at": "2026-10-18T23:59:59"}),
        ("gold", {"id": "g0"}),
        ("gold", {"id": "g0", "role": None, "last": None}),  # a golden row that is in no batch
        ("gold", {"id": "g0", "role": "immature"}),
        ("history", {"role": "expired"}),
        ("skipped", {"action": "skip", "label": None}),
        ("skipped", {"action": "skip", "id": "g0"}),
        ("waiting", {"role": "immature"}),
        ("waiting", {"role": None, "last": None}),  # the row did not pass, or its batch is blocked
        ("waiting", {"reviewed_at": "2026-10-19"}),  # said on the day after `AS_OF`
        ("waiting", {"source": "slower"}),
        ("waiting", {"source": "slower", "role": "expired"}),
        ("refused", {"rule": "label: missing", "label": None}),
        ("refused", {"rule": "label: unknown source", "source": "intern"}),
        ("refused", {"rule": "label: unknown row", "action": "skip"}),
        ("refused", {"rule": "label: contradicts its action", "id": "g0"}),
        ("blocked", {"blocked": True}),
        ("blocked", {"blocked": True, "rule": "label: missing", "label": None}),
        ("blocked", {"blocked": True, "action": "skip"}),
        ("blocked", {"blocked": True, "id": "g0"}),
    ],
)
def test_a_line_has_the_state_of_the_first_reason_that_applies(state, change):
    assert states({"id": "2", "reviewer": "bob"}, change, gold=gold(1)) == ["voted", state]


@pytest.mark.parametrize(("source", "state"), [("agent", "voted"), ("slow", "voted"), ("slower", "waiting")])
def test_each_source_matures_by_itself(source, state):
    assert states({"source": source}) == [state]  # the batch ended 14 days before


def test_a_later_answer_of_a_reviewer_replaces_an_earlier_one_however_they_arrive():
    early, late = {"label": "blue", "reviewed_at": "2026-10-05"}, {"label": "red", "reviewed_at": "2026-10-06"}
    assert states(early, late) == ["superseded", "voted"]
    assert states(late, early) == ["voted", "superseded"]
    assert said(found(late, early)) == {"1": "red"}


def test_of_answers_without_a_time_the_last_one_in_the_files_counts_and_one_with_a_time_before_it():
    first, second = {"label": "blue", "reviewed_at": None}, {"label": "red", "reviewed_at": None}
    assert states(first, second) == ["superseded", "voted"]
    assert states({"label": "green"}, first, second) == ["voted", "superseded", "superseded"]


def test_a_skip_takes_nothing_back():
    assert states({}, {"action": "skip", "label": None, "reviewed_at": "2026-10-06"}) == ["voted", "skipped"]


def test_an_answer_that_does_not_count_replaces_none_that_does():
    later = {"label": "blue", "reviewed_at": "2026-10-06"}
    assert states({}, later | {"rule": "label: unknown row"}) == ["voted", "refused"]
    assert states({}, later | {"blocked": True}) == ["voted", "blocked"]
    assert states({}, later | {"source": "slower"}) == ["voted", "waiting"]


def test_what_one_reviewer_says_for_two_sources_stays_apart():
    own = found({}, {"source": "expert", "label": "blue", "reviewed_at": "2026-10-06"})
    assert own.lines["state"].tolist() == ["voted", "voted"]
    assert (said(own), said(own, "label_source")) == ({"1": "blue"}, {"1": "expert"})  # 0.99 against 0.9
    # Four wrong answers for one source take nothing from the trust in the other.
    expert = found(*asked("ann", 6), {"source": "expert"}, gold=gold(10))
    assert expert.labels.loc["1", "posterior"] == pytest.approx(0.99)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "id": st.sampled_from(["1", "2", "g0", "g1"]),
                "label": st.sampled_from(["red", "blue"]),
                "reviewer": st.sampled_from(["ann", "bob"]),
                "action": st.sampled_from(["correct", "confirm", "outcome", "skip"]),
                "source": st.sampled_from(list(SOURCES)),
                "seconds": st.sampled_from([0.1, 10.0, None]),
                "reviewed_at": st.sampled_from(["2026-10-05", "2026-10-19", None]),
                "rule": st.sampled_from([None, None, None, "label: unknown row"]),
                "blocked": st.sampled_from([False, False, False, True]),
                "role": st.sampled_from(["training", "holdout", "expired", "immature", None]),
            }
        ),
        max_size=25,
    ),
    st.sampled_from(["classification", "regression"]),
)
def test_every_line_has_one_state_and_every_vote_is_in_one_label(drawn, task):
    number = {"red": 1.0, "blue": 2.0}
    lines = [own | {"label": number[own["label"]]} for own in drawn] if task == "regression" else drawn
    known = gold(2) if task == "classification" else NO_GOLD
    own = found(*lines, gold=known, task=task, released={"label: unknown row": [0, 1, 2]})
    assert len(own.lines) == len(lines)
    assert own.lines["state"].isin(STATES).all()
    voted = own.lines[own.lines["state"] == "voted"]
    assert not voted.duplicated(["id", "reviewer", "source"]).any()
    assert sorted([*own.labels.index, *own.conflicts.index]) == sorted(voted["id"].unique())
    votes = pd.concat([own.labels, own.conflicts])["reviewers"]
    assert votes.sort_index().to_dict() == voted.groupby("id").size().sort_index().to_dict()
    if task == "classification":  # a label is one that somebody gave, from the source that gave it
        given_by = voted.merge(pd.concat([own.labels, own.conflicts]), left_on="id", right_index=True)
        match = (given_by["label_x"] == given_by["label_y"]) & (given_by["source"] == given_by["label_source"])
        assert match.groupby(given_by["id"]).any().all()


@pytest.mark.parametrize(("task", "known"), [("classification", 2), ("classification", 0), ("regression", 0)])
def test_no_lines_say_nothing(task, known):
    own = found(task=task, gold=gold(known))
    assert (len(own.labels), len(own.conflicts), len(own.lines), own.reviewers) == (0, 0, 0, {})
    assert {"label", "posterior", "label_source", "selection_reason"} <= set(own.labels.columns)
    assert own.lines["state"].dtype == "str"


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_lines_of_which_none_votes_say_nothing(task):
    number = {"label": 1.0 if task == "regression" else "red"}
    own = found(number | {"blocked": True}, number | {"role": "immature"}, task=task)
    assert (len(own.labels), len(own.conflicts)) == (0, 0)
    assert own.reviewers["ann"]["answered"] == 2


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


# --- what the answers say together


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


# --- regression


def numbers(*rows: tuple[str, str, float], **more: object) -> Trusted:
    return found(*[{"id": key, "reviewer": name, "label": value} for key, name, value in rows], task="regression", **more)


def test_a_number_is_the_median_of_what_was_given():
    own = numbers(("1", "ann", 10), ("1", "bob", 11), ("1", "cyd", 13), ("2", "ann", 90), ("3", "ann", -90))
    assert said(own) == {"1": 11.0, "2": 90.0, "3": -90.0}
    assert said(own, "posterior") == {"1": 1.0, "2": 1.0, "3": 1.0}
    assert said(own, "label_source") == {"1": "agent", "2": "agent", "3": "agent"}
    assert own.labels["label"].dtype == "float64"


@pytest.mark.parametrize(("far", "conflicts"), [(9.4, []), (9.42, ["1"])])
def test_numbers_further_apart_than_all_labels_vary_are_a_conflict(far, conflicts):
    # Of 0, d, 12 and -12 the mean is d/4 and the variance (d² + 288)/4 - d²/16 = 3d²/16 + 72, which is d² at d = 9.413.
    own = numbers(("1", "ann", 0), ("1", "bob", far), ("2", "ann", 12), ("3", "ann", -12))
    assert own.conflicts.index.tolist() == conflicts
    assert sorted([*own.labels.index, *conflicts]) == ["1", "2", "3"]


def test_numbers_that_all_agree_are_no_conflict():
    assert said(numbers(("1", "ann", 5), ("1", "bob", 5))) == {"1": 5.0}


def test_of_several_sources_of_a_number_the_most_trusted_one_is_named():
    own = found(
        {"label": 4.0}, {"label": 5.0, "reviewer": "bob", "source": "expert"}, {"id": "2", "label": 90.0}, task="regression"
    )
    assert said(own, "label_source") == {"1": "expert", "2": "agent"}


def test_numbers_have_states_and_releases_as_classes_have():
    own = numbers(("1", "ann", 3), ("1", "ann", 4), ("2", "ann", 5))
    assert own.lines["state"].tolist() == ["superseded", "voted", "voted"]
    assert said(own) == {"1": 4.0, "2": 5.0}
    assert own.reviewers["ann"]["answered"] == 3
