"""`ratchet health`: what it reads from Git, how it asks both models, and what it writes."""

import json
import sys
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from made_loop import promotion, version
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier

from stages import artefacts
from stages.artefacts import write_json
from stages.decision.baseline import run_git
from stages.decision.ledger import Entry, Ledger, write_ledger
from stages.errors import CannotJudge, one_line_errors
from stages.modelling import bundle
from stages.ops import health_later
from stages.ops.cli import app
from stages.ops.comparing.named import Named
from stages.ops.health_history import history
from stages.ops.health_later import later
from stages.partitions import Partitions

COLUMNS = {"text": [], "categorical": ["color"], "numeric": ["size"], "target": "label"}


@pytest.fixture
def here(project, own_git, monkeypatch):
    """A small project in a Git repository of its own, with two promoted versions; version 2 came in on 2026-03-01."""
    monkeypatch.chdir(project.folder)
    run_git("init", "-q", "-b", "main")
    zero = Entry(kind="promotion", as_of="2026-01-04", bundle="b0", version=0)
    entries = [zero, promotion(1, date(2026, 2, 1)), promotion(2, date(2026, 3, 1))]
    write_ledger(artefacts.LEDGER, Ledger(model="m", entries=entries))
    return project.folder


def commit() -> None:
    run_git("add", "-A")
    run_git("commit", "-q", "--allow-empty", "-m", "a run")


def ran(day: str, verdict: str = "skip") -> None:
    write_json(artefacts.VALIDATION, {"as_of": day})
    write_json(artefacts.TRIGGER, {"as_of": day, "verdict": verdict})
    commit()


def keep(number: int, least: int, through: str = "2026-02-08") -> None:
    """A bundle that answers yes from a size of `least` on."""
    model = Pipeline([("s", ColumnTransformer([("size", "passthrough", ["size"])])), ("tree", DecisionTreeClassifier())])
    model.fit(pd.DataFrame({"size": [least - 1.0, float(least)]}), ["no", "yes"])
    card = {"task": "classification", "columns": COLUMNS, "trained_through": through, "rows": 2}
    bundle.save(Path("kept") / str(number), model, {}, card)


def rows(folder: Path, batches: dict[str, int]) -> None:
    """In each batch, so many rows; sizes 0 to 9 in turn, yes from 5 on."""
    out = Partitions(folder)
    for name, n in batches.items():
        sizes = [k % 10 for k in range(n)]
        labels = ["yes" if size >= 5 else "no" for size in sizes]
        out.write(name, pd.DataFrame({"color": ["red"] * n, "size": [float(size) for size in sizes], "label": labels}))
    out.close()


@pytest.fixture
def kept(here, monkeypatch):
    """Bundles by number, instead of DVC's cache; what is not there cannot be had."""

    def find(what, option, packages, git):
        if not (Path("kept") / what).is_dir():
            raise CannotJudge(f"version {what} must be in DVC's cache, got nothing; fetch it")
        return Named(label=f"version {what}", bundle=bundle.load(Path("kept") / what, packages), version=int(what))

    monkeypatch.setattr(health_later, "find", find)
    return here


def test_every_commit_that_changed_the_metrics_is_a_look(here):
    commit()  # the ledger alone
    ran("2026-02-01", "retrain")
    Path("notes.txt").write_text("x")
    commit()
    write_json(artefacts.COMPARISON, {"compared": {}})
    ran("2026-02-08")
    found = history(run_git)
    assert [(own.as_of.isoformat(), own.trigger) for own in found.looks] == [("2026-02-01", "retrain"), ("2026-02-08", "skip")]
    assert found.doubts == ()


@pytest.mark.parametrize("text", ["<<<<<<< HEAD", "[1]", '{"as_of": 7}', '{"as_of": "2026-02-30"}', '{"rows": []}', ""])
def test_a_commit_that_does_not_read_as_metrics_is_left_out(here, text):
    ran("2026-02-01")
    artefacts.VALIDATION.write_text(text)
    artefacts.TRIGGER.write_text(text)
    commit()
    assert [own.as_of.isoformat() for own in history(run_git).looks] == ["2026-02-01"]


def test_a_file_that_is_no_metric_is_counted(here):
    ran("2026-02-01")
    artefacts.VALIDATION.write_text('{"as_of": "2026-02-08", "batches": {"a": "b"}}')
    commit()
    assert history(run_git).doubts == ("1 of 2 commits hold metrics that do not read as such; they are left out",)


def test_a_shallow_clone_and_what_is_not_committed_are_said(here, tmp_path, monkeypatch):
    ran("2026-02-01")
    ran("2026-02-08")
    run_git("clone", "-q", "--depth", "1", f"file://{here}", str(tmp_path / "shallow"))
    write_json(artefacts.TRIGGER, {"as_of": "2026-02-15"})
    assert history(run_git).doubts == ("what is not committed does not count: metrics or models differ from the last commit",)
    monkeypatch.chdir(tmp_path / "shallow")
    (doubt,) = history(run_git).doubts
    assert "git fetch --unshallow" in doubt


