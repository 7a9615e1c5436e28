"""The stage on files: a case worked out by hand, and what happens to the outs when something is wrong."""

import json
import shutil

import pandas as pd
import pytest

from stages import validate
from stages.errors import InputError
from stages.intake.batches import Batch

HEADER = "id,at,color,size,label"
FEEDBACK = "id,label,reviewer,action,reviewed_at"


def lines(header: str, *rows: str) -> str:
    return "\n".join([header, *rows, ""])


@pytest.fixture
def by_hand(project):
    """Six days. With maturity 1 day, 1 judging batch and as_of the 6th, the 5th judges and the 6th is immature."""
    project.write("raw/2026-10-01.csv", lines(HEADER, "a1,2026-10-01,red,1,", "a2,2026-10-01,red,1,x", "a3,2026-10-01,blue,,"))
    project.write(
        "raw/2026-10-02.csv",
        lines(
            HEADER,
            "b1,2026-10-02,red,1,",  # labelled by feedback
            "b2,2026-10-02,blue,1,raw",  # keeps the label it brought
            "b3,2026-10-02,blue,1,raw",  # feedback counts before the label it brought
            "b4,2026-10-02,mauve,-1,",  # two rules
            "b5,02/10/2026,red,1,",  # no ISO time
            "b1,2026-10-02,red,1,",  # repeated in its batch
            "b7,2026-10-02,red,1,",  # nobody labels it
            "b8,2026-10-02,red,1,raw",  # reviewers disagree
            "b9,2026-10-02,blue,1,raw",
            "b10,2026-10-02,blue,1,raw",
        ),
    )
    project.write("raw/2026-10-03.csv", lines(HEADER, "c1,2026-10-03,green,1,raw"))  # blocked: every row fails
    project.write(
        "raw/2026-10-05.csv",
        lines(
            HEADER,
            "d1,2026-10-05,red,1,",
            "g1,2026-10-05,red,1,raw",  # in the golden set
            "b2,2026-10-05,blue,1,raw",  # in an earlier batch
            "c1,2026-10-05,red,1,raw",  # the batch that brought it before was blocked
            "d5,2026-10-05,red,1,raw",
            "d6,2026-10-05,red,1,",
        ),
    )
    project.write("raw/2026-10-06.csv", lines(HEADER, "e1,2026-10-06,red,1,raw", "e2,2026-10-07,red,1,raw"))  # e2: after the end
    project.write(
        "feedback/2026-10.csv",
        lines(
            FEEDBACK,
            "b1,NA,ann,correct,2026-10-03",
            "b3,own,ann,correct,2026-09-29",  # a week and a day before the 6th
            "b8,x,ann,correct,2026-10-03",
            "b8,y,bob,confirm,2026-10-03",
            "d1,x,ann,confirm,2026-10-06",
            "d6,,bob,skip,2026-10-06",
            "zz,x,bob,correct,2026-10-06",  # a row that never came in
            "d6,x,bob,correct,2026-10-07",  # not known yet on the 6th
        ),
    )
    project.write("golden/set.csv", "id,label\ng1,x\ng2,x\n")
    return project


def with_settings(project, make_project, **changes):
    """The same data under other settings."""
    other = make_project(project.folder.parent / "other", changes)
    shutil.copytree(project.folder / "data", other.folder / "data", dirs_exist_ok=True)
    return other


@pytest.fixture
def worked(by_hand, make_project):
    """The case by hand, with the batch of the 1st expired: 5 days up to the 6th begin on the 2nd."""
    return with_settings(by_hand, make_project, **{"split.training_days": 5, "split.recent_batches": 2})


