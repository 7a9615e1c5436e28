"""The stage on other data than the usual: leaking, late, without labels, of numbers, and files that cannot be used."""

import pytest
from made_days import FEEDBACK, HEADER, lines, with_settings

from stages import validate
from stages.errors import InputError


def test_an_earlier_day_sees_only_what_had_arrived(by_hand, make_project):
    past = with_settings(by_hand, make_project, as_of="2026-10-05")
    report = past.validate()
    assert [key for key in report["batches"] if key.startswith("raw")] == [f"raw/2026-10-0{day}.csv" for day in (1, 2, 3, 5)]
    assert report["as_of"] == "2026-10-05"
    # on the 5th the 2nd judges, and the 5th itself is immature
    assert (report["rows"]["training"], report["rows"]["immature"]) == (2, 5)  # a1 (feedback) and a2 of the 1st
    assert report["holdout"] == ["2026-10-02"]


def test_feedback_of_a_time_to_come_waits_unread_and_says_so(worked, make_project):
    before = worked.validate()
    worked.write("feedback/2026-10-07.csv", "this is\nno,feedback\n")
    found = worked.validate()
    own = found["batches"].pop("feedback/2026-10-07.csv")
    assert (own["verdict"], own["rows"]) == ("warned", 0)
    assert own["reasons"][0].startswith("early: its period starts after 2026-10-06, the end of the newest accepted batch of rows")
    same = ("as_of", "rows", "batches", "labels", "holdout", "recent", "reviewers")
    assert {name: found[name] for name in same} == {name: before[name] for name in same}
    # a day that a person set leaves it out, as it leaves out later rows
    assert set(with_settings(worked, make_project, as_of="2026-10-06").validate()["batches"]) == set(before["batches"])


def test_validate_never_changes_what_came_in(worked):
    came = [file for name in ("raw", "feedback", "golden") for file in (worked.folder / "data" / name).iterdir()]
    before = {file: file.read_bytes() for file in came}
    worked.validate()
    assert {file: file.read_bytes() for file in came} == before


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
    # a1 has the words of b1, which judges, a3 those of g2, golden before it is labelled; b2 has no label, so it judges nothing
    other = with_settings(project, make_project, **changes)
    report = other.validate()
    rows = report["rows"]
    assert (rows["training"], rows["holdout"], rows["quarantined"]) == (1, 2, 2)
    assert other.table("training")["id"].tolist() == ["a2"]
    assert (report["near_duplicates"], report["golden_rows"]) == ("by words", 1)
    # a2 shares its group with g1, a3 with b3
    apart = with_settings(project, make_project, **changes, **{"split.disjoint_groups": True})
    assert apart.validate()["rows"]["quarantined"] == 3
    table = apart.table("quarantine")
    assert sorted(zip(table["record_id"], table["rule"], strict=True)) == [
        ("a1", "row: near-duplicate of a test row"), ("a2", "row: group of a test row"), ("a3", "row: group of a test row"),
        ("a3", "row: near-duplicate of a test row"),
    ]  # fmt: skip
    assert apart.table("holdout")["id"].tolist() == ["b1", "b3"]


def table_without_text(project, sizes: dict[int, list[float]]) -> None:
    """Rows of red things, a day each; `sizes` by day."""
    for day, own in sizes.items():
        rows = (f"{day}-{k},2026-10-0{day},red,{size},x" for k, size in enumerate(own))
        project.write(f"raw/2026-10-0{day}.csv", lines(HEADER, *rows))


def test_without_text_a_training_row_that_equals_a_test_row_in_every_feature_leaves(project):
    # the 2nd judges, with 120 sizes that all differ; 3 of the 30 of the 1st are among them
    judging = [k + 0.5 for k in range(120)]
    table_without_text(project, {1: [*judging[:3], *(k + 0.25 for k in range(27))], 2: judging, 3: [1]})
    report = project.validate()
    assert report["near_duplicates"] == "by features"
    assert report["rules"] == {"row: near-duplicate of a test row": {"quarantined": 3}}
    assert (report["rows"]["training"], report["rows"]["holdout"]) == (27, 120)


def test_without_text_and_with_rows_that_are_equal_by_chance_nothing_leaves(project):
    # 120 rows of 20 sizes: whoever took out equal rows would take out all
    table_without_text(project, {1: [k % 20 + 1 for k in range(30)], 2: [k % 20 + 1 for k in range(120)], 3: [1]})
    report = project.validate()
    assert report["near_duplicates"].startswith("not looked for: 100.0% of the test rows equal another one")
    assert (report["rows"]["training"], report["rows"]["quarantined"]) == (30, 0)


def test_without_text_rows_that_come_back_every_day_stay(project):
    table_without_text(project, {day: [k + 0.5 for k in range(120)] for day in (1, 2, 3, 4)})
    report = project.validate()
    assert report["near_duplicates"] == "not looked for: the rows of this table come back as they were, so equal ones are no leak"
    assert (report["rows"]["training"], report["rows"]["quarantined"]) == (240, 0)


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
