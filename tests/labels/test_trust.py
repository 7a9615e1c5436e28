"""From lines of feedback to one trusted label a row: what becomes of each line."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_feedback import NO_GOLD, SOURCES, asked, feedback, found, gold, said, states, unsigned

from stages.labels.trust import STATES


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


def test_who_answers_for_two_sources_has_one_vote_a_row_the_newest_of_the_most_trusted():
    expert, early = {"source": "expert", "label": "blue"}, {"reviewed_at": "2026-10-04"}
    own = found(expert | early, expert, {"reviewed_at": "2026-10-06"}, {"reviewer": "bob"})
    assert own.lines["state"].tolist() == ["superseded", "voted", "superseded", "voted"]
    assert (said(own), said(own, "label_source")) == ({"1": "blue"}, {"1": "expert"})  # 0.99 against 0.9
    equal = {"source": "slow", "label": "blue"}, {"source": "slower", "role": "expired", "last": "2026-09-04"}
    assert states(*equal) == ["superseded", "history"]  # of equal trust and age: the one that came last


def test_of_two_sources_the_one_that_is_ripe_counts_until_the_other_one_is():
    assert states({}, {"source": "slower"}) == ["voted", "waiting"]


def test_what_is_known_of_a_reviewer_for_one_source_says_nothing_of_another():
    expert = found(*asked("ann", 6), {"source": "expert"}, gold=gold(10))
    assert expert.labels.loc["1", "posterior"] == pytest.approx(0.99)  # in spite of four wrong answers for the agents


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "id": st.sampled_from(["1", "2", "g0", "g1"]),
                "label": st.sampled_from(["red", "blue"]),
                "reviewer": st.sampled_from(["ann", "bob", None]),
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
    lines = [own if own["reviewer"] else own | unsigned(own["source"]) for own in drawn]
    lines = [own | {"label": number[own["label"]]} for own in lines] if task == "regression" else lines
    known = gold(2) if task == "classification" else NO_GOLD
    own = found(*lines, gold=known, task=task, released={"label: unknown row": [0, 1, 2]})
    assert len(own.lines) == len(lines)
    assert own.lines["state"].isin(STATES).all()
    voted = feedback(*lines, label="float64" if task == "regression" else "str")[own.lines["state"] == "voted"]
    assert not voted[voted["named"]].duplicated(["id", "reviewer"]).any()
    assert not voted[~voted["named"]].duplicated(["id", "source", "label"]).any()
    assert sorted([*own.labels.index, *own.conflicts.index]) == sorted(voted["id"].unique())
    people = voted.drop_duplicates(["id", "source", "reviewer"]).groupby("id").size()
    assert pd.concat([own.labels, own.conflicts])["reviewers"].to_dict() == people.to_dict()
    if task == "classification":  # a label is one that somebody gave, from the source that gave it
        given_by = voted.merge(pd.concat([own.labels, own.conflicts]), left_on="id", right_index=True)
        match = (given_by["label_x"] == given_by["label_y"]) & (given_by["source"] == given_by["label_source"])
        assert match.groupby(given_by["id"]).any().all()


@pytest.mark.parametrize(("task", "known"), [("classification", 2), ("classification", 0), ("regression", 0)])
def test_no_lines_say_nothing(task, known):
    own = found(task=task, gold=gold(known))
    assert (len(own.labels), len(own.conflicts), len(own.lines), own.reviewers) == (0, 0, 0, {})
    assert {"label", "posterior", "label_source", "selection_reason"} <= set(own.labels.columns)
    assert own.lines["state"].cat.categories.dtype == "str"


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_lines_of_which_none_votes_say_nothing(task):
    number = {"label": 1.0 if task == "regression" else "red"}
    own = found(number | {"blocked": True}, number | {"role": "immature"}, task=task)
    assert (len(own.labels), len(own.conflicts)) == (0, 0)
    assert own.reviewers["ann"]["answered"] == 2
