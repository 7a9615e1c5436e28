"""`ratchet promote` in a real Git repository: what it refuses, and what one promotion changes; DVC is played by the test."""

import json
import multiprocessing
import shutil
from pathlib import Path

import pytest
import yaml
from made_production import AT, commit, decision, everything, git, killed_before_change, made_loop, restore, tag_names

from stages import artefacts
from stages.artefacts import dvc_md5, write_json
from stages.decision.baseline import run_git
from stages.decision.ledger import read_ledger
from stages.errors import CannotJudge, Refused, ToolError
from stages.ops import promote as verb
from stages.ops.promote import Approval, promote
from stages.ops.versions import journal

GOOD = Approval("desk-lead", "better on every segment", accept_review=False)


@pytest.fixture
def here(project, monkeypatch):
    """A committed run of a small project, whose gate says promote."""
    return made_loop(project.folder, monkeypatch)


def refused(folder: Path, approval: Approval, message: str, kind: type[Exception] = Refused) -> None:
    before = everything(folder)
    with pytest.raises(kind, match=message) as refusal:
        promote(approval, run_git)
    assert "\n" not in str(refusal.value)
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
    Path("dvc.lock").write_text("run: 2\n")
    commit("Run again")
    refused(here, GOOD, "must not be the author of the run, got 'desk-lead'")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Ada")
    Path("README.md").write_text("a word\n")
    commit("What somebody else says after it")
    refused(here, GOOD, "must not be the author of the run, got 'desk-lead'")


def test_a_solo_user_may_approve_the_own_run_where_that_is_set(here, monkeypatch):
    settings = yaml.safe_load(Path("params.yaml").read_text())
    settings["approval"]["allow_author"] = True
    Path("params.yaml").write_text(yaml.safe_dump(settings))
    Path("dvc.lock").write_text("run: 2\n")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "desk-lead")
    commit("Allow it")
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
    refused(here, GOOD, "another md5", CannotJudge)


def test_the_decision_file_is_not_asked(here, monkeypatch):
    write_json(artefacts.DECISION, {"verdict": "promote"})
    commit("Claim")
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
    answers = f"models/evaluations/{dvc_md5(artefacts.CANDIDATE).removesuffix('.dir')}.csv"
    changed = git("diff", "--name-only", "HEAD~1").splitlines()
    assert changed == ["dvc.lock", "models/baseline.dvc", answers, record, "models/ledger.yaml"]
    assert json.loads(Path(record).read_text()) == {
        "holdout": {"accuracy": 0.84},
        "golden": {"accuracy": 0.9},
        "golden_md5": "g.dir",
    }
    assert Path(answers).read_bytes() == artefacts.GOLDEN_ANSWERS.read_bytes()


def test_the_candidate_is_the_baseline_and_the_ledger_knows_who_and_why(here):
    promote(GOOD, run_git)
    assert dvc_md5(artefacts.BASELINE) == dvc_md5(artefacts.CANDIDATE)
    assert (artefacts.BASELINE / "model").read_text() == "one"
    live = read_ledger(artefacts.LEDGER).live
    assert (live.version, live.by, live.reason) == (1, "desk-lead", "better on every segment")
    assert (live.metric, live.promised, live.rows) == ("accuracy", 0.84, 500)
    assert (live.holdout, live.golden, live.as_of.isoformat()) == ("h.dir", "g.dir", "2026-03-29")
    assert (live.training, live.recipe) == ("rows.dir", "plan")
    assert (live.change.day.isoformat(), live.change.what) == ("2026-03-16", "the change of product in 2026-W12")


def test_a_promotion_that_cannot_be_committed_changes_nothing(here):
    hook = here / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    (here / "models" / "notes.md").write_text("mine\n")  # unknown to Git: not the promotion's to take away
    refused(here, GOOD, "`git commit --quiet` must work here, got: exit code 1; run it by hand", ToolError)
    assert git("status", "--porcelain") == "?? models/notes.md"


