"""metrics/validation.json: every file, every row and every line of feedback, counted."""

from collections import Counter
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from stages.history.rules import Finding
from stages.intake.batches import Batch
from stages.intake.feedback import FeedbackFile
from stages.intake.quarantine import line_frame
from stages.intake.report import ROWS, report
from stages.intake.split import NO_DAY, Roles
from stages.intake.verdicts import Judged
from stages.labels.trust import STATES, Trusted
from stages.reading.periods import period

NONE = np.zeros(0, dtype="uint64")
BLOCK = Finding(rule="batch: volume", severity="block", why="9 rows, usually 900")
WARN = Finding(rule="batch: overlap", severity="warn", why="1 of 9 rows came in an earlier batch")
REST = {"golden_rows": 0, "releases": {"in_force": 0, "stale": []}, "near_duplicates": "by words", "raw_labels": {}}


def judged(name: str, *findings: Finding, released: tuple[Finding, ...] = (), rows: int = 5, used: int = 4) -> Judged:
    batch = Batch(
        number=0, key=f"raw/{name}.csv", period=period(name) if name[0] == "2" else None, md5="", rows=rows, refused=0,
        passed=NONE, ids=NONE, sketch=None, findings=(),
    )  # fmt: skip
    passed = np.arange(rows) < used
    return Judged(batch=batch, passed=passed, repeats=line_frame([]), findings=findings, released=released)


def heard(*lines: tuple[str, str, str | None]) -> pd.DataFrame:
    """Lines of (state, action, time)."""
    found = pd.DataFrame(lines, columns=["state", "action", "reviewed_at"])
    times = pd.to_datetime(found["reviewed_at"], utc=True, format="ISO8601")
    return found.assign(reviewed_at=times, id=[f"i{k}" for k in found.index], file="feedback/2026-W40.csv")


def told(name: str, rows: int, *findings: Finding) -> FeedbackFile:
    """A file of feedback whose lines stand beside their rows already."""
    return FeedbackFile(key=f"feedback/{name}.csv", period=period(name), md5="", rows=rows, lines=heard(), findings=findings)


def trusted(lines: pd.DataFrame | None = None, labels: int = 0, conflicts: int = 0) -> Trusted:
    reviewers = {"ann": {"answered": 3, "set_aside": None}}
    frames = (pd.DataFrame({"label": ["x"] * rows}) for rows in (labels, conflicts))
    return Trusted(
        labels=next(frames), conflicts=next(frames), lines=heard() if lines is None else lines, waiting=frozenset(),
        reviewers=reviewers,
    )  # fmt: skip


ROLES = Roles(
    as_of=date(2026, 10, 7),
    role={"2026-10-04": "training", "2026-10-05": "holdout", "2026-10-06": "immature"},
    recent=frozenset(),
)


def test_every_file_is_there_with_its_verdict_its_reasons_and_what_was_released():
    batches = [
        judged("2026-10-04"),
        judged("2026-10-05", WARN, released=(BLOCK,)),
        judged("2026-10-06", BLOCK, WARN),
        judged("notes", BLOCK, rows=0, used=0),
    ]
    file = told("2026-W40", 1, WARN)
    found = report(batches, [file], ROLES, trusted(), {}, {}, **REST | {"golden_rows": 7})
    volume, overlap = "volume: 9 rows, usually 900", "overlap: 1 of 9 rows came in an earlier batch"

    def four_of_five(day: str, **more: object) -> dict[str, object]:
        return {"batch": day, "last": day, "rows": 5, "quarantined": 1, "reasons": [], "released": [], **more}

    assert found["batches"] == {
        "raw/2026-10-04.csv": four_of_five("2026-10-04", role="training", verdict="accepted"),
        "raw/2026-10-05.csv": four_of_five(
            "2026-10-05", role="holdout", verdict="warned", reasons=[overlap], released=[volume],
        ),
        "raw/2026-10-06.csv": four_of_five("2026-10-06", role="blocked", verdict="blocked", reasons=[volume, overlap]),
        "raw/notes.csv": {
            "batch": None, "last": None, "rows": 0, "quarantined": 0, "role": "blocked", "verdict": "blocked",
            "reasons": [volume], "released": [],
        },
        "feedback/2026-W40.csv": {
            "batch": "2026-W40", "last": "2026-10-04", "rows": 1, "role": "feedback", "verdict": "warned", "reasons": [overlap],
            "released": [],
        },
    }  # fmt: skip
    assert found["golden_rows"] == 7


