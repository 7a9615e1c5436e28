"""`ratchet status --max-age`: a dead feed is noticed, by the calendar."""

import sys
from datetime import date

import pytest

from stages import artefacts
from stages.artefacts import write_json
from stages.ops import feed
from stages.ops.cli import app
from stages.ops.feed import overdue


def report(**verdicts: str) -> dict:
    """A validation report with a batch of rows for each name; W40 of 2026 ends on Sunday, 4 October."""
    rows = {f"raw/{name}.parquet": {"batch": name.replace("_", "-"), "verdict": verdict} for name, verdict in verdicts.items()}
    feedback = {"feedback/2026-W52.csv": {"batch": "2026-W52", "verdict": "accepted"}}
    return {"batches": rows | feedback}


W39_W40 = report(**{"2026_W39": "accepted", "2026_W40": "warned"})


@pytest.mark.parametrize(("today", "late"), [(date(2026, 10, 1), False), (date(2026, 10, 11), False), (date(2026, 10, 12), True)])
def test_a_feed_is_late_from_the_day_after_the_last_one_that_is_allowed(today, late):
    assert (overdue(W39_W40, today, 7) is not None) == late


def test_the_line_names_batch_age_and_day():
    assert overdue(W39_W40, date(2026, 10, 14), 7) == (
        "the newest accepted batch must have ended at most 7 days ago, got 2026-W40, which ended 10 days ago on 2026-10-04; "
        "look at the export, and at `ratchet quarantine list`"
    )


def test_a_blocked_batch_is_no_sign_of_life():
    # W39 ended on 27 September: 8 days before 5 October
    assert "got 2026-W39, which ended 8 days ago" in overdue(
        report(**{"2026_W39": "accepted", "2026_W40": "blocked"}), date(2026, 10, 5), 7
    )


def test_a_file_dated_ahead_does_not_keep_a_feed_alive():
    ahead = report(**{"2026_W40": "accepted", "2099_W01": "accepted"})
    assert "got 2026-W40" in overdue(ahead, date(2026, 11, 1), 7)


@pytest.mark.parametrize("batches", [{}, {"raw/notes.csv": {"batch": None, "verdict": "accepted"}}])
def test_no_batch_at_all_is_late(batches):
    assert overdue({"batches": batches}, date(2026, 10, 5), 7).startswith("data/raw must hold a batch")


@pytest.mark.parametrize(("line", "code"), [("it must be newer", 1), (None, 0)])
def test_the_command_fails_with_that_line_only_when_asked(monkeypatch, capsys, tmp_path, line, code):
    monkeypatch.chdir(tmp_path)
    asked = []
    monkeypatch.setattr(feed, "overdue", lambda report, today, days: asked.append((report, type(today), days)) or line)
    monkeypatch.setattr("stages.ops.status.show_status", lambda: None)
    write_json(artefacts.VALIDATION, {"batches": {}})
    for words, exits in ((["--max-age", "7"], code), ([], 0)):
        monkeypatch.setattr(sys, "argv", ["ratchet", "status", *words])
        with pytest.raises(SystemExit) as end:
            app()
        assert (end.value.code or 0) == exits
    assert asked == [({"batches": {}}, date, 7)]
    assert capsys.readouterr().err == (f"late: {line}\n" if line else "")
