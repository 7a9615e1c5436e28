"""Labels that look wrong: found on a desk whose truth is known, and counted as confident learning counts them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.simulation import Desk
from stages.labels.suspects import KNOWN_ROWS, confident, suspected
from stages.sections import Columns

QUEUES = ["billing", "shipping"]
WORDS = {"billing": "the invoice is wrong", "shipping": "where is my parcel"}


def columns(text=(), categorical=(), numeric=()):
    roles = {"id": "id", "time": "at", "target": "queue", "prediction": None, "model_version": None, "group": None}
    return Columns(text=list(text), categorical=list(categorical), numeric=list(numeric), **roles)


BODY = columns(text=["body"])


def easy(batches=6, rows=40):
    """Rows whose words say their queue; every batch has `rows` of them, the queues in turn."""
    queue = pd.Series([QUEUES[k % 2] for k in range(batches * rows)])
    batch = pd.Series([f"2026-W{2 + k // rows:02d}" for k in range(batches * rows)])
    return pd.DataFrame({"body": queue.map(WORDS)}), queue, batch


def by_loop(probabilities, given):
    """Northcutt et al. 2021, equations 1 and 2, row by row."""
    classes = range(len(probabilities[0]))
    own = {c: [p[c] for p, g in zip(probabilities, given, strict=True) if g == c] for c in classes}
    found = []
    for p, g in zip(probabilities, given, strict=True):
        sure = [c for c in classes if own[c] and p[c] >= sum(own[c]) / len(own[c])]
        found.append(max(sure, key=lambda c: (p[c], -c)) if sure else g)
    return found


def test_a_class_counts_from_the_mean_probability_of_its_own_rows_on():
    # Thresholds: class 0 (0.9 + 0.3) / 2 = 0.6, class 1 (0.5 + 0.7) / 2 = 0.6.
    # Row 0 reaches 0; row 1 reaches 1 (0.7) though labelled 0; row 2 reaches nothing and stays 1; row 3 reaches its own 1.
    probabilities = np.array([[0.9, 0.1], [0.3, 0.7], [0.5, 0.5], [0.3, 0.7]])
    assert confident(probabilities, np.array([0, 0, 1, 1])).tolist() == [0, 1, 1, 1]


def test_of_the_classes_that_are_reached_the_most_probable_one_counts():
    # Thresholds 0.5, 0.25, 0.25. Row 0 is labelled 0 and reaches 0 (0.5) and 1 (0.26); row 3, labelled 0, reaches 0 as well.
    probabilities = np.array([[0.5, 0.26, 0.24], [0.7, 0.25, 0.05], [0.35, 0.4, 0.25], [0.5, 0.2, 0.3]])
    assert confident(probabilities, np.array([0, 1, 2, 0])).tolist() == [0, 0, 1, 0]


def test_a_class_that_nobody_gave_is_never_expected():
    assert confident(np.array([[0.1, 0.9], [0.2, 0.8]]), np.array([0, 0])).tolist() == [0, 0]


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_confident_counting_agrees_with_a_loop(data):
    classes = data.draw(st.integers(2, 5))
    row = st.lists(st.integers(0, 16), min_size=classes, max_size=classes)  # sixteenths: sums are exact, ties common
    rows = data.draw(st.lists(row, min_size=1, max_size=16))
    given = data.draw(st.lists(st.integers(0, classes - 1), min_size=len(rows), max_size=len(rows)))
    probabilities = np.array(rows) / 16
    assert confident(probabilities, np.array(given)).tolist() == by_loop(probabilities.tolist(), given)


@pytest.fixture(scope="module")
def reviewed():
    """Ten weeks of the desk, each ticket with its true queue and the label that its first reviewer gave."""
    desk = Desk(seed=7, tickets_per_week=600)
    tickets = pd.concat([desk.tickets(week).assign(batch=desk.period(week)) for week in range(10)], ignore_index=True)
    reviews = desk.reviews(tickets, tickets["queue"]).query("queue != ''").drop_duplicates("ticket_id")
    return tickets.merge(reviews[["ticket_id", "queue"]].rename(columns={"queue": "label"}), on="ticket_id")


TICKETS = columns(text=["subject", "body"], categorical=["channel", "language", "product", "customer_tier", "priority"])


def test_most_suspects_of_the_desk_are_reviewers_errors_and_most_errors_are_suspects(reviewed):
    found = suspected(reviewed[TICKETS.features], reviewed["label"], reviewed["batch"], TICKETS)
    wrong = (reviewed["label"] != reviewed["queue"]).to_numpy()
    suspect = np.isin(np.arange(len(reviewed)), found["row"])
    assert wrong[suspect].mean() > 0.75  # confident learning alone: about half
    assert suspect[wrong].mean() > 0.5
    assert wrong[found["row"][: len(found) // 4]].all()  # the first of the list are errors all
    assert (reviewed["queue"].to_numpy()[found["row"]] == found["expected"]).mean() > 0.7


def test_the_same_rows_give_the_same_suspects_whatever_their_index_is(reviewed):
    some = reviewed.iloc[:2500]
    first = suspected(some[TICKETS.features], some["label"], some["batch"], TICKETS)
    other = some.set_index(some.index[::-1])
    again = suspected(other[TICKETS.features], other["label"].reset_index(drop=True), other["batch"], TICKETS)
    assert len(first) > 0
    pd.testing.assert_frame_equal(first, again)


def test_a_wrong_label_is_found_by_its_position_and_the_right_one_named():
    frame, labels, batches = easy()
    labels[[7, 100]] = ["billing", "shipping"]  # odd rows are shipping, even ones billing
    found = suspected(frame, labels, batches, BODY)
    assert dict(zip(found["row"], found["expected"], strict=True)) == {7: "shipping", 100: "billing"}
    assert found.dtypes.astype(str).to_dict() == {"row": "int64", "expected": "str", "confidence": "float64"}
    assert found["confidence"].between(0.9, 1).all()


def test_right_labels_give_no_suspects():
    assert suspected(*easy(), BODY).empty


def test_a_batch_is_not_judged_by_a_model_that_saw_it():
    # One batch of six has its labels swapped, and a category tells the batches apart: a model that saw the batch would
    # learn the exception. Five sixths of each class stay right, so the thresholds are near 5/6 and a sure row reaches them.
    frame, labels, batches = easy()
    swapped = (batches == "2026-W04").to_numpy()
    labels = labels.where(~swapped, labels.map(dict(zip(QUEUES, QUEUES[::-1], strict=True))))
    found = suspected(frame.assign(batch=batches), labels, batches, columns(text=["body"], categorical=["batch"]))
    assert sorted(found["row"]) == np.flatnonzero(swapped).tolist()


def test_a_class_that_came_up_in_one_batch_only_is_not_suspect():
    frame, labels, batches = easy()
    new = (batches == "2026-W07").to_numpy() & (labels == "billing").to_numpy()
    assert new.sum() == KNOWN_ROWS
    assert suspected(frame, labels.mask(new, "refunds"), batches, BODY).empty


def test_categories_and_numbers_are_evidence_too():
    _, labels, batches = easy()
    given = labels.copy()
    given[50] = "shipping"
    sizes = labels.map({"billing": 1.0, "shipping": 9.0}) + np.arange(len(labels)) / 1000
    weighed = labels.map({"billing": np.nan, "shipping": 9.0})  # a gap is a value of its own
    kinds = labels.map({"billing": "paper", "shipping": "box"})
    number, kind = columns(numeric=["size"]), columns(categorical=["kind"])
    for frame, roles in (({"size": sizes}, number), ({"size": weighed}, number), ({"kind": kinds}, kind)):
        assert suspected(pd.DataFrame(frame), given, batches, roles)["row"].tolist() == [50]


def test_gaps_are_no_evidence_and_no_error():
    frame, labels, batches = easy()
    labels[52] = "shipping"
    frame = frame.assign(kind=None, size=np.nan, weight=np.where(np.arange(len(frame)) % 3, np.nan, 1.0))
    frame.loc[::5, "body"] = None  # 52 is no multiple of 5
    roles = columns(text=["body"], categorical=["kind"], numeric=["size", "weight"])
    assert suspected(frame, labels, batches, roles)["row"].tolist() == [52]


def test_case_and_punctuation_do_not_make_another_word():
    frame, labels, batches = easy()
    labels[50] = "shipping"
    frame.loc[50, "body"] = "  THE «Invoice», is… WRONG!!\n"  # `is` alone tells nothing: both queues have it
    assert suspected(frame, labels, batches, BODY)["row"].tolist() == [50]


@pytest.mark.parametrize(
    "rows",
    [slice(0, 0), slice(30, 31), slice(0, 40), slice(20, 60), slice(0, None, 2)],
    ids=["no rows", "one row", "one batch", "too few rows", "too few of a class"],
)
def test_what_cannot_be_judged_gives_no_suspects(rows):
    frame, labels, batches = easy()
    labels[30] = "shipping"  # wrong, and seen where there is enough to judge by
    assert suspected(frame, labels, batches, BODY)["row"].tolist() == [30]
    found = suspected(frame[rows], labels[rows], batches[rows], BODY)
    assert found.empty
    assert list(found) == ["row", "expected", "confidence"]


def test_features_that_repeat_nowhere_give_no_suspects():
    frame, labels, batches = easy()
    unique = frame.assign(body=[f"w{k}" for k in range(len(frame))])
    assert suspected(unique, labels, batches, BODY).empty
