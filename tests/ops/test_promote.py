"""`ratchet promote` in a real Git repository: what it refuses, and what one promotion changes; DVC is played by the test."""

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from stages import artefacts
from stages.artefacts import dvc_md5, write_json
from stages.decision.baseline import run_git
from stages.decision.ledger import Entry, Ledger, read_ledger, write_ledger
from stages.errors import CannotJudge, Refused, ToolError
from stages.ops import promote as verb
from stages.ops.promote import Approval, promote

GOOD = Approval("desk-lead", "better on every segment", accept_review=False)


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout.strip()


def decision(verdict: str) -> dict:
    return {
        "verdict": verdict,
        "reasons": [f"because of {verdict}"],
        "candidate": {"version": 1, "md5": dvc_md5(artefacts.CANDIDATE)},
        "compared": {"holdout": "h.dir", "golden": "g.dir"},
    }


@pytest.fixture
def here(project, monkeypatch):
    """A committed run of a small project, whose gate says promote."""
    people = {
        f"GIT_{who}_{what}": text for who in ("AUTHOR", "COMMITTER") for what, text in (("NAME", "Ada"), ("EMAIL", "a@b.c"))
    }
    for name, value in (people | {"GIT_CONFIG_GLOBAL": str(project.folder / "none"), "GIT_CONFIG_NOSYSTEM": "1"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(project.folder)
    for folder, text in ((artefacts.BASELINE, "old"), (artefacts.CANDIDATE, "new")):
        folder.mkdir(parents=True)
        (folder / "model").write_text(text)
    Path("models/.gitignore").write_text("/baseline\n/candidate\n")
    Path("dvc.lock").write_text("run: 1\n")
    zero = Entry(kind="promotion", as_of="2026-01-01", bundle="zero.dir", version=0)
    write_ledger(artefacts.LEDGER, Ledger(model="ticket-router", entries=[zero]))
    write_json(artefacts.VALIDATION, {"as_of": "2026-03-29"})
    write_json(artefacts.EVALUATION, {"holdout": {"accuracy": 0.84}, "golden": {"accuracy": 0.9}})
    write_json(artefacts.COMPARISON, {"holdout": {"n": 500, "primary": {"candidate": 0.84}}})
    monkeypatch.setattr(verb, "judge", lambda params, git: decision("promote"))
    monkeypatch.setattr(verb, "run_dvc", _dvc)
    monkeypatch.setattr(verb, "dvc_output", lambda *arguments: "{}")
    _dvc("add", str(artefacts.BASELINE))
    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-q", "-m", "Run")
    return project.folder


def _dvc(*arguments: str, quiet: bool = False) -> None:
    """`dvc add` writes the pointer, `dvc repro` a new lock."""
    if arguments[0] == "add":
        pointer = {"outs": [{"md5": dvc_md5(Path(arguments[1])), "path": "baseline"}]}
        Path(f"{arguments[1]}.dvc").write_text(yaml.safe_dump(pointer))
    elif arguments[0] == "checkout":
        (artefacts.BASELINE / "model").write_text("old")
    else:
        Path("dvc.lock").write_text(f"ran on: {dvc_md5(artefacts.BASELINE)}\n")


def everything(folder: Path) -> dict[Path, bytes]:
    """Every file, and where HEAD is."""
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts}
    return files | {Path("HEAD"): git("rev-parse", "HEAD").encode()}


def refused(folder: Path, approval: Approval, message: str) -> None:
    before = everything(folder)
    with pytest.raises(Refused, match=message) as refusal:
        promote(approval, run_git)
    assert refusal.value.exit_code == 6
    assert everything(folder) == before


def test_uncommitted_changes_are_refused(here):
    (here / "dvc.lock").write_text("edited\n")
    refused(here, GOOD, "the working tree must be clean, got uncommitted changes")


def test_staged_changes_are_refused(here):
    (here / "new.txt").write_text("new\n")
    git("add", "new.txt")
    refused(here, GOOD, "the working tree must be clean")


def test_a_name_that_may_not_approve_is_refused(here):
    refused(here, Approval("mallory", "please", accept_review=True), "got 'mallory'; ask one of desk-lead, ml-lead")


def test_the_author_of_the_run_may_not_approve_it(here, monkeypatch):
    monkeypatch.setenv("GIT_AUTHOR_NAME", "desk-lead")
    git("commit", "-q", "--allow-empty", "-m", "Run again")
    refused(here, GOOD, "must not be the author of the run, got 'desk-lead'")


def test_a_solo_user_may_approve_the_own_run_where_that_is_set(here, monkeypatch):
    settings = yaml.safe_load(Path("params.yaml").read_text())
    settings["approval"]["allow_author"] = True
    Path("params.yaml").write_text(yaml.safe_dump(settings))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "desk-lead")
    git("commit", "-q", "-a", "-m", "Allow it")
    assert promote(GOOD, run_git) == 1


