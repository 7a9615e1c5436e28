"""Labels that are numbers: their median, where they are near enough to each other."""

import pytest
from made_feedback import found, said

from stages.labels.trust import Trusted


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
