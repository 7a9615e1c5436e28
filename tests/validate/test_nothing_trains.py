"""Where nothing can train: the stage fails, and what it found is there to be looked at."""

import pytest
from made_days import COLOR, HEADER, fails, leftovers, lines, release, run, with_settings

KEPT = ("data/training", "data/holdout", "data/recent")


def kept(project) -> dict[str, bytes]:
    """The rows that were handed on."""
    return {name: content for name, content in project.bytes_of_outs().items() if name.startswith(KEPT)}


@pytest.fixture
def blocked(worked):
    """The case by hand after a change of the export: every batch comes in a color that is not allowed."""
    worked.validate(pictures=True)
    for file in (worked.folder / "data/raw").iterdir():
        file.write_text(file.read_text().replace("red", "rot").replace("blue", "blau"))
    return worked


def test_the_stage_fails_in_one_line_with_the_exit_code_of_bad_input(blocked):
    done = run(blocked)
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == (
        "error: data/raw must hold more than 1 accepted batches that are 1 days old, got 0 of 5 files, 5 of them blocked; "
        "`ratchet quarantine list` says why, or wait for the next batch, or lower split.holdout_batches\n"
    )


def test_what_was_refused_is_written_and_the_rows_of_the_last_run_stay(blocked):
    rows, pictures = kept(blocked), (blocked.folder / "metrics/plots/quarantine.svg").read_bytes()
    report = fails(blocked, r"got 0 of 5 files, 5 of them blocked; `ratchet quarantine list` says why", pictures=True)
    assert kept(blocked) == rows
    assert leftovers(blocked) == []
    assert (blocked.folder / "metrics/plots/quarantine.svg").read_bytes() != pictures
    # 3 + 10 + 1 + 7 + 2 rows; the newest file declares the 6th, although nothing of it was accepted
    assert report["rows"] == dict.fromkeys(report["rows"], 0) | {"in": 23, "blocked": 23}
    assert (report["as_of"], report["holdout"], report["recent"]) == ("2026-10-06", [], [])
    table = blocked.table("quarantine")
    assert table.loc[table["rule"] == COLOR, "batch"].nunique() == 5
    assert set(table.loc[table["rule"] == "batch: refused", "status"]) == {"quarantined"}


def test_labels_are_looked_at_all_the_same(blocked):
    # a guess is no answer; the other answers wait for the batches of their rows, but for the gold question
    report = fails(blocked, "got 0 of 5 files")
    assert report["rules"]["label: unknown action"] == {"quarantined": 1}
    labels = {state: n for state, n in report["labels"].items() if n}
    assert labels == {"in": 13, "refused": 1, "skipped": 1, "gold": 1, "waiting": 10}


def test_what_a_person_releases_then_is_used(blocked):
    keys = [f"raw/2026-10-0{day}.csv" for day in (1, 2, 5)]
    release(blocked, *[(key, COLOR, None) for key in keys])
    report = blocked.validate()
    # it is the 5th then, so that its own labels are a day too young
    assert (report["problem"], report["holdout"]) == (None, ["2026-10-02"])


def test_batches_that_would_judge_wait_and_those_too_old_to_train_have_expired(project, make_project):
    for day in (1, 2, 20):
        rows = (f"{name}{day},2026-10-{day:02},{color},1,x" for name, color in (("a", "red"), ("b", "")))
        project.write(f"raw/2026-10-{day:02}.csv", lines(HEADER, *rows))
    short = with_settings(project, make_project, **{"split.training_days": 3})
    # on the 20th, with a maturity of one day, the batch of the 2nd judges, and that of the 1st is older than 3 days
    report = fails(short, r"split\.training_days must reach back to a batch before the 1 that judge, got 3; raise it")
    assert report["rows"] == dict.fromkeys(report["rows"], 0) | {"in": 6, "quarantined": 3, "immature": 2, "expired": 1}
    assert report["problem"].startswith("split.training_days must reach back")
    assert not (short.folder / "data/training").exists()


def test_no_batches_are_one_line(project):
    report = fails(project, "than 1 accepted batches that are 1 days old, got 0 of 0 files; wait for the next batch")
    assert (report["as_of"], report["rows"]["in"]) == (None, 0)


def test_a_file_without_a_period_is_listed_although_no_day_is_known(project):
    project.write("raw/notes.csv", "a\n")
    report = fails(project, r"got 0 of 1 files, 1 of them blocked; `ratchet quarantine list` says why")
    assert (report["as_of"], report["batches"]["raw/notes.csv"]["verdict"]) == (None, "blocked")


def test_nothing_that_cannot_be_looked_at_is_called_a_stale_release(blocked):
    entries = [("raw/2026-10-02.csv", "label: reviewers disagree", "b8"), ("raw/2026-10-01.csv", "size: greater_than(0)", None)]
    release(blocked, *entries)
    assert fails(blocked, "got 0 of 5 files")["releases"] == {"in_force": 0, "stale": []}