def test_rows_are_there_under_every_name_also_where_there_are_none():
    found = report([], [], ROLES, trusted(), Counter({"in": 3, "training": 2, "blocked": 1}), {}, **REST)
    assert found["rows"] == dict.fromkeys(ROWS, 0) | {"in": 3, "training": 2, "blocked": 1}


def test_the_split_is_named_and_the_day_it_was_made_for():
    roles = Roles(as_of=date(2026, 10, 7), role={"2026-10-04": "training", "2026-10-05": "holdout"}, recent=frozenset({"b", "a"}))
    found = report([], [], roles, trusted(), {}, {}, **REST)
    assert (found["as_of"], found["holdout"], found["recent"]) == ("2026-10-07", ["2026-10-05"], ["a", "b"])


def test_every_line_of_feedback_is_counted_by_what_became_of_it():
    lines = heard(("voted", "label", None), ("voted", "label", None), ("gold", "label", None), ("refused", "confirm", None))
    found = report([], [], ROLES, trusted(lines, labels=2, conflicts=1), {}, {}, **REST)["labels"]
    assert found == dict.fromkeys(STATES, 0) | {"in": 4, "voted": 2, "gold": 1, "refused": 1, "rows": 2, "conflicts": 1}
    assert sum(found[state] for state in STATES) == found["in"]


def test_what_reviewers_did_is_counted_over_the_seven_days_that_end_with_the_day():
    lines = heard(
        ("voted", "correct", "2026-09-30T23:59:59"),  # the eighth day
        ("voted", "correct", "2026-10-01"),
        ("refused", "confirm", "2026-10-07T23:59:59"),
        ("waiting", "skip", "2026-10-08"),  # tomorrow
        ("voted", "skip", "2026-10-04"),
        ("voted", "outcome", "2026-10-04"),
        ("voted", "correct", None),
    )
    assert report([], [], ROLES, trusted(lines), {}, {}, **REST)["feedback"] == {"correct": 1, "confirm": 1, "skip": 1}


def test_the_newest_file_of_feedback_is_told_by_what_became_of_its_answers():
    lines = heard(("refused", "label", None), ("voted", "label", None), ("voted", "confirm", None), ("skipped", "skip", None))
    older, file = told("2026-W39", 0, BLOCK), told("2026-W40", 4)
    disputed = replace(trusted(lines), conflicts=pd.DataFrame({"label": ["x"]}, index=["i1"]))
    found = report([], [older, file], ROLES, disputed, {}, {}, **REST)["newest_feedback"]
    assert found == {"file": "feedback/2026-W40.csv", "verdict": "accepted", "lines": 3, "refused": 1, "disputed": 1}
    nothing = {"file": None, "verdict": None, "lines": 0, "refused": 0, "disputed": 0}
    assert report([], [], ROLES, trusted(), {}, {}, **REST)["newest_feedback"] == nothing


def test_labels_that_came_with_rows_are_told_or_that_none_did():
    nothing = {"file": None, "lines": 0, "refused": 0, "correct": 0, "confirm": 0}
    assert report([], [], ROLES, trusted(), {}, {}, **REST)["raw_labels"] == nothing
    newest = {"file": "raw/2026-10-05.csv", "lines": 3, "refused": 1}
    found = report([], [], ROLES, trusted(), {}, {}, **REST | {"raw_labels": newest})["raw_labels"]
    assert found == nothing | newest


def test_rules_are_counted_by_status_in_alphabetical_order():
    rules = {"size: positive": {"quarantined": 2, "released": 1}, "at: missing": {"quarantined": 1}}
    found = report([], [], ROLES, trusted(), {}, rules, **REST)
    assert list(found["rules"].items()) == sorted(rules.items())
    assert found["reviewers"] == {"ann": {"answered": 3, "set_aside": None}}


def test_nothing_that_trains_is_said_with_the_reason_and_no_day_is_no_day():
    roles = Roles(as_of=NO_DAY, role={}, recent=frozenset(), problem="got none; wait")
    found = report([], [], roles, trusted(), {}, {}, **REST)
    assert (found["problem"], found["as_of"]) == ("got none; wait", None)
    assert report([], [], ROLES, trusted(), {}, {}, **REST)["problem"] is None


def test_releases_and_the_search_for_near_duplicates_are_reported_as_they_are_given():
    found = report([], [], ROLES, trusted(), {}, {}, **REST)
    about = ("golden_rows", "releases", "near_duplicates")
    assert [found[name] for name in about] == [REST[name] for name in about]