def test_the_report_of_a_case_worked_out_by_hand(worked):
    report = worked.validate()
    # 3 + 10 + 1 + 6 + 2 rows come in.
    # training, the 2nd: b1 (NA), b2, b3, b9, b10; quarantined: b4, b5, the second b1, b8 (conflict); unlabelled: b7
    # holdout, the 5th: d1, c1, d5; quarantined: g1, b2; unlabelled: d6
    # the 6th: e1 waits, e2 is refused; the 3rd: blocked with its row; the 1st: its three rows have expired
    assert report["rows"] == {
        "in": 22, "training": 5, "holdout": 3, "quarantined": 4 + 2 + 1, "immature": 1, "unlabelled": 1 + 1, "expired": 3,
        "blocked": 1,
    }  # fmt: skip
    warned = "of its rows fail a rule, more than batches.warn_above"
    assert report["batches"] == {
        "2026-10-01": {"rows": 3, "quarantined": 0, "role": "expired", "verdict": "accepted", "reasons": []},
        "2026-10-02": {"rows": 10, "quarantined": 3, "role": "training", "verdict": "warned", "reasons": [f"30.0% {warned}"]},
        "2026-10-03": {
            "rows": 1, "quarantined": 1, "role": "blocked", "verdict": "blocked",
            "reasons": ["100.0% of its rows fail a rule, more than batches.block_above"],
        },
        "2026-10-05": {"rows": 6, "quarantined": 2, "role": "holdout", "verdict": "warned", "reasons": [f"33.3% {warned}"]},
        "2026-10-06": {"rows": 2, "quarantined": 1, "role": "immature", "verdict": "warned", "reasons": [f"50.0% {warned}"]},
    }  # fmt: skip
    assert report["rules"] == {
        "at: after the end of its batch": 1,
        "at: missing or unreadable": 1,
        "color: isin(['red', 'blue'])": 2,  # b4 and the blocked c1
        "id: in an earlier batch": 1,
        "id: in the golden set": 1,
        "id: repeated": 1,
        "label: reviewers disagree": 1,
        "size: greater_than(0)": 1,
    }
    assert {name: report[name] for name in ("as_of", "holdout", "recent", "label_conflicts", "golden_rows")} == {
        "as_of": "2026-10-06", "holdout": ["2026-10-05"], "recent": ["2026-10-05", "2026-10-06"], "label_conflicts": 1,
        "golden_rows": 2,
    }  # fmt: skip
    # the seven days up to the 6th begin on September 30: not b3's answer, and not the one of the 7th
    assert report["feedback"] == {"correct": 3, "confirm": 2, "skip": 1}
    # ann and bob share b8 alone, and differ; ann corrected 3 of 4, bob 1 of 2
    assert report["reviewers"] == {
        "ann": {"answered": 4, "skipped": 0, "corrected_share": 0.75, "agreement": 0.0, "agreement_rows": 1},
        "bob": {"answered": 2, "skipped": 1, "corrected_share": 0.5, "agreement": 0.0, "agreement_rows": 1},
    }


def test_labels_and_their_sources_reach_training_and_holdout(worked):
    worked.validate()
    columns = ["id", "label", "label_source"]
    assert worked.table("training")[columns].to_numpy().tolist() == [
        ["b1", "NA", "feedback_correct"], ["b2", "raw", "raw"], ["b3", "own", "feedback_correct"], ["b9", "raw", "raw"],
        ["b10", "raw", "raw"],
    ]  # fmt: skip
    assert worked.table("holdout")[columns].to_numpy().tolist() == [
        ["d1", "x", "feedback_confirm"], ["c1", "raw", "raw"], ["d5", "raw", "raw"],
    ]  # fmt: skip


def test_recent_rows_have_no_labels(worked):
    worked.validate()
    recent = worked.table("recent")
    assert recent["id"].tolist() == ["d1", "c1", "d5", "d6", "e1"]
    assert set(recent) == {"id", "at", "color", "size"}


def test_the_quarantine_names_batch_row_and_rule_of_everything_refused(worked):
    worked.validate()
    color, late = "color: isin(['red', 'blue'])", "at: after the end of its batch"
    assert worked.table("quarantine").to_numpy().tolist() == [
        ["2026-10-02", 3, "b4", "row", color],
        ["2026-10-02", 3, "b4", "row", "size: greater_than(0)"],
        ["2026-10-02", 4, "b5", "row", "at: missing or unreadable"],
        ["2026-10-02", 5, "b1", "row", "id: repeated"],
        ["2026-10-02", 7, "b8", "label", "label: reviewers disagree"],
        ["2026-10-03", 0, "c1", "row", color],
        ["2026-10-05", 1, "g1", "row", "id: in the golden set"],
        ["2026-10-05", 2, "b2", "row", "id: in an earlier batch"],
        ["2026-10-06", 1, "e2", "row", late],
    ]


def test_two_runs_write_the_same_bytes(worked, make_project):
    worked.validate()
    first = worked.bytes_of_outs()
    worked.validate()
    assert worked.bytes_of_outs() == first
    assert "data/training/2026-10-02.parquet" in first


def test_the_order_of_keys_and_no_clock_in_the_report(worked):
    worked.validate()
    text = (worked.folder / "metrics/validation.json").read_text()
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"


