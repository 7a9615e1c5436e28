"""`ratchet golden`: how far the golden set is used up, and what every version reached on it."""

import io
import sys

import pytest
from rich.console import Console

from stages import artefacts
from stages.artefacts import dvc_md5, write_json, write_text
from stages.decision.ledger import Entry, Ledger, write_ledger
from stages.errors import one_line_errors
from stages.ops.cli import app
from stages.ops.golden_report import show_golden, show_reanchored
from stages.ops.reanchor import Reanchored


@pytest.fixture
def here(project, monkeypatch):
    """Three promoted versions; the third is in production, the second is the best, and only the first has kept its answers."""
    monkeypatch.chdir(project.folder)
    project.write("golden/set.csv", "id,color,size,label\ng1,red,1,a\ng2,red,2,b\ng3,red,3,\n")
    golden = dvc_md5(artefacts.GOLDEN)
    promoted = [
        Entry(kind="promotion", as_of=f"2026-02-0{n + 1}", bundle=f"{n}.dir", version=n, golden=[None, golden, golden, golden][n])
        for n in range(4)
    ]
    held = Entry(kind="attempt", as_of="2026-02-09", bundle="held.dir", golden=golden, verdict="hold")
    write_ledger(artefacts.LEDGER, Ledger(model="m", entries=[*promoted, held]))
    for version, value in ((1, 0.8), (2, 0.9), (3, 0.85)):
        write_json(artefacts.evaluation_of(f"{version}.dir"), {"golden": {"accuracy": value}, "golden_md5": golden})
    write_text(artefacts.answers_of("1.dir"), "id,truth,answer\n")
    write_json(artefacts.VALIDATION, {"as_of": "2026-03-04"})
    return project.folder


@pytest.fixture
def shown():
    """Shows something on a wide console; returns its lines without runs of blanks."""

    def lines(show, *arguments) -> list[str]:
        text = io.StringIO()
        show(*arguments, Console(file=text, width=200, highlight=False))
        return [" ".join(line.split()) for line in text.getvalue().splitlines()]

    return lines


def test_it_shows_rows_first_use_attempts_age_and_every_version(here, shown):
    assert shown(show_golden) == [
        "golden rows 2",
        "first used 2026-02-02, 30 days ago (a fresh one after 365 days)",
        "attempts 4 of 20",
        "",
        "version accuracy answers",
        "1 0.8000 kept",
        "2 0.9000 none best",
        "3 0.8500 none live",
    ]


def test_a_record_on_another_golden_set_is_no_score_on_this_one(here, shown):
    write_json(artefacts.evaluation_of("2.dir"), {"golden": {"accuracy": 0.9}, "golden_md5": "before.dir"})
    assert "2 not on this set none" in shown(show_golden)
    assert "3 0.8500 none best, live" in shown(show_golden)


def test_the_last_reanchoring_is_named(here, shown):
    first = Entry(kind="promotion", as_of="2026-02-01", bundle="1.dir", version=1)
    approved = {"as_of": "2026-03-01", "by": "desk-lead", "reason": "[bold]fresh"}
    entry = Entry(kind="reanchor", bundle="1.dir", golden=dvc_md5(artefacts.GOLDEN), **approved)
    write_ledger(artefacts.LEDGER, Ledger(model="m", entries=[first, entry]))
    assert "re-anchored 2026-03-01 by desk-lead: [bold]fresh" in shown(show_golden)


def test_without_a_golden_set_it_says_how_to_start_one(here, shown):
    (here / "data/golden/set.csv").unlink()
    assert shown(show_golden) == [
        "no golden set: put labelled rows that never train into data/golden; without them its rules are absent"
    ]


def test_what_was_measured_anew_and_what_could_not_be(shown):
    done = Reanchored(live=3, scored=[1, 3], missing={2: "it must be in the cache,\ngot nothing"}, rows=1200, follows=True)
    assert shown(show_reanchored, done) == [
        "measured on 1,200 golden rows: version 1, 3",
        "not version 2: it must be in the cache, got nothing",
        "most rows were in the golden set before: its attempts and its age count on",
        "next: dvc repro, then commit data/golden.dvc, dvc.lock, metrics and models",
    ]


def test_the_command_shows_it_and_knows_its_verb(here, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["ratchet", "golden"])
    with pytest.raises(SystemExit) as end:
        one_line_errors(app)()
    assert not end.value.code
    assert "attempts     4 of 20" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["ratchet", "golden", "reanchor", "--approved-by", "mallory", "--reason", "please"])
    with pytest.raises(SystemExit) as end:
        one_line_errors(app)()
    assert end.value.code == 6
    assert "error: --approved-by must be listed" in capsys.readouterr().err
