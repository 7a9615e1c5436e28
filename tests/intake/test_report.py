"""metrics/validation.json: every file, every row and every line of feedback, counted."""

from collections import Counter
from datetime import date

import numpy as np
import pandas as pd

from stages.history.rules import Finding
from stages.intake.batches import Batch
from stages.intake.feedback import FeedbackFile
from stages.intake.quarantine import line_frame
from stages.intake.report import ROWS, report
from stages.intake.split import Roles
from stages.intake.verdicts import Judged
from stages.labels.trust import STATES, Trusted
from stages.reading.periods import period

NONE = np.zeros(0, dtype="uint64")
BLOCK = Finding(rule="batch: volume", severity="block", why="9 rows, usually 900")
WARN = Finding(rule="batch: overlap", severity="warn", why="1 of 9 rows came in an earlier batch")


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
    return found.assign(reviewed_at=pd.to_datetime(found["reviewed_at"], utc=True, format="ISO8601"))


def trusted(lines: pd.DataFrame | None = None, labels: int = 0, conflicts: int = 0) -> Trusted:
    reviewers = {"ann": {"answered": 3, "set_aside": None}}
    frames = (pd.DataFrame({"label": ["x"] * rows}) for rows in (labels, conflicts))
    return Trusted(
        labels=next(frames), conflicts=next(frames), lines=heard() if lines is None else lines, waiting=frozenset(),
        reviewers=reviewers,
    )  # fmt: skip


ROLES = Roles(date(2026, 10, 7), {"2026-10-04": "training", "2026-10-05": "holdout", "2026-10-06": "immature"}, frozenset())


def test_every_file_is_there_with_its_verdict_its_reasons_and_what_was_released():
    batches = [
        judged("2026-10-04"),
        judged("2026-10-05", WARN, released=(BLOCK,)),
        judged("2026-10-06", BLOCK, WARN),
        judged("notes", BLOCK, rows=0, used=0),
    ]
    file = FeedbackFile(
        key="feedback/2026-W40.csv", period=period("2026-W40"), md5="", lines=heard(("voted", "label", None)), findings=(WARN,)
    )
    found = report(batches, [file], ROLES, trusted(), {}, {}, 7)
    volume, overlap = "volume: 9 rows, usually 900", "overlap: 1 of 9 rows came in an earlier batch"
    four_of_five = {"rows": 5, "quarantined": 1}
    assert found["batches"] == {
        "raw/2026-10-04.csv": four_of_five
        | {"batch": "2026-10-04", "role": "training", "verdict": "accepted", "reasons": [], "released": []},
        "raw/2026-10-05.csv": four_of_five
        | {"batch": "2026-10-05", "role": "holdout", "verdict": "warned", "reasons": [overlap], "released": [volume]},
        "raw/2026-10-06.csv": four_of_five
        | {"batch": "2026-10-06", "role": "blocked", "verdict": "blocked", "reasons": [volume, overlap], "released": []},
        "raw/notes.csv": {
            "batch": None, "rows": 0, "quarantined": 0, "role": "blocked", "verdict": "blocked", "reasons": [volume],
            "released": [],
        },
        "feedback/2026-W40.csv": {
            "batch": "2026-W40", "rows": 1, "role": "feedback", "verdict": "warned", "reasons": [overlap], "released": [],
        },
    }  # fmt: skip
    assert found["golden_rows"] == 7


def test_rows_are_there_under_every_name_also_where_there_are_none():
    found = report([], [], ROLES, trusted(), Counter({"in": 3, "training": 2, "blocked": 1}), {}, 0)
    assert found["rows"] == dict.fromkeys(ROWS, 0) | {"in": 3, "training": 2, "blocked": 1}


def test_the_split_is_named_and_the_day_it_was_made_for():
    roles = Roles(date(2026, 10, 7), {"2026-10-04": "training", "2026-10-05": "holdout"}, frozenset({"b", "a"}))
    found = report([], [], roles, trusted(), {}, {}, 0)
    assert (found["as_of"], found["holdout"], found["recent"]) == ("2026-10-07", ["2026-10-05"], ["a", "b"])


def test_every_line_of_feedback_is_counted_by_what_became_of_it():
    lines = heard(("voted", "label", None), ("voted", "label", None), ("gold", "label", None), ("refused", "confirm", None))
    found = report([], [], ROLES, trusted(lines, labels=2, conflicts=1), {}, {}, 0)["labels"]
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
    assert report([], [], ROLES, trusted(lines), {}, {}, 0)["feedback"] == {"correct": 1, "confirm": 1, "skip": 1}


def test_rules_are_counted_by_status_in_alphabetical_order():
    rules = {"size: positive": {"quarantined": 2, "released": 1}, "at: missing": {"quarantined": 1}}
    found = report([], [], ROLES, trusted(), {}, rules, 0)
    assert list(found["rules"].items()) == sorted(rules.items())
    assert found["reviewers"] == {"ann": {"answered": 3, "set_aside": None}}
