"""`ratchet run`: what it reproduces, and what it records; DVC is played by the test."""

from pathlib import Path

import pytest

from stages import artefacts
from stages.artefacts import write_json
from stages.decision.baseline import run_git
from stages.decision.ledger import Entry, Ledger, read_ledger, write_ledger
from stages.errors import Refused, ToolError, UsageError
from stages.ops import run as verb
from stages.ops.versions import journal

DECISION = {
    "verdict": "hold",
    "reasons": ["a tie is no gain"],
    "candidate": {"version": 1, "md5": "new.dir", "training": "rows.dir", "recipe": "plan"},
    "compared": {"holdout": "h.dir", "golden": "g.dir"},
}


@pytest.fixture
def calls(project, monkeypatch):
    """A small project to stand in, with a ledger; every call of DVC is noted and answered by the files already there."""
    monkeypatch.chdir(project.folder)
    run_git("init", "-q")
    zero = Entry(kind="promotion", as_of="2026-01-01", bundle="zero.dir", version=0)
    write_ledger(artefacts.LEDGER, Ledger(model="m", entries=[zero]))
    noted: list[tuple[str, ...]] = []
    monkeypatch.setattr(verb, "judge", lambda params, git: DECISION)
    monkeypatch.setattr(verb, "run_dvc", lambda *arguments, quiet=False: noted.append(arguments))
    return noted


def says(verdict: str, asked: str | None = None) -> None:
    signals = {"request": {"state": "fired" if asked else "quiet", "why": asked or "nobody asked"}}
    write_json(artefacts.TRIGGER, {"verdict": verdict, "reasons": ["x"], "as_of": "2026-03-29", "signals": signals})
    write_json(artefacts.DECISION, DECISION)


@pytest.mark.parametrize("verdict", ["skip", "blocked", "investigate", "rollback"])
def test_without_a_reason_nothing_is_trained_or_recorded(calls, verdict):
    says(verdict)
    before = artefacts.LEDGER.read_bytes()
    assert verb.run() is None
    assert calls == [("repro", "trigger")]
    assert artefacts.LEDGER.read_bytes() == before


def test_a_reason_leads_to_a_decision_that_is_recorded_and_settled(calls):
    says("retrain")
    assert verb.run() == DECISION
    assert calls == [("repro", "trigger"), ("repro", "evaluate"), ("repro",)]
    entry = read_ledger(artefacts.LEDGER).entries[-1]
    assert (entry.kind, entry.verdict, entry.bundle) == ("attempt", "hold", "new.dir")
    assert (entry.holdout, entry.golden, entry.reasons) == ("h.dir", "g.dir", ["a tie is no gain"])
    assert (entry.training, entry.recipe) == ("rows.dir", "plan")
    assert (entry.as_of.isoformat(), entry.request) == ("2026-03-29", None)


def test_an_attempt_that_somebody_asked_for_says_so_and_only_that_one(calls):
    says("retrain", asked="a new product")
    verb.run()
    verb.run()
    says("retrain")
    verb.run()
    assert [entry.request for entry in read_ledger(artefacts.LEDGER).entries[1:]] == ["a new product"]


def test_the_same_candidate_answers_a_later_request_too(calls):
    for asked in (None, "a new product", None):
        says("retrain", asked=asked)
        verb.run()
    assert [entry.request for entry in read_ledger(artefacts.LEDGER).entries[1:]] == [None, "a new product"]


def test_the_same_run_twice_is_one_attempt(calls):
    says("retrain")
    verb.run()
    before = artefacts.LEDGER.read_bytes()
    verb.run()
    assert artefacts.LEDGER.read_bytes() == before


def test_a_stage_that_fails_leaves_the_ledger_alone(calls, monkeypatch):
    says("retrain")
    before = artefacts.LEDGER.read_bytes()

    def fails(*arguments: str, quiet: bool = False) -> None:
        raise ToolError("`dvc repro` must succeed")

    monkeypatch.setattr(verb, "run_dvc", fails)
    with pytest.raises(ToolError):
        verb.run()
    assert artefacts.LEDGER.read_bytes() == before


def test_a_run_beside_another_command_is_refused(calls):
    says("retrain")
    with journal.held("rollback", run_git), pytest.raises(Refused, match="got `ratchet rollback`"):
        verb.run()
    assert calls == []


def test_wrong_settings_are_refused_before_anything_runs(calls):
    Path("params.yaml").write_text("model: x\n")
    with pytest.raises(UsageError):
        verb.run()
    assert calls == []
