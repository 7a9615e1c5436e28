"""Releases in a run of the stage: what they let in, and which no longer let in anything."""

from made_days import COLOR, release


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
    never = {"batch": "raw/2026-10-05.csv", "rule": "id: in the golden set", "record_id": None}
    assert report["releases"] == {"in_force": 3, "stale": [never | {"why": "no release can undo this rule"}]}
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


def test_a_release_of_one_row_is_in_force_where_that_row_was_let_in(worked):
    rule = "label: reviewers disagree"
    release(worked, ("raw/2026-10-02.csv", rule, "b8"), ("raw/2026-10-02.csv", rule, "b7"))
    stale = {"batch": "raw/2026-10-02.csv", "rule": rule, "record_id": "b7", "why": "nothing in the file fails the rule"}
    assert worked.validate()["releases"] == {"in_force": 1, "stale": [stale]}


def test_releases_are_stale_once_their_file_changed_or_went(worked):
    keys = ["raw/2026-10-02.csv", "raw/2026-10-03.csv"]
    release(worked, *[(key, "batch: overlap", None) for key in keys], ("feedback/2026-10.csv", "label: unknown action", "b9"))
    changed, gone = (worked.folder / "data" / key for key in keys)
    changed.write_text(changed.read_text() + "b11,2026-10-02,red,1,raw\n")
    gone.unlink()
    found = worked.validate()["releases"]
    assert found["in_force"] == 1
    assert [(own["batch"], own["why"]) for own in found["stale"]] == [
        (keys[0], "the file has changed"), (keys[1], "there is no such file"),
    ]  # fmt: skip