def test_a_pipeline_that_is_not_up_to_date_is_refused(here, monkeypatch):
    monkeypatch.setattr(verb, "dvc_output", lambda *arguments: '{"train": [{"changed deps": {}}]}')
    refused(here, GOOD, "the pipeline must be up to date, got changes in train; run `dvc repro`")


def test_files_git_does_not_know_are_left_out_of_the_commit(here):
    (here / "notes.txt").write_text("mine\n")
    promote(GOOD, run_git)
    assert git("status", "--porcelain") == "?? notes.txt"


def test_a_promotion_is_tagged_for_consumers(here):
    promote(GOOD, run_git)
    assert tag_names() == ["ticket-router#prod#1", "ticket-router@v1.0.0"]
    head = git("rev-parse", "HEAD")
    assert git("for-each-ref", "--format=%(objecttype) %(*objectname) %(taggerdate:unix)").splitlines()[1:] == [
        f"tag {head} {AT}",
        f"tag {head} {AT}",
    ]


def test_a_second_promotion_at_the_same_time_is_refused_and_told_why(here):
    with journal.held("run", run_git):
        refused(here, GOOD, r"one command at a time must work in this clone, got `ratchet run` \(process \d+\) at work")
    assert promote(GOOD, run_git) == 1


def _promote(start, answers) -> None:
    start.wait()
    try:
        answers.put(promote(GOOD, run_git))
    except Refused as refusal:
        answers.put(str(refusal))


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_of_two_promotions_exactly_one_wins(here, monkeypatch):
    # the gate of the second one sees the candidate as the baseline: a tie
    ties = lambda params, git: decision("hold" if read_ledger(artefacts.LEDGER).live.version else "promote")  # noqa: E731
    monkeypatch.setattr(verb, "judge", ties)
    fork = multiprocessing.get_context("fork")
    start, answers = fork.Barrier(2), fork.Queue()
    both = [fork.Process(target=_promote, args=(start, answers)) for _ in range(2)]
    for own in both:
        own.start()
    told = sorted((answers.get(timeout=60) for _ in both), key=str)
    for own in both:
        own.join()
    assert told[0] == 1
    assert "at work" in told[1] or "got hold" in told[1]
    assert git("rev-list", "--count", "HEAD") == "2"
    assert git("status", "--porcelain") == ""


def test_a_promotion_killed_at_any_step_has_not_happened_or_is_finished_by_the_next(here, tmp_path, capsys):
    shutil.copytree(here, tmp_path / "before", symlinks=True)
    promote(GOOD, run_git)
    wanted = everything(here)
    undone = finished = number = 0
    while True:
        restore(here, tmp_path / "before")
        if not killed_before_change(number, lambda: promote(GOOD, run_git)):
            break
        happened = git("rev-list", "--count", "HEAD") == "2"
        assert promote(GOOD, run_git) == 1
        assert everything(here) == wanted, f"killed before change {number}"
        assert not Path(git("rev-parse", "--git-path", journal.NOTE)).exists()
        finished, undone, number = finished + happened, undone + (not happened), number + 1
    assert undone >= 10  # the note, the records, the copy, the move, the pointer, the ledger, the stages, the index
    assert finished >= 4  # two tags, an object and a name each, and the note
    told = capsys.readouterr().err
    assert "the promotion of version 1 was interrupted: undone now\n" in told
    assert "the promotion of version 1 was interrupted: finished now\n" in told


def test_what_a_kill_left_behind_is_cleared_up_before_another_candidate_is_promoted(here):
    assert killed_before_change(6, lambda: promote(GOOD, run_git))
    artefacts.CANDIDATE.joinpath("model").write_text("two")
    assert promote(GOOD, run_git) == 1
    assert (artefacts.BASELINE / "model").read_text() == "two"
    assert git("rev-list", "--count", "HEAD") == "2"
