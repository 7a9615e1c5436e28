"""Feedback that comes before the rows that it is about waits, and says so where a whole file does."""

import pytest

HEADER = "id,at,color,size,label"
WEEKS = {"2026-W38": "2026-09-14", "2026-W39": "2026-09-21", "2026-W40": "2026-09-28", "2026-W41": "2026-10-05"}  # by Monday
EARLY = (
    "early: its period starts after 2026-10-04, the end of the newest accepted batch of rows: it waits for one that reaches it"
)


@pytest.fixture
def weeks(make_project, tmp_path):
    """A project of three weeks of rows and a fourth, that feedback is about already."""

    def made(as_of: str | None, newest: str | None):
        project = make_project(tmp_path / "project", {"as_of": as_of})
        for name, monday in WEEKS.items():
            rows = [f"{name}-{k},{monday},{'red' if k % 2 else 'blue'},1,x" for k in range(4)]
            project.write(f"raw/{name}.csv", "\n".join([HEADER, *rows, ""]))
        if newest is not None:
            project.write("raw/2026-W41.csv", newest)
        project.write("feedback/2026-W41.csv", "id,label\n2026-W41-0,y\n2026-W40-0,y\n")
        return project

    return made


def test_in_the_middle_of_a_week_its_feedback_waits_for_its_rows(weeks):
    report = weeks("2026-10-07", None).validate()
    assert report["labels"] == report["labels"] | {"in": 2, "waiting": 1, "voted": 1, "refused": 0}
    assert report["batches"]["feedback/2026-W41.csv"]["verdict"] == "accepted"
    assert "raw/2026-W41.csv" not in report["batches"]


@pytest.mark.parametrize("newest", ["", f"{HEADER}\n", "not what it should be\n"])
def test_feedback_of_a_week_whose_rows_cannot_be_read_is_listed_and_waits(weeks, newest):
    report = weeks(None, newest).validate()
    assert report["as_of"] == "2026-10-04"
    own = report["batches"]["feedback/2026-W41.csv"]
    assert (own["verdict"], own["rows"], own["reasons"]) == ("warned", 0, [EARLY])
    assert report["rules"]["batch: early"] == {"review": 1}
    assert report["labels"]["in"] == 0


def test_feedback_after_a_day_that_a_person_set_is_left_out_as_rows_are(weeks):
    report = weeks("2026-10-04", None).validate()
    assert not [name for name in report["batches"] if "W41" in name]


def test_once_the_rows_are_there_the_feedback_is_heard(weeks):
    report = weeks("2026-10-12", None).validate()
    assert report["labels"] == report["labels"] | {"in": 2, "waiting": 0, "voted": 2}