@pytest.mark.parametrize("accept", [False, True])
def test_a_hold_is_refused_whoever_accepts_it(here, monkeypatch, accept):
    monkeypatch.setattr(verb, "judge", lambda params, git: decision("hold"))
    refused(here, Approval("desk-lead", "go", accept), "got hold: because of hold; production stays as it is")


def test_a_review_needs_the_flag(here, monkeypatch):
    monkeypatch.setattr(verb, "judge", lambda params, git: decision("review"))
    refused(here, GOOD, "got review: because of review; look at it, then add --accept-review")
    assert promote(Approval("desk-lead", "looked at it", accept_review=True), run_git) == 1
    assert read_ledger(artefacts.LEDGER).live.verdict == "review"


def test_evidence_that_cannot_be_judged_changes_nothing(here, monkeypatch):
    def cannot(params, git):
        raise CannotJudge("another md5")

    monkeypatch.setattr(verb, "judge", cannot)
    before = everything(here)
    with pytest.raises(CannotJudge):
        promote(GOOD, run_git)
    assert everything(here) == before


def test_the_decision_file_is_not_asked(here, monkeypatch):
    write_json(artefacts.DECISION, {"verdict": "promote"})
    git("add", "-A")
    git("commit", "-q", "-m", "Claim")
    monkeypatch.setattr(verb, "judge", lambda params, git: decision("hold"))
    refused(here, GOOD, "got hold")


def test_a_promotion_is_one_commit_that_leaves_the_tree_clean(here):
    before = git("rev-parse", "HEAD")
    assert promote(GOOD, run_git) == 1
    assert git("rev-parse", "HEAD~1") == before
    assert git("status", "--porcelain") == ""
    assert git("log", "-1", "--format=%s") == "Promote ticket-router version 1"
    assert git("log", "-1", "--format=%b") == "Approved by desk-lead: better on every segment"
    record = f"models/evaluations/{dvc_md5(artefacts.CANDIDATE).removesuffix('.dir')}.json"
    changed = git("diff", "--name-only", "HEAD~1").splitlines()
    assert changed == ["dvc.lock", "models/baseline.dvc", record, "models/ledger.yaml"]
    assert json.loads(Path(record).read_text()) == {
        "holdout": {"accuracy": 0.84},
        "golden": {"accuracy": 0.9},
        "golden_md5": "g.dir",
    }


def test_the_candidate_is_the_baseline_and_the_ledger_knows_who_and_why(here):
    promote(GOOD, run_git)
    assert dvc_md5(artefacts.BASELINE) == dvc_md5(artefacts.CANDIDATE)
    assert (artefacts.BASELINE / "model").read_text() == "new"
    live = read_ledger(artefacts.LEDGER).live
    assert (live.version, live.by, live.reason) == (1, "desk-lead", "better on every segment")
    assert (live.metric, live.promised, live.rows) == ("accuracy", 0.84, 500)
    assert (live.holdout, live.golden, live.as_of.isoformat()) == ("h.dir", "g.dir", "2026-03-29")


def test_a_promotion_that_cannot_be_committed_changes_nothing(here):
    hook = here / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    (here / "models" / "notes.md").write_text("mine\n")  # unknown to Git: not the promotion's to take away
    before = everything(here)
    with pytest.raises(ToolError, match="`git commit -m` must work here, got: exit code 1; run it by hand"):
        promote(GOOD, run_git)
    assert everything(here) == before
    assert git("status", "--porcelain") == "?? models/notes.md"


def test_a_pipeline_that_is_not_up_to_date_is_refused(here, monkeypatch):
    monkeypatch.setattr(verb, "dvc_output", lambda *arguments: '{"train": [{"changed deps": {}}]}')
    refused(here, GOOD, "the pipeline must be up to date")


def test_files_git_does_not_know_are_left_out_of_the_commit(here):
    (here / "notes.txt").write_text("mine\n")
    promote(GOOD, run_git)
    assert git("status", "--porcelain") == "?? notes.txt"
