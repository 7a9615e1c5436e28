"""Feedback as it comes in: lines beside the rows that they are about, a verdict for each file, and what is quarantined."""

import dataclasses

import pandas as pd
import pytest
from made_intake import Desk, day, reasons, said

from stages.history.rules import Finding
from stages.intake import feedback
from stages.intake.feedback import beside_rows, file_lines, judge_files, released_lines, take_feedback

W40 = "feedback/2026-W40.csv"  # September 28 to October 4
ANSWER = "id,label,reviewer,action,reviewed_at"
COLUMNS = ("id", "label", "reviewer", "action", "source", "unreadable", "row", "file")


@pytest.fixture
def desk(tmp_path, make_params):
    return Desk(tmp_path / "data", make_params({"columns.prediction": "served", "columns.model_version": "version"}))


def raw(desk, number: int, *rows: str) -> None:
    """A batch of rows `id,served,version` (of 10:00, red, 1)."""
    lines = [f"{name},2026-10-{number:02}T10:00,red,1,{more}" for name, _, more in (row.partition(",") for row in rows)]
    desk.write(f"raw/2026-10-{number:02}.csv", *lines, header="id,at,color,size,served,version")


def taken(desk):
    return [take_feedback(file, desk.params) for file in desk.files("feedback")]


def lines(desk, files=None):
    return beside_rows(files or taken(desk), desk.judged(), desk.golden, desk.params, desk.spool)