def test_without_git_there_is_no_history(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    (tmp_path / "bare").mkdir()
    monkeypatch.chdir(tmp_path / "bare")
    with pytest.raises(CannotJudge, match="the history of the loop must be in Git"):
        history(run_git)


def told(make_params, *, since="2026-03-01", until=None, before=1, batches=2):
    own = version(2, since=date.fromisoformat(since), until=until and date.fromisoformat(until), before=before)
    return later([own], make_params({"split.holdout_batches": batches}), run_git)[2]


def test_both_models_answer_the_batches_that_came_in_after_the_promotion(kept, make_params):
    keep(1, least=8)  # wrong on sizes 5, 6, 7
    keep(2, least=6)  # wrong on size 5
    rows(artefacts.TRAINING, {"2026-W09": 990, "2026-W10": 20})  # W09 ends on 2026-03-01
    rows(artefacts.HOLDOUT, {"2026-W11": 30, "2026-W12": 500})
    found = told(make_params)
    assert found.found
    # two batches: 50 rows, five times sizes 0 to 9; 2 of 10 are won
    assert (found.batches, found.found.n, found.found.won, found.found.lost) == (2, 50, 10, 0)
    assert found.gain == pytest.approx(0.2)
    assert told(make_params, until="2026-03-14").found.n == 20  # W11 ends on 2026-03-15, when it was gone


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"before": 0}, "the version before is a dummy"),
        ({"since": "2026-03-20"}, "no whole batch of its time has labels that count yet"),
        ({"since": "2026-02-01", "until": "2026-02-08"}, "the rows of its time are older than what is kept for training"),
        ({"before": 7}, "version 7 must be in DVC's cache, got nothing; fetch it"),
        ({}, "version 2 trained past 2026-03-02"),
    ],
)
def test_why_a_gain_cannot_be_told_is_said(kept, make_params, asked, why):
    keep(1, least=8)
    keep(2, least=6, through="2026-03-08")
    rows(artefacts.TRAINING, {"2026-W10": 20})
    rows(artefacts.HOLDOUT, {"2026-W11": 20})
    found = told(make_params, **asked)
    assert (found.found, found.why) == (None, why)


def test_the_command_writes_markdown_json_and_a_page(kept, monkeypatch, capsys):
    keep(1, least=8)
    keep(2, least=6)
    rows(artefacts.TRAINING, {"2026-W10": 20})
    rows(artefacts.HOLDOUT, {"2026-W11": 20})
    ran("2026-03-22", "retrain")
    for run in ("one", "two"):
        files = [f"--{kind}={run}.{kind}" for kind in ("md", "json", "html")]
        monkeypatch.setattr(sys, "argv", ["ratchet", "health", *files])
        with pytest.raises(SystemExit) as end:
            one_line_errors(app)()
        assert not end.value.code
    assert capsys.readouterr().out.splitlines() == [
        f"written to {run}.{kind}" for run in ("one", "two") for kind in ("md", "json", "html")
    ]
    for kind in ("md", "json", "html"):
        assert Path(f"one.{kind}").read_bytes() == Path(f"two.{kind}").read_bytes()
    found = json.loads(Path("one.json").read_text())
    assert found["verdict"] == "too young to tell"
    assert [own["later_gain"] for own in found["versions"]] == [None, pytest.approx(0.2)]
    assert found["versions"][0]["later_why"] == "the version before is a dummy"
    text = Path("one.md").read_text()
    assert text.startswith("## ? too young to tell: nothing is wrong, and nothing is proven yet")
    assert "ratchet health --html FILE" in text
    assert Path("one.html").read_text().count("data:image/svg+xml") == 3


def test_what_a_reason_holds_cannot_act_in_the_report(kept, monkeypatch, capsys):
    hostile = "<script>alert(1)</script> | a | @all"
    entries = [*read_entries(), Entry(kind="rollback", as_of="2026-03-08", bundle="b1", rejected="b2", reason=hostile)]
    write_ledger(artefacts.LEDGER, Ledger(model=hostile, entries=entries))
    ran("2026-03-22")
    monkeypatch.setattr(sys, "argv", ["ratchet", "health", "--html=page.html"])
    with pytest.raises(SystemExit):
        one_line_errors(app)()
    monkeypatch.setattr(sys, "argv", ["ratchet", "health"])
    with pytest.raises(SystemExit):
        one_line_errors(app)()
    for text in (Path("page.html").read_text(), capsys.readouterr().out):
        assert "<script>" not in text
        assert "after 7 days of data" in text


def read_entries() -> list[Entry]:
    from stages.decision.ledger import read_ledger

    return read_ledger(artefacts.LEDGER).entries
