"""What one commit said, whatever version of the stages wrote it."""

import pytest
from made_loop import day, seen

from stages.health.batches import caught
from stages.health.looks import comparisons, look, runs

REVIEWERS = {
    "ada": {"accuracy": 0.9, "set_aside": None},
    "bob": {"accuracy": None, "set_aside": "too fast"},
}


@pytest.mark.parametrize("files", [{}, {"validation": {}}, {"validation": {"as_of": None}}, {"trigger": {"verdict": "skip"}}])
def test_without_a_day_there_is_no_look(files):
    assert look(files) is None


def test_what_an_early_file_lacks_is_left_out():
    found = look({"trigger": {"as_of": "2026-01-04", "verdict": "skip"}, "comparison": {"holdout": {}}})
    assert found
    assert (found.trigger, found.compared, found.labels, found.batches, found.rows) == ("skip", None, None, {}, {})


def test_the_newest_answers_and_their_reviewers_are_counted():
    answers = {"lines": 50, "refused": 3, "disputed": 2}
    labels = seen(day(1), newest_feedback=answers, reviewers=REVIEWERS).labels
    assert labels
    assert (labels.share, labels.accuracy, labels.reviewers, labels.set_aside) == (0.1, (0.9,), 2, ("bob (too fast)",))


def test_a_batch_has_one_name_however_its_file_was_called():
    batch = {"verdict": "accepted", "role": "training"}
    names = ["2026-W02", "raw/2026-W03.csv.gz", "feedback/2026-W03.parquet"]
    assert list(seen(day(1), batches=dict.fromkeys(names, batch)).batches) == [
        "raw/2026-W02",
        "raw/2026-W03",
        "feedback/2026-W03",
    ]


def test_a_run_is_the_first_look_of_its_day():
    looks = [seen(day(1), "retrain"), seen(day(1), "blocked"), seen(day(2), "skip")]
    assert [own.trigger for own in runs(looks)] == ["retrain", "skip"]


def test_a_bundle_against_itself_is_no_comparison_and_the_same_one_counts_once():
    pair = seen(day(1), pair=("b0", "b1", "h"), values=(0.5, 0.75))
    looks = [pair, seen(day(1), pair=("b1", "b1", "h")), seen(day(2), pair=("b0", "b1", "h"), values=(0.1, 0.2))]
    ((on, found),) = comparisons(looks)
    assert (on, found.gain("accuracy"), found.gain("f1_macro")) == (day(1), 0.25, None)


def batch(verdict="accepted", role="training", released=()):
    return {"verdict": verdict, "role": "blocked" if verdict == "blocked" else role, "released": list(released)}


def test_a_bad_batch_is_caught_before_or_after_it_was_used():
    first = {"raw/a.csv": batch(), "raw/b.csv": batch("blocked"), "raw/c.csv": batch(role="immature"), "raw/d.csv": batch()}
    then = first | {"raw/c.csv": batch("blocked"), "raw/d.csv": batch("blocked"), "raw/e.csv": batch("warned", released=["x"])}
    rows = {"in": 200, "quarantined": 6, "blocked": 4}
    found = caught([seen(day(1), batches=first), seen(day(2), batches=then, rows=rows)])
    assert (found.seen, found.before, found.after) == (5, ("raw/b", "raw/c"), ("raw/d",))
    assert (found.released, found.share) == (("raw/e",), 0.05)


def test_what_trained_and_was_blocked_later_stays_caught_after_when_it_comes_back():
    history = [batch(), batch("blocked"), batch(), batch("blocked")]
    found = caught([seen(day(k), batches={"raw/a.csv": own}) for k, own in enumerate(history)])
    assert (found.before, found.after) == ((), ("raw/a",))
