"""The stage on files: a case worked out by hand, and what happens to the outs when something is wrong."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from stages import validate
from stages.errors import InputError
from stages.intake.verdicts import Judged

ROOT = Path(__file__).resolve().parents[1]
HEADER = "id,at,color,size,label"
FEEDBACK = "id,label,reviewer,action,reviewed_at,source"
COLOR = "color: isin(['red', 'blue'])"
SOURCES = {"raw": 1, "feedback": 1, "slow": 30}  # days until labels of a source count


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
            "b2,2026-10-02,blue,1,raw",  # in an earlier batch
            "c1,2026-10-05,red,1,raw",  # the batch that brought it before was blocked
            "d5,2026-10-05,red,1,raw",
            "d6,2026-10-05,red,1,",
            "d7,2026-10-05,red,1,",
        ),
    )
    project.write("raw/2026-10-06.csv", lines(HEADER, "e1,2026-10-06,red,1,raw", "e2,2026-10-07,red,1,raw"))  # e2: after the end
    project.write(
        "feedback/2026-10.csv",
        lines(
            FEEDBACK,
            "b1,NA,ann,correct,2026-10-03,",
            "b3,own,ann,label,2026-10-03,",
            "b8,x,ann,label,2026-10-03,",
            "b8,y,bob,label,2026-10-03,",
            "d1,x,ann,label,2026-10-06,",
            "d6,,bob,skip,2026-10-06,",
            "zz,x,bob,label,2026-10-06,",  # a row that never came in
            "d6,x,bob,label,2026-10-07,",  # not known yet on the 6th
            "a1,x,ann,label,2026-10-02,",  # its row has expired
            "g2,x,bob,label,2026-10-05,",  # a gold question
            "b1,y,ann,label,2026-10-02T12:00,",  # ann thinks otherwise a day later
            "d7,x,cem,label,2026-10-06,slow",
            "e1,x,ann,label,2026-10-06,",  # its row is immature
        ),
    )
    project.write("golden/set.csv", lines("id,color,size,label", "g1,red,1,x", "g2,red,1,x"))
    return project


def with_settings(project, make_project, **changes):
    """The same data under other settings."""
    sources = {name: {"trust": 0.9, "maturity_days": days, "independent": True} for name, days in SOURCES.items()}
    folder = project.folder.parent / f"other {len(list(project.folder.parent.iterdir()))}"
    other = make_project(folder, {"labels.sources": sources} | changes)
    shutil.copytree(project.folder / "data", other.folder / "data", dirs_exist_ok=True)
    return other


@pytest.fixture
def worked(by_hand, make_project):
    """The case by hand, with the batch of the 1st expired: 5 days up to the 6th begin on the 2nd."""
    return with_settings(by_hand, make_project, **{"split.training_days": 5, "split.recent_batches": 2})


def release(project, *entries: tuple[str, str, str | None]) -> None:
    """Release (file, rule, record id), as files are now."""
    written = [
        {
            "batch": key, "rule": rule, "record_id": name, "by": "lead", "reason": "checked",
            "file": hashlib.md5((project.folder / "data" / key).read_bytes()).hexdigest(),
        }
        for key, rule, name in entries
    ]  # fmt: skip
    project.write("releases.yaml", yaml.safe_dump(written))


# --- the case by hand


def test_every_row_and_line_of_a_case_worked_out_by_hand_is_counted_once(worked):
    report = worked.validate()
    # 3 + 10 + 1 + 7 + 2 rows come in.
    # training, the 2nd: b1 (NA), b2, b3, b9, b10; quarantined: b4, b5, the second b1, b8 (conflict); unlabelled: b7
    # holdout, the 5th: d1, c1, d5; quarantined: g1, b2; answers on d6 and d7 are waited for
    # the 6th: e1 waits, e2 is refused; the 3rd: blocked with its row; the 1st: its three rows have expired
    assert report["rows"] == {
        "in": 23, "training": 5, "holdout": 3, "quarantined": 4 + 2 + 1, "immature": 2 + 1, "unlabelled": 1, "expired": 3,
        "blocked": 1,
    }  # fmt: skip
    # votes: b1, b3, both on b8, d1; waiting: d6 until tomorrow, d7 for its source, e1 with its row; refused: zz
    assert report["labels"] == {
        "in": 13, "voted": 5, "gold": 1, "history": 1, "skipped": 1, "superseded": 1, "waiting": 3, "refused": 1, "blocked": 0,
        "rows": 3, "conflicts": 1,
    }  # fmt: skip
    # the seven days up to the 6th begin on September 30
    assert report["feedback"] == {"correct": 1, "confirm": 0, "skip": 1}
    assert {name: report[name] for name in ("as_of", "holdout", "recent", "golden_rows")} == {
        "as_of": "2026-10-06", "holdout": ["2026-10-05"], "recent": ["2026-10-05", "2026-10-06"], "golden_rows": 2,
    }  # fmt: skip


def test_every_file_of_the_case_has_its_verdict(worked):
    found = worked.validate()["batches"]
    all_of_them = ["refused: 100.0% of the rows fail a rule", f'one_rule: 100.0% of the rows fail the rule "{COLOR}"']
    files = {
        "raw/2026-10-01.csv": ("expired", 3, 0, "accepted", []),
        "raw/2026-10-02.csv": ("training", 10, 3, "accepted", []),
        "raw/2026-10-03.csv": ("blocked", 1, 1, "blocked", all_of_them),
        "raw/2026-10-05.csv": ("holdout", 7, 2, "warned", ["overlap: 1 of 7 rows came in an earlier batch"]),
        "raw/2026-10-06.csv": ("immature", 2, 1, "accepted", []),
    }
    assert found.pop("feedback/2026-10.csv") == {
        "batch": "2026-10", "role": "feedback", "rows": 13, "verdict": "accepted", "reasons": [], "released": [],
    }  # fmt: skip
    assert found == {
        key: {
            "batch": key[4:14], "role": role, "rows": rows, "quarantined": refused, "verdict": verdict, "reasons": reasons,
            "released": [],
        }
        for key, (role, rows, refused, verdict, reasons) in files.items()
    }  # fmt: skip


def test_every_reviewer_of_the_case_is_described(worked):
    found = worked.validate()["reviewers"]
    told = ("answered", "skipped", "corrected_share", "gold_answers", "gold_right", "agreement_rows", "set_aside")
    # ann's one answer to a prediction is a correction; nobody else is agreed with: b8, the row of two, is in conflict
    assert {name: [own[key] for key in told] for name, own in found.items()} == {
        "ann": [7, 0, 1.0, 0, 0, 0, None], "bob": [4, 1, None, 1, 1, 0, None], "cem": [1, 0, None, 0, 0, 0, None],
    }  # fmt: skip


def test_labels_and_their_sources_reach_training_and_holdout(worked):
    worked.validate()
    columns = ["id", "label", "label_source"]
    assert worked.table("training")[columns].to_numpy().tolist() == [
        ["b1", "NA", "feedback"], ["b2", "raw", "raw"], ["b3", "own", "feedback"], ["b9", "raw", "raw"], ["b10", "raw", "raw"],
    ]  # fmt: skip
    assert worked.table("holdout")[columns].to_numpy().tolist() == [
        ["d1", "x", "feedback"], ["c1", "raw", "raw"], ["d5", "raw", "raw"],
    ]  # fmt: skip


def test_recent_rows_have_no_labels(worked):
    worked.validate()
    recent = worked.table("recent")
    assert recent["id"].tolist() == ["d1", "c1", "d5", "d6", "d7", "e1"]
    assert set(recent) == {"id", "at", "color", "size"}


def test_the_quarantine_has_a_line_for_everything_refused_and_everything_to_look_at(worked):
    report = worked.validate()
    table = worked.table("quarantine")
    wide = table.astype(object).where(table.notna(), None)
    second, fifth = "raw/2026-10-02.csv", "raw/2026-10-05.csv"
    assert wide.drop(columns=["rule_set", "severity", "status"]).to_numpy().tolist() == [
        [second, 4, "b5", "row", "at: not an ISO time", "02/10/2026"],
        [second, 3, "b4", "row", COLOR, "mauve"],
        [second, 3, "b4", "row", "size: greater_than(0)", "-1.0"],
        [second, 5, "b1", "row", "id: repeated", "b1"],
        [second, 7, "b8", "label", "label: reviewers disagree", None],
        ["raw/2026-10-03.csv", 0, "c1", "row", COLOR, "green"],
        ["raw/2026-10-03.csv", None, None, "batch", "batch: refused", "100.0% of the rows fail a rule"],
        ["raw/2026-10-03.csv", None, None, "batch", "batch: one_rule", f'100.0% of the rows fail the rule "{COLOR}"'],
        [fifth, 1, "g1", "row", "id: in the golden set", "g1"],
        [fifth, 2, "b2", "row", "id: in an earlier batch", "b2"],
        [fifth, None, None, "batch", "batch: overlap", "1 of 7 rows came in an earlier batch"],
        ["raw/2026-10-06.csv", 1, "e2", "row", "at: after the end of its batch", "2026-10-07 00:00:00+00:00"],
        ["feedback/2026-10.csv", 6, "zz", "label", "label: unknown row", "x"],
    ]
    warnings = table["rule"].isin(["batch: one_rule", "batch: overlap"])  # one_rule never blocks in this project
    assert table["severity"].tolist() == ["warning" if warning else "error" for warning in warnings]
    assert table["status"].tolist() == ["review" if warning else "quarantined" for warning in warnings]
    assert table["rule_set"].nunique() == 1
    counted = table.groupby(["rule", "status"]).size()
    assert report["rules"] == {rule: {status: count} for (rule, status), count in counted.items()}


def test_the_line_that_is_printed_counts_rows(worked, capsys):
    worked.validate()
    assert capsys.readouterr().out == "validate: 23 rows in, 5 train, 3 judge, 8 refused\n"


def test_the_order_of_keys_and_no_clock_in_the_report(worked):
    worked.validate()
    text = (worked.folder / "metrics/validation.json").read_text()
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"


def test_there_are_pictures_of_what_was_refused_and_of_the_reviewers(worked):
    worked.validate(pictures=True)
    assert sorted(file.name for file in (worked.folder / "metrics/plots").iterdir()) == ["quarantine.svg", "reviewers.svg"]


def test_an_earlier_day_sees_only_what_had_arrived(by_hand, make_project):
    past = with_settings(by_hand, make_project, as_of="2026-10-05")
    report = past.validate()
    assert [key for key in report["batches"] if key.startswith("raw")] == [f"raw/2026-10-0{day}.csv" for day in (1, 2, 3, 5)]
    assert report["as_of"] == "2026-10-05"
    # on the 5th the 2nd judges, and the 5th itself is immature
    assert (report["rows"]["training"], report["rows"]["immature"]) == (2, 5)  # a1 (feedback) and a2 of the 1st
    assert report["holdout"] == ["2026-10-02"]


def test_feedback_of_a_time_to_come_is_not_read_yet(worked):
    before = worked.validate()
    worked.write("feedback/2026-10-07.csv", "this is\nno,feedback\n")
    assert worked.validate() == before


def test_validate_never_changes_what_came_in(worked):
    came = [file for name in ("raw", "feedback", "golden") for file in (worked.folder / "data" / name).iterdir()]
    before = {file: file.read_bytes() for file in came}
    worked.validate()
    assert {file: file.read_bytes() for file in came} == before


def test_times_are_kept_in_utc(worked):
    worked.validate()
    assert worked.table("holdout")["at"].unique().tolist() == [pd.Timestamp("2026-10-05", tz="UTC")]


def test_the_rows_of_the_report_are_those_it_promises(worked):
    assert list(worked.validate()["rows"]) == sorted(validate.ROWS)


# --- releases


def test_what_a_person_released_is_used_and_said_to_be_released(worked):
    before = worked.validate()["rows"]
    release(
        worked,
        ("raw/2026-10-03.csv", COLOR, None),  # the green row; its batch is in order then
        ("raw/2026-10-02.csv", "label: reviewers disagree", "b8"),
        ("raw/2026-10-05.csv", "batch: overlap", None),
        ("raw/2026-10-05.csv", "id: in the golden set", None),  # never
    )
    report = worked.validate()
    # c1 of the 3rd trains; so the c1 of the 5th came before (other content: the color), and is refused
    assert {name: report["rows"][name] - before[name] for name in ("training", "holdout", "quarantined", "blocked")} == {
        "training": 2, "holdout": -1, "quarantined": 0, "blocked": -1,
    }  # fmt: skip
    assert report["batches"]["raw/2026-10-05.csv"]["released"] == ["overlap: 1 of 7 rows came in an earlier batch"]
    assert report["batches"]["raw/2026-10-05.csv"]["verdict"] == "accepted"
    table = worked.table("quarantine")
    assert sorted(table.loc[table["status"] == "released", "rule"]) == ["batch: overlap", COLOR, "label: reviewers disagree"]
    assert set(worked.table("training")["id"]) == {"b1", "b2", "b3", "b8", "b9", "b10", "c1"}


def test_a_released_file_that_cannot_be_read_is_still_not_read(worked):
    worked.write("raw/2026-10-04.csv", "id,at\n1,2\n")
    worked.write("feedback/2026-10-04.csv", "id\n1\n")
    release(worked, *[(f"{folder}/2026-10-04.csv", "batch: file", None) for folder in ("raw", "feedback")])
    found = worked.validate()["batches"]
    assert [found[f"{folder}/2026-10-04.csv"]["verdict"] for folder in ("raw", "feedback")] == ["blocked", "blocked"]


# --- other data


def test_a_row_counts_in_the_batch_that_is_used_also_where_a_blocked_one_brought_it_before(worked):
    rows = [f"f{k},2026-10-04,green,1," for k in range(20)]
    worked.write("raw/2026-10-04.csv", lines(HEADER, "d6,2026-10-04,red,1,", *rows))  # d6 itself is in order
    worked.write("feedback/2026-10-05.csv", lines(FEEDBACK, "d6,x,ann,label,2026-10-05T09:00,"))
    report = worked.validate()
    assert report["batches"]["raw/2026-10-04.csv"]["verdict"] == "blocked"
    assert "d6" in set(worked.table("holdout")["id"])


def test_near_duplicates_and_groups_of_the_test_side_leave_training_and_the_test_side_stays(project, make_project):
    header = "id,at,color,size,label,text,who"
    days = {
        1: [
            "a1,2026-10-01,red,1,x,one two three four,p",
            "a2,2026-10-01,red,1,x,five six,q",
            "a3,2026-10-01,red,1,x,seven eight,r",
        ],
        2: ["b1,2026-10-02,red,1,x,FOUR three two one,s", "b2,2026-10-02,red,1,,five six,t", "b3,2026-10-02,red,1,x,nine,r"],
        3: ["c1,2026-10-03,red,1,,ten,p"],
    }
    for day, rows in days.items():
        project.write(f"raw/2026-10-0{day}.csv", lines(header, *rows))
    project.write("golden/set.csv", lines("id,color,size,label,text,who", "g1,red,1,x,eleven,q", "g2,red,1,,seven eight,z"))
    changes = {"columns.text": ["text"], "columns.group": "who"}
    # a1 has the words of b1, which judges; b2 has no label, so it judges nothing, and neither does g2
    other = with_settings(project, make_project, **changes)
    rows = other.validate()["rows"]
    assert (rows["training"], rows["holdout"], rows["quarantined"]) == (2, 2, 1)
    assert other.table("training")["id"].tolist() == ["a2", "a3"]
    # a2 shares its group with g1, a3 with b3
    apart = with_settings(project, make_project, **changes, **{"split.disjoint_groups": True})
    assert apart.validate()["rows"]["quarantined"] == 3
    table = apart.table("quarantine")
    assert sorted(zip(table["record_id"], table["rule"], strict=True)) == [
        ("a1", "row: near-duplicate of a test row"), ("a2", "row: group of a test row"), ("a3", "row: group of a test row"),
    ]  # fmt: skip
    assert apart.table("holdout")["id"].tolist() == ["b1", "b3"]


def test_a_batch_whose_labels_never_came_trains_nothing_and_does_not_stop_the_loop(project):
    for day in (1, 2, 3):
        project.write(f"raw/2026-10-0{day}.csv", lines("id,at,color,size", f"{day},2026-10-0{day},red,1"))
    report = project.validate()
    assert report["rows"] == dict.fromkeys(validate.ROWS, 0) | {"in": 3, "immature": 1, "unlabelled": 2}
    assert project.table("training").empty
    assert set(project.table("training")) == {"id", "at", "color", "size", "label", "label_source", "selection_reason"}


def test_labels_of_regression_are_numbers(project, make_project):
    project.write("raw/2026-10-01.csv", lines(HEADER, "1,2026-10-01,red,1,2.5", "2,2026-10-01,red,1,oops", "3,2026-10-01,red,1,"))
    project.write("raw/2026-10-02.csv", lines(HEADER, "4,2026-10-02,red,1,1"))
    project.write("raw/2026-10-03.csv", lines(HEADER, "5,2026-10-03,red,1,1"))
    project.write("feedback/2026-10.csv", lines("id,label,reviewer", "3,7,ann", "3,7.0,bob", "g,1,bob"))
    project.write("golden/set.csv", "id,color,size,label\ng,red,1,2\n")
    other = with_settings(project, make_project, task="regression")
    report = other.validate()
    assert report["rules"] == {"label: not a number": {"quarantined": 1}}
    assert other.table("training")[["id", "label"]].to_numpy().tolist() == [["1", 2.5], ["3", 7.0]]
    assert report["labels"]["voted"] == 2  # nothing is asked about gold where answers are numbers


def test_a_batch_without_rows_is_blocked_and_the_others_go_on(worked):
    worked.write("raw/2026-10-04.csv", HEADER + "\n")
    report = worked.validate()
    own = report["batches"]["raw/2026-10-04.csv"]
    assert (own["verdict"], own["reasons"]) == ("blocked", ["no rows: the file has a header and no rows"])
    assert report["rows"]["in"] == 23


# --- files that cannot be used


@pytest.mark.parametrize(
    ("name", "content", "also"),
    [
        ("raw/2026-10-04.csv", "id,at\n1,2\n", None),  # columns are missing
        ("raw/2026-10-04.parquet", "id,at\n1,2\n", None),
        ("raw/notes.csv", "a\n", None),
        ("feedback/2026-10-06.csv", "id\nx\n", None),
        ("feedback/2026-10.jsonl", "{}\n", "feedback/2026-10.csv"),  # a second file of the period
        ("raw/2026-10-03.jsonl", "{}\n", "raw/2026-10-03.csv"),
    ],
)
def test_a_file_that_cannot_be_used_is_blocked_and_the_others_go_on(worked, name, content, also):
    before = worked.validate()["batches"]
    worked.write(name, content)
    report = worked.validate()
    blocked = {key for key, own in report["batches"].items() if own["verdict"] == "blocked"}
    assert blocked == {key for key, own in before.items() if own["verdict"] == "blocked"} | {name} | ({also} if also else set())
    table = worked.table("quarantine")
    own = table[(table["batch"] == name) & (table["rule"] == "batch: file")]
    assert own[["level", "severity", "status"]].to_numpy().tolist() == [["batch", "error", "quarantined"]]
    rows = report["rows"]
    assert rows.pop("in") == sum(rows.values())


def test_a_golden_set_that_is_not_in_order_stops_the_stage_and_leaves_the_outs(worked):
    worked.validate()
    before = worked.bytes_of_outs()
    worked.write("golden/more.csv", "id,color,size,label\ng3,red,oops,x\n")
    with pytest.raises(InputError, match=r"more\.csv must be curated"):
        worked.validate()
    assert worked.bytes_of_outs() == before


def test_no_batches_are_one_line(project):
    with pytest.raises(InputError, match="data/raw must hold more than 1 accepted batches that are 1 days old, got 0 of 0"):
        project.validate()


# --- the same bytes, or the old ones


def leftovers(project) -> list[str]:
    return sorted(path.name for path in (project.folder / "data").iterdir() if path.name.startswith("."))


def run(project, before: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """The stage in a process of its own, after some lines of Python."""
    script = f"from stages import partitions, validate\n{before}\nvalidate.main()"
    return subprocess.run(
        [sys.executable, "-c", script], cwd=project.folder, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
    )  # fmt: skip


def test_two_runs_write_the_same_bytes_and_nothing_else(worked):
    worked.validate(pictures=True)
    first = worked.bytes_of_outs()
    worked.validate(pictures=True)
    assert worked.bytes_of_outs() == first
    assert {"data/training/2026-10-02.parquet", "data/quarantine/quarantine.parquet", "metrics/plots/reviewers.svg"} <= set(first)
    assert leftovers(worked) == []


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_work_that_is_shared_gives_the_bytes_of_work_that_is_not(worked, backend):
    # a rule of the user's own, in the user's own file, which processes have to find
    own = "\nschema.columns['size'].checks.append(pa.Check(lambda size: size < 100, error='small'))\n"
    with (worked.folder / "schema.py").open("a") as schema:
        schema.write(own)
    settings = yaml.safe_load((worked.folder / "params.yaml").read_text())
    (worked.folder / "params.yaml").write_text(yaml.safe_dump(settings | {"parallel": backend}))
    assert run(worked, PYTHONHASHSEED="1").stderr == ""
    alone = worked.bytes_of_outs()
    shared = run(worked, "partitions.WORTH_SHARING = 0", PYTHONHASHSEED="2")
    assert (shared.stdout, shared.returncode) == ("validate: 23 rows in, 5 train, 3 judge, 8 refused\n", 0)
    assert worked.bytes_of_outs() == alone


@pytest.mark.parametrize("place", ["label_rows", "report"])
def test_a_stage_that_fails_half_way_leaves_the_outs_as_they_were(worked, monkeypatch, place):
    worked.validate()
    before = worked.bytes_of_outs()
    worked.write("raw/2026-10-07.csv", lines(HEADER, "f1,2026-10-07,red,1,raw"))

    def fail(*_):
        raise OSError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(validate, place, fail)
        with pytest.raises(OSError, match="the disk is full"):
            worked.validate()
    assert worked.bytes_of_outs() == before
    assert worked.validate()["rows"]["in"] == 24
    assert leftovers(worked) == []


def test_rows_that_would_be_counted_twice_leave_the_outs(worked, monkeypatch):
    worked.validate()
    before = worked.bytes_of_outs()
    monkeypatch.setattr(Judged, "refused", property(lambda self: self.batch.rows))
    with pytest.raises(AssertionError, match="every row must be counted once: 23 came in"):
        worked.validate()
    assert worked.bytes_of_outs() == before


@pytest.mark.parametrize("place", ["label_rows", "_conserved"])
def test_a_run_that_is_killed_disturbs_no_later_one(worked, place):
    worked.validate()
    before = worked.bytes_of_outs()
    killed = run(worked, f"import os\nvalidate.{place} = lambda *_: os._exit(9)")
    assert killed.returncode == 9
    assert ".intake" in leftovers(worked)
    assert worked.bytes_of_outs() == before
    worked.validate()
    assert (worked.bytes_of_outs(), leftovers(worked)) == (before, [])


def test_what_is_no_longer_there_leaves_the_outs(by_hand, make_project):
    worked = with_settings(by_hand, make_project, **{"split.recent_batches": 2})
    worked.validate()
    assert (worked.folder / "data/recent/2026-10-06.parquet").is_file()
    (worked.folder / "data/raw/2026-10-06.csv").unlink()
    worked.write("raw/2026-10-07.csv", lines(HEADER, "f1,2026-10-07,red,1,raw"))
    worked.validate()
    names = sorted(file.name for file in (worked.folder / "data/recent").iterdir())
    assert names == ["2026-10-05.parquet", "2026-10-07.parquet"]
