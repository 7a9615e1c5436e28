"""What the report says: verdict first, then all that it rests on, in words and numbers of the other commands."""

from dataclasses import replace

import pytest
from made_report import COMMIT, decision, gain, judged, made_run, trigger, validation
from typer.testing import CliRunner

from stages.decision.baseline import Old
from stages.errors import InputError
from stages.ops import report as module
from stages.ops.cli import app
from stages.ops.report import report_page
from stages.ops.reporting.blocks import Folded, Picture, Points, Table, Words
from stages.ops.reporting.models import around
from stages.ops.verdict import LOOK, NEXT


@pytest.fixture
def page(make_params):
    """The page of a made run with changes."""
    return lambda **changed: report_page(made_run(make_params(), **changed))


def section(page, title):
    return next(own for own in page.sections if own.title == title)


def blocks(page, title, kind):
    """The blocks of a kind in a section, folded ones too."""
    found = section(page, title).blocks
    found = [*found, *(inner for own in found if isinstance(own, Folded) for inner in own.blocks)]
    return [own for own in found if isinstance(own, kind)]


@pytest.mark.parametrize("verdict", ["promote", "hold", "review"])
def test_a_candidate_s_verdict_comes_first_then_why_then_the_next_step(page, verdict):
    made = page(judged=judged("", verdict))
    assert made.verdict == verdict
    assert "version 3" in made.headline
    assert [own.title for own in made.sections[:3]] == ["Why", "Next step", "What a reviewer should look at"]
    assert made.sections[0].blocks == (Points(("not better",)),)
    assert made.sections[1].blocks == (Words(NEXT[verdict]),)
    assert ("accuracy", "0.8000 → 0.8400 (+0.0400) on 500 rows that neither model has seen") in made.facts


@pytest.mark.parametrize("verdict", ["retrain", "skip", "investigate", "rollback", "blocked"])
def test_without_a_candidate_it_says_so_and_when_to_look_again(page, verdict):
    made = page(judged=None, trigger=trigger("", verdict))
    assert made.verdict == verdict
    assert "Metrics before and after" not in [own.title for own in made.sections]
    assert made.sections[0].blocks == (Points(("cadence: 40 days",)),)
    assert made.sections[1].blocks == (Words(LOOK[verdict]), Words("look again on 2026-03-22: labels are due"))


def test_a_candidate_made_against_the_trigger_leaves_its_advice_standing(page):
    made = page(trigger=trigger("", "investigate"))
    assert made.verdict == "hold"
    assert made.sections[1].blocks == (Words(NEXT["hold"]), Words(LOOK["investigate"]))


def test_a_run_that_ended_in_validation_says_why(page):
    made = page(judged=None, trigger={}, validation=validation(problem="data/raw must hold a batch", as_of=None))
    assert made.verdict == "stopped"
    assert made.sections[0].blocks == (Points(("data/raw must hold a batch",)),)
    assert ("Data through", "no batch that can be used") in made.facts
    assert section(made, "Data")


def test_many_reasons_are_folded(page):
    found = replace(judged(), decision=decision("hold", reasons=tuple(f"reason {k}" for k in range(7))))
    first, rest = page(judged=found).sections[0].blocks
    assert first.items == tuple(f"reason {k}" for k in range(5))
    assert rest == Folded(title="2 more reasons", blocks=(Points(("reason 5", "reason 6")),))


def test_every_metric_stands_beside_the_baseline_s_on_the_same_rows(page):
    holdout, golden = blocks(page(), "Metrics before and after", Table)
    assert holdout.rows == (  # 0.84 - 0.80, 0.04 - 0.05
        ("accuracy", "0.8000", "0.8400", "+0.0400"),
        ("expected_calibration_error (lower is better)", "0.0500", "0.0400", "-0.0100"),
        ("neg_brier_score", "0.8000", "0.8400", "+0.0400"),
    )
    assert golden.head == ("metric", "recorded", "version 3 today", "candidate", "change")
    assert golden.rows == (("accuracy", "0.9100", "0.9000", "0.8800", "-0.0200"),)  # 0.88 - 0.90
    assert "dvc metrics diff ccccccc" in blocks(page(), "Metrics before and after", Words)[1].text


@pytest.mark.parametrize("old", [None, Old({}, "nothing recorded", COMMIT, None)])
def test_without_a_record_the_golden_set_is_compared_as_scored_today(page, old):
    _, golden = blocks(page(judged=judged(old=old)), "Metrics before and after", Table)
    assert golden.head == ("metric", "version 3", "candidate", "change")


def test_a_metric_that_one_side_lacks_is_undefined_and_has_no_change(page):
    found = judged()
    found.comparison["holdout"]["baseline"]["accuracy"] = None
    assert blocks(page(judged=found), "Metrics before and after", Table)[0].rows[0] == ("accuracy", "undefined", "0.8400", "")