def judged(desk):
    files = taken(desk)
    return judge_files(files, lines(desk, files), desk.params, desk.releases)


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
    assert said(pd.concat([file.lines for file in taken(desk)]), "reviewer", "action", "source") == [
        ("feedback", "outcome", "feedback"), ("log", "outcome", "log"),
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


# --- lines beside rows


def test_a_line_stands_beside_the_row_that_it_is_about(desk):
    raw(desk, 1, "a,x,1", "b,y,2")
    desk.write(W40, "b,y,ann,confirm,2026-10-02", "a,y,bob,correct,2026-10-02", header=ANSWER)
    morning = pd.Timestamp("2026-10-01T10:00", tz="UTC")
    assert said(lines(desk), "id", "known", "at", "served", "version", "batch", "rule") == [
        ("b", True, morning, "y", "2", "raw/2026-10-01.csv", None), ("a", True, morning, "x", "1", "raw/2026-10-01.csv", None),
    ]  # fmt: skip


def test_lines_of_all_files_come_in_the_order_of_the_files(desk):
    raw(desk, 1, "a,x,1")
    desk.write("feedback/2026-W41.csv", "a,x,ann,confirm,2026-10-06", header=ANSWER)
    desk.write(W40, "a,x,bob,confirm,2026-10-04", "a,y,cem,correct,2026-10-02", header=ANSWER)
    assert lines(desk)["reviewer"].tolist() == ["bob", "cem", "ann"]


def test_a_row_that_did_not_pass_is_known_and_no_more(desk):
    raw(desk, 1, "a,x,1", "a,x,1", "b,x,1", "c,x,1", "d,x,1", "e,x,1")
    (desk.folder / "raw/2026-10-01.csv").write_text(
        (desk.folder / "raw/2026-10-01.csv").read_text().replace("b,2026-10-01T10:00,red", "b,2026-10-01T10:00,mauve")
    )
    desk.golden = frozenset({"g"})
    desk.write(W40, *[f"{name},y,ann,label,2026-10-02" for name in "abgz"], header=ANSWER)
    assert said(lines(desk), "id", "known", "batch", "served", "rule") == [
        ("a", True, "raw/2026-10-01.csv", "x", None),  # the first of two
        ("b", True, None, None, None),
        ("g", True, None, None, None),
        ("z", False, None, None, "label: unknown row"),
    ]


def test_while_a_file_of_rows_cannot_be_read_no_row_is_unknown(desk):
    raw(desk, 1, "a,x,1")
    desk.write("raw/2026-10-02.csv", "b,2026-10-02", header="id,at")
    desk.write(W40, "b,y,ann,label,2026-10-02", header=ANSWER)
    assert said(lines(desk), "known", "batch", "rule") == [(True, None, None)]


def test_of_two_batches_that_bring_a_row_the_one_that_counts_is_meant(desk):
    raw(desk, 1, "a,old,1", *[f"b{k},x,1" for k in range(20)])
    (desk.folder / "raw/2026-10-01.csv").write_text(
        "".join(
            line.replace("red", "mauve") if line.startswith("b") else line
            for line in (desk.folder / "raw/2026-10-01.csv").read_text().splitlines(keepends=True)
        )
    )
    raw(desk, 2, "a,new,2", "c,x,1")
    raw(desk, 3, "a,newer,3", *[f"d{k},x,1" for k in range(20)])
    desk.write(W40, "a,y,ann,label,2026-10-04", header=ANSWER)
    assert [own.verdict for own in desk.judged()] == ["blocked", "accepted", "accepted"]
    # the first batch does not count, in the third the row is refused as known already
    assert said(lines(desk), "served", "version", "batch") == [("new", "2", "raw/2026-10-02.csv")]


def test_a_row_of_a_blocked_batch_is_known_with_what_was_served_and_has_no_batch(desk):
    raw(desk, 1, "a,x,1", *[f"b{k},x,1" for k in range(20)])
    text = (desk.folder / "raw/2026-10-01.csv").read_text()
    (desk.folder / "raw/2026-10-01.csv").write_text(text.replace("red", "mauve").replace("mauve", "red", 1))
    desk.write(W40, "a,x,ann,confirm,2026-10-02", "a,y,bob,confirm,2026-10-02", header=ANSWER)
    assert said(lines(desk), "known", "served", "batch", "rule") == [
        (True, "x", None, None), (True, "x", None, "label: contradicts its action"),
    ]  # fmt: skip


def test_a_confirmation_without_a_label_has_the_label_that_was_served(desk):
    raw(desk, 1, "a,x,1")
    desk.write(W40, "a,,ann,confirm,2026-10-02", header=ANSWER)
    assert said(lines(desk), "label", "rule") == [("x", None)]


def test_rows_that_name_no_prediction_have_none(tmp_path, make_params):
    desk = Desk(tmp_path / "data", make_params())
    desk.write("raw/2026-10-01.csv", *day(1, "a"))
    desk.write(W40, "a,x,ann,correct,2026-10-02", header=ANSWER)
    assert said(lines(desk), "served", "version", "batch", "rule") == [(None, None, "raw/2026-10-01.csv", None)]


def test_no_feedback_is_no_lines(desk):
    raw(desk, 1, "a,x,1")
    found = lines(desk)
    assert found.empty
    assert {"id", "label", "known", "at", "served", "batch", "rule", "ends"} <= set(found)


# --- verdicts


@pytest.fixture
def held(monkeypatch):
    """Judges a file by the label of its first line (good, odd, bad); notes the history that each is shown."""
    seen = {}

    def judge(own, history, limits, earlier):
        seen[own.rows] = [past.rows for past in history]
        severity = {"good": None, "odd": "warn", "bad": "block"}[next(iter(own.labels))]
        return [Finding(rule="batch: volume", severity=severity, why="")] if severity else []

    monkeypatch.setattr(feedback, "judge", judge)
    return seen


def write_days(desk, *labels: str) -> None:
    for number, label in enumerate(labels, start=1):
        desk.write(f"feedback/2026-10-{number:02}.csv", *[f"{k},{label}" for k in range(number)], header="id,label")


def test_unusual_files_never_enter_the_history_that_others_are_judged_by(desk, held):
    write_days(desk, "good", "odd", "bad", "good", "good")
    assert [own.verdict for own in judged(desk)] == ["accepted", "warned", "blocked", "accepted", "accepted"]
    assert held == {1: [], 2: [1], 3: [1], 4: [1], 5: [1, 4]}


def test_a_file_that_a_person_released_is_usual_from_then_on(desk, held):
    write_days(desk, "good", "bad", "good")
    desk.release("feedback/2026-10-02.csv", "batch: volume")
    found = judged(desk)
    assert [(own.verdict, len(own.released)) for own in found] == [("accepted", 0), ("accepted", 1), ("accepted", 0)]
    assert held[3] == [1, 2]


def test_a_file_that_comes_again_is_blocked(desk):
    raw(desk, 1, *[f"{k},x,1" for k in range(9)])
    for number in (1, 2):
        desk.write(
            f"feedback/2026-10-0{number}.csv",
            *[f"{k},x,{'abc'[k % 3]},confirm,2026-10-01T11:00" for k in range(9)],
            header=ANSWER,
        )
    assert [reasons(own.findings) for own in judged(desk)] == [[], [("batch: replay", "block")]]


def test_outcomes_have_no_reviewer_who_could_give_too_many(desk):
    raw(desk, 1, *[f"{k},x,1" for k in range(9)])
    desk.write(W40, *[f"{k},y" for k in range(9)], header="id,label")
    desk.write("feedback/2026-W41.csv", *[f"{k},y,ann,label," for k in range(9)], header=ANSWER)
    assert [reasons(own.findings) for own in judged(desk)] == [[], [("batch: reviewer_share", "warn")]]


def test_refused_lines_count_against_their_file_until_they_are_released(desk):
    raw(desk, 1, "a,x,1")
    desk.write(W40, *[f"z{k},x,ann,label,2026-10-02" for k in range(10)], header=ANSWER)
    assert ("batch: refused", "block") in reasons(judged(desk)[0].findings)
    desk.release(W40, "label: unknown row")
    assert [rule for rule, _ in reasons(judged(desk)[0].findings)] == ["batch: reviewer_share"]


# --- releases of lines


def test_a_person_releases_lines_of_one_file_by_the_row_they_are_about(desk):
    raw(desk, 1, "a,x,1")
    for number in (1, 2):
        desk.write(f"feedback/2026-10-0{number}.csv", "y,x", "z,x", header="id,label")
    desk.release("feedback/2026-10-02.csv", "label: unknown row", "z")
    files, found = taken(desk), lines(desk)
    freed = released_lines("label: unknown row", found, files, desk.releases)
    assert freed.tolist() == [False, False, False, True]
    assert not released_lines("label: missing", found, files, desk.releases).any()


# --- the quarantine's lines


def test_lines_of_a_file_are_its_refused_labels_and_the_file(desk):
    desk.write(W40, "a,x,ann,label,", "b,jo@example.org,ann,label,", "c,y,bob,label,", "d,z,bob,label,", header=ANSWER)
    (file,) = taken(desk)
    found = file.lines.assign(
        rule=["label: unknown row", "label: unknown row", None, "label: missing"],
        state=["refused", "voted", "voted", "refused"],
        released=[False, True, False, False],
    )
    file = dataclasses.replace(file, findings=(Finding(rule="batch: volume", severity="warn", why="2 rows, usually 9"),))
    assert said(file_lines(file, found), "batch", "row", "record_id", "level", "rule", "severity", "value", "status") == [
        (W40, 0, "a", "label", "label: unknown row", "error", "x", "quarantined"),
        (W40, 1, "b", "label", "label: unknown row", "error", "[email]", "released"),
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