def test_an_earlier_day_sees_only_what_had_arrived(by_hand, make_project):
    past = with_settings(by_hand, make_project, as_of="2026-10-05")
    report = past.validate()
    assert list(report["batches"]) == ["2026-10-01", "2026-10-02", "2026-10-03", "2026-10-05"]
    # the seven days up to the 5th begin on September 29: b1, b3 and ann's b8 are corrections, bob's b8 confirms
    assert report["feedback"] == {"correct": 3, "confirm": 1, "skip": 0}
    assert report["as_of"] == "2026-10-05"


def test_the_line_that_is_printed_counts_rows(worked, capsys):
    worked.validate()
    assert capsys.readouterr().out == "validate: 22 rows in, 5 train, 3 judge, 8 refused\n"


# --- what is wrong leaves the outs as they were


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("raw/2026-10-07.csv", "id,at\n1,2\n"),  # columns are missing
        ("raw/2026-10-07.parquet", "id,at\n1,2\n"),
        ("raw/2026-10-06.jsonl", "{}\n"),  # a second file of the period
        ("raw/notes.csv", "a\n"),
        ("feedback/2026-10-06.csv", "id\nx\n"),
        ("golden/more.parquet", ""),
    ],
)
def test_an_unreadable_file_stops_the_stage_and_leaves_the_outs(worked, name, content):
    worked.validate()
    before = worked.bytes_of_outs()
    worked.write(name, content)
    with pytest.raises(InputError):
        worked.validate()
    assert worked.bytes_of_outs() == before
    leftovers = [path.name for path in (worked.folder / "data").iterdir() if path.name.startswith(".")]
    assert leftovers == []


def test_rows_that_would_be_counted_twice_leave_the_outs(worked, monkeypatch):
    worked.validate()
    before = worked.bytes_of_outs()
    monkeypatch.setattr(Batch, "quarantined", property(lambda self: int(self.failures["row"].nunique()) + 1))
    with pytest.raises(AssertionError, match="every row must be counted once: 22 came in"):
        worked.validate()
    assert worked.bytes_of_outs() == before


def test_no_batches_are_one_line(project):
    with pytest.raises(InputError, match="data/raw must hold more than 1 accepted batches that are 1 days old, got 0 of 0"):
        project.validate()


def test_a_batch_without_rows_is_blocked_and_the_others_go_on(worked):
    worked.write("raw/2026-10-04.csv", HEADER + "\n")
    report = worked.validate()
    assert report["batches"]["2026-10-04"] == {
        "rows": 0, "quarantined": 0, "role": "blocked", "verdict": "blocked", "reasons": ["no rows"],
    }  # fmt: skip
    assert report["rows"]["in"] == 22


def test_a_batch_whose_labels_never_came_trains_nothing_and_does_not_stop_the_loop(project):
    for day in (1, 2, 3):
        project.write(f"raw/2026-10-0{day}.csv", lines("id,at,color,size", f"{day},2026-10-0{day},red,1"))
    report = project.validate()
    assert report["rows"] | {"immature": 1} == {
        "in": 3, "training": 0, "holdout": 0, "quarantined": 0, "immature": 1, "unlabelled": 2, "expired": 0, "blocked": 0,
    }  # fmt: skip
    assert project.table("training").empty
    assert set(project.table("training")) == {"id", "at", "color", "size", "label", "label_source"}


def test_labels_of_regression_are_numbers(project, make_project):
    project.write("raw/2026-10-01.csv", lines(HEADER, "1,2026-10-01,red,1,2.5", "2,2026-10-01,red,1,oops", "3,2026-10-01,red,1,"))
    project.write("raw/2026-10-02.csv", lines(HEADER, "4,2026-10-02,red,1,1"))
    project.write("raw/2026-10-03.csv", lines(HEADER, "5,2026-10-03,red,1,1"))
    project.write("feedback/2026-10.csv", lines("id,label,reviewer", "3,7,ann", "3,7.0,bob"))
    other = with_settings(project, make_project, task="regression")
    assert other.validate()["rows"]["unlabelled"] == 1  # "oops" is no number
    assert other.table("training")[["id", "label"]].to_numpy().tolist() == [["1", 2.5], ["3", 7.0]]


def test_validate_never_changes_what_came_in(worked):
    raw = {file.name: file.read_bytes() for file in (worked.folder / "data/raw").iterdir()}
    worked.validate()
    assert {file.name: file.read_bytes() for file in (worked.folder / "data/raw").iterdir()} == raw


def test_times_are_kept_in_utc(worked):
    worked.validate()
    assert worked.table("holdout")["at"].unique().tolist() == [pd.Timestamp("2026-10-05", tz="UTC")]


def test_the_rows_of_the_report_are_those_it_promises(worked):
    assert list(worked.validate()["rows"]) == sorted(validate.ROWS)