def test_segments_are_told_with_their_bounds_the_largest_loss_first(make_params):
    found = judged()
    found.comparison["segments"] = [
        {"segment": name} | gain(delta=delta, lower=None, upper=None)
        for name, delta in (("color=a", 0.01), ("color=b", -0.02), ("color=c", None))
    ]
    found.comparison["segments"][0] |= {"lower": -0.01, "upper": 0.03}
    run = made_run(make_params({"gate.critical": ["color=b"]}), judged=found)
    (table,) = blocks(report_page(run), "Segments", Table)
    assert [(row[0], row[5]) for row in table.rows] == [
        ("color=c", "none"),
        ("color=b (critical)", "none"),
        ("color=a", "-0.0100 … +0.0300"),
    ]


def test_settings_that_changed_are_shown_where_they_differ(page):
    long = "[" + "'same', " * 30
    found = judged(settings={"gate.min_gain": {"old": 0.02, "new": 0.01}, "a.policy": {"old": f"{long}1]", "new": f"{long}2]"}})
    (table,) = blocks(page(judged=found), "Settings that changed", Table)
    assert [row[0] for row in table.rows] == ["a.policy", "gate.min_gain"]
    assert table.rows[1][1:] == ("0.02", "0.01")
    assert (table.rows[0][1][-2:], table.rows[0][2][-2:]) == ("1]", "2]")


@pytest.mark.parametrize(("old", "new"), [("x" * 300, "x" * 300 + "y"), ("x" * 300, None), ("a", "b" * 300)])
def test_a_long_setting_is_cut_and_still_differs(old, new):
    first, second = around(old, new)
    assert first != second
    assert max(len(first), len(second)) <= 100


def test_where_the_settings_of_the_past_are_not_here_it_says_so(page):
    (words,) = section(page(judged=judged(settings=None)), "Settings that changed").blocks
    assert words.text == "The commit that promoted the baseline is not here to compare with."


def test_what_was_not_timed_is_said_to_be_so(page):
    (table,) = blocks(page(), "Speed", Table)
    assert table.rows[0] == ("one row, median", "2.0 ms", "2.0 ms", "not timed")
    assert table.rows[3] == ("a batch of 200 rows, slowest in 20", "2.0 ms", "2.0 ms", "1.25")


def test_pictures_stand_only_where_a_stage_drew_them(page):
    made = page()
    shown = {own.name for part in made.sections for own in blocks(made, part.title, Picture)}
    assert shown == {"gain", "drift"}  # of the made run; the others are not in its pictures


def test_every_row_and_every_odd_batch_is_accounted_for(page):
    batches = {
        f"raw/2026-W{k:02}.csv": {"batch": f"2026-W{k:02}", "rows": 9, "verdict": "accepted", "reasons": []} for k in range(1, 30)
    }
    batches["raw/2026-W03.csv"] |= {"verdict": "blocked", "reasons": ["volume: too few"]}
    fates, rules, files = blocks(page(validation=validation(batches=batches)), "Data", Table)
    counts = [int(row[1].replace(",", "")) for row in fates.rows]
    assert sum(counts[:-1]) == counts[-1] == 600
    assert rules.rows[0][1:] == ("30", "", "")
    assert [row[0] for row in files.rows][:2] == ["raw/2026-W29.csv", "raw/2026-W28.csv"]
    assert files.rows[-1] == ("raw/2026-W03.csv", "9", "", "blocked", "volume: too few")
    assert len(files.rows) == 9  # the eight newest, and the blocked one


def test_what_fired_is_open_and_what_is_quiet_is_folded(page):
    loud, silent = blocks(page(), "Is there a reason to retrain?", Table)
    assert [row[0] for row in loud.rows] == ["cadence"]
    assert [row[0] for row in silent.rows] == ["request"]


def test_metrics_of_another_version_are_one_line(make_params, monkeypatch):
    old = made_run(make_params(), trigger=trigger() | {"signals": None})
    monkeypatch.setattr(module, "read_run", lambda params, git: old)
    with pytest.raises(InputError, match=r"metrics/\*\.json must be of this version"):
        module.report(make_params(), lambda *words: "")


@pytest.fixture
def command(make_params, monkeypatch, tmp_path):
    """The command, over a made run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("stages.settings.load", make_params)
    monkeypatch.setattr(module, "read_run", lambda params, git: made_run(params))
    return lambda *words: CliRunner().invoke(app, ["report", *words])


def test_without_arguments_markdown_is_printed_and_nothing_written(command, tmp_path):
    done = command()
    assert done.stdout.startswith("## ✗ hold: version 3 stays in production\n")
    assert list(tmp_path.iterdir()) == []


def test_files_are_written_where_they_are_asked_for(command, tmp_path):
    done = command("--md", "build/report.md", "--html", "build/report.html")
    assert done.stdout == "written to build/report.md\nwritten to build/report.html\n"
    assert (tmp_path / "build/report.md").read_text(encoding="utf-8") == command().stdout
    assert (tmp_path / "build/report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
