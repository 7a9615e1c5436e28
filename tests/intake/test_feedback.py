"""Feedback as it comes in: files to lines, and what of them goes to quarantine."""

import dataclasses

import pandas as pd
import pytest
from made_feedback_files import ANSWER, SETTINGS, W40, judged, lines, taken
from made_intake import Desk, reasons, said

from stages.history.rules import Finding
from stages.intake.feedback import file_lines

COLUMNS = ("id", "label", "reviewer", "action", "source", "unreadable", "row", "file")


@pytest.fixture
def desk(tmp_path, make_params):
    return Desk(tmp_path / "data", make_params(SETTINGS))


# --- files to lines


def test_a_file_is_its_lines_in_order(desk):
    desk.write(W40, "a,x,ann,correct,2026-10-01", "b,,bob,skip,", header=ANSWER)
    (file,) = taken(desk)
    assert (file.key, file.period.name, file.verdict, file.findings) == (W40, "2026-W40", "accepted", ())
    assert said(file.lines, *COLUMNS) == [
        ("a", "x", "ann", "correct", "feedback", None, 0, W40),
        ("b", None, "bob", "skip", "feedback", None, 1, W40),
    ]
    assert said(file.lines, "reviewed_at", "ends") == [
        (pd.Timestamp("2026-10-01", tz="UTC"), pd.Timestamp("2026-10-05", tz="UTC")),
        (None, pd.Timestamp("2026-10-05", tz="UTC")),
    ]


def test_what_a_line_leaves_out_is_an_outcome_that_nobody_gave(desk):
    desk.write(W40, "a,x", header="id,label")
    desk.write("feedback/2026-W41.csv", "a,x,,,,log", header=f"{ANSWER},source")
    assert said(pd.concat([file.lines for file in taken(desk)]), "reviewer", "named", "action", "source") == [
        ("feedback", False, "outcome", "feedback"), ("log", False, "outcome", "log"),
    ]  # fmt: skip


def test_the_first_cell_that_cannot_be_read_is_what_is_wrong_with_a_line(desk):
    desk.write(
        W40,
        "a,x,ann,correct,now",
        "b,x,ann,correct",  # a field is missing
        "c,grün,ann,correct,2026-10-01".replace("ü", "Ã¼"),
        "d,x,ann,correct,2026-10-01",
        header=ANSWER,
    )
    assert taken(desk)[0].lines["unreadable"].fillna("").tolist() == [
        "reviewed_at: not an ISO time", "row: wrong number of fields", "label: mojibake", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        (W40, "id,reviewer\na,ann\n", "must have the column 'label'"),
        (W40, "", "must hold data, got an empty file"),
        ("feedback/answers.csv", "id,label\na,x\n", "must be named by its period"),
    ],
)
def test_a_file_that_cannot_be_used_is_blocked_and_says_why(desk, name, content, why):
    (desk.folder / name).write_text(content)
    (file,) = taken(desk)
    assert (file.verdict, reasons(file.findings), len(file.lines)) == ("blocked", [("batch: file", "block")], 0)
    assert why in file.findings[0].why
    desk.release(name, "batch: file")  # there is nothing that could be let in
    assert [(own.verdict, own.released) for own in judged(desk)] == [("blocked", ())]


def test_two_files_of_one_period_are_both_unread(desk):
    desk.write(W40, "a,x", header="id,label")
    desk.write("feedback/2026-W40.jsonl", header='{"id": "a", "label": "x"}')
    assert [(file.verdict, len(file.lines)) for file in taken(desk)] == [("blocked", 0)] * 2


def test_a_header_alone_is_no_feedback_and_no_fault(desk):
    desk.write(W40, header=ANSWER)
    assert [(own.verdict, len(own.lines)) for own in judged(desk)] == [("accepted", 0)]
    assert lines(desk).empty


# --- the quarantine's lines


def test_lines_of_a_file_are_its_refused_labels_and_the_file(desk):
    desk.write(W40, "a,x,ann,label,", "b,y,ann,label,", "c,y,bob,label,", "d,z,bob,label,", header=ANSWER)
    (file,) = taken(desk)
    found = file.lines.assign(
        rule=["label: unknown row", "label: unknown row", None, "label: missing"],
        state=["refused", "voted", "voted", "refused"],
        released=[False, True, False, False],
    )
    file = dataclasses.replace(file, findings=(Finding(rule="batch: volume", severity="warn", why="2 rows, usually 9"),))
    assert said(file_lines(file, found), "batch", "row", "record_id", "level", "rule", "severity", "value", "status") == [
        (W40, 0, "a", "label", "label: unknown row", "error", "x", "quarantined"),
        (W40, 1, "b", "label", "label: unknown row", "error", "y", "released"),
        (W40, 3, "d", "label", "label: missing", "error", "z", "quarantined"),
        (W40, None, None, "batch", "batch: volume", "warning", "2 rows, usually 9", "review"),
    ]


def test_of_a_blocked_file_only_the_file_is_said(desk):
    desk.write(W40, "a,x", header="id,label")
    (file,) = taken(desk)
    file = dataclasses.replace(file, findings=(Finding(rule="batch: replay", severity="block", why="again"),))
    found = file.lines.assign(rule=["label: unknown row"], state=["blocked"], released=[False])
    assert said(file_lines(file, found), "row", "rule", "severity", "status") == [(None, "batch: replay", "error", "quarantined")]


def test_numbers_are_said_as_they_were_given(desk, make_params):
    desk.params = make_params({"task": "regression"})
    desk.write(W40, "a,2.5", "b,?", header="id,label")
    (file,) = taken(desk)
    found = file.lines.assign(rule=["label: unknown row", "label: not a number"], state="refused", released=False)
    assert said(file_lines(file, found), "record_id", "value") == [("a", "2.5"), ("b", None)]
