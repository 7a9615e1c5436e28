"""The ledger against Git's history: what was cut or edited is refused until it is back; DVC and the gate are played."""

from pathlib import Path

import pytest
from made_production import commit, everything, git, made_loop

from stages import artefacts
from stages.decision.baseline import run_git
from stages.decision.ledger import Entry, read_ledger, write_ledger
from stages.errors import CannotJudge, Refused
from stages.ops.promote import Approval, promote

GOOD = Approval("desk-lead", "better on every segment", accept_review=False)


@pytest.fixture
def here(project, monkeypatch):
    """A committed run of a small project, whose gate says promote."""
    return made_loop(project.folder, monkeypatch)


def refused(folder: Path, message: str, kind: type[Exception] = Refused) -> None:
    before = everything(folder)
    with pytest.raises(kind, match=message):
        promote(GOOD, run_git)
    assert everything(folder) == before


def test_an_attempt_cut_out_of_the_ledger_is_refused_until_it_is_back(here):
    ledger = read_ledger(artefacts.LEDGER)
    write_ledger(artefacts.LEDGER, ledger.with_entry(Entry(kind="attempt", as_of="2026-03-01", bundle="x.dir", verdict="hold")))
    whole = commit("Attempt")
    write_ledger(artefacts.LEDGER, ledger)
    commit("Forget it")
    refused(here, f"models/ledger.yaml must only ever grow, got one that lacks what it said in {whole[:7]}; restore it")
    git("checkout", whole, "--", "models/ledger.yaml")
    commit("Restore it")
    assert promote(GOOD, run_git) == 1


def test_an_edited_entry_is_refused_until_it_is_back(here):
    text = artefacts.LEDGER.read_text()
    for edited in (text.replace("ratchet init", "somebody"), f"{text}  reason: added later\n"):
        artefacts.LEDGER.write_text(edited)
        commit("Edit")
        refused(here, "models/ledger.yaml must only ever grow")
        artefacts.LEDGER.write_text(text)
        commit("Restore it")
    assert promote(GOOD, run_git) == 1


def test_a_comment_of_the_ledger_may_be_reworded(here):
    artefacts.LEDGER.write_text("# another word\n" + artefacts.LEDGER.read_text())
    commit("Upgrade")
    assert promote(GOOD, run_git) == 1


def test_a_shallow_clone_cannot_judge(here, tmp_path, monkeypatch):
    commit("More")
    git("clone", "-q", "--depth", "1", f"file://{here}", str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    refused(tmp_path / "clone", "got a shallow clone; run `git fetch --unshallow` first", CannotJudge)
