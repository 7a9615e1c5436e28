"""`ratchet rollback` in a real Git repository: where it goes, what it leaves behind, and what it refuses; DVC is played."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from made_production import CACHE, REMOTE, commit, everything, git, killed_before_change, made_loop, restore, tag_names

from stages import artefacts
from stages.artefacts import dvc_md5, write_json
from stages.decision.attempts import Candidate, rejected
from stages.decision.baseline import run_git
from stages.decision.ledger import read_ledger
from stages.errors import CannotJudge, InputError, Refused, ToolError, UsageError
from stages.ops.promote import Approval, promote
from stages.ops.rollback import Done, Request, rollback
from stages.ops.versions import journal, switch


def asked(to: int | None = None, *, by: str | None = None, force: bool = False) -> Request:
    return Request(to=to, reason="answers got worse", by=by, force=force)


@pytest.fixture
def here(project, monkeypatch):
    """Versions 1, 2 and 3 were promoted; 3 is in production and the candidate still lies there."""
    made_loop(project.folder, monkeypatch)
    for text in ("one", "two", "three"):
        artefacts.CANDIDATE.joinpath("model").write_text(text)
        promote(Approval("desk-lead", "better", accept_review=False), run_git)
    return project.folder


def live() -> tuple[int | None, str]:
    """What is in production, by the ledger and by the folder."""
    return read_ledger(artefacts.LEDGER).live.version, (artefacts.BASELINE / "model").read_text()


def refused(folder: Path, request: Request, message: str, kind: type[Exception] = Refused) -> None:
    before = everything(folder)
    with pytest.raises(kind, match=message) as refusal:
        rollback(request, run_git)
    assert "\n" not in str(refusal.value)
    assert everything(folder) == before


def test_the_version_before_is_back_and_the_one_it_replaces_is_rejected(here):
    assert rollback(asked(by="Grace"), run_git) == Done(version=2, unsettled=None)
    assert live() == (2, "two")
    assert Path("models/baseline.dvc").read_text().strip() == git("show", "ticket-router@v2.0.0:models/baseline.dvc")
    ledger = read_ledger(artefacts.LEDGER)
    entry, three = ledger.entries[-1], dvc_md5(artefacts.CANDIDATE)
    assert (entry.kind, entry.rejected, entry.by, entry.reason) == ("rollback", three, "Grace", "answers got worse")
    assert entry.as_of.isoformat() == "2026-03-29"
    again = Candidate(bundle=three, training="rows.dir", recipe="plan")
    assert (rejected(ledger, again, "other.dir") or "").startswith("rolled back on 2026-03-29")


def test_the_switch_is_one_commit_and_settling_another_and_the_tree_is_clean(here):
    rollback(asked(), run_git)
    assert git("log", "-2", "--format=%s").splitlines() == [
        "Settle on version 2",
        "Roll back ticket-router from version 3 to version 2",
    ]
    assert git("log", "-1", "--format=%b", "HEAD~1") == "Asked for by Ada: answers got worse"
    assert git("diff", "--name-only", "HEAD~2", "HEAD~1").splitlines() == ["models/baseline.dvc", "models/ledger.yaml"]
    assert git("diff", "--name-only", "HEAD~1", "HEAD") == "dvc.lock"
    assert git("status", "--porcelain") == ""


def test_nothing_is_trained(here, monkeypatch):
    calls, dvc = [], switch.run_dvc
    monkeypatch.setattr(switch, "run_dvc", lambda *what, quiet: calls.append(what) or dvc(*what, quiet=quiet))
    rollback(asked(), run_git)
    stages = [what[2:] for what in calls if what[:2] == ("repro", "--single-item")]
    assert stages == [("validate", "trigger"), ("evaluate", "gate")]


def test_with_newer_rows_than_the_candidates_the_next_run_judges(here, monkeypatch):
    calls, dvc = [], switch.run_dvc
    monkeypatch.setattr(switch, "run_dvc", lambda *what, quiet: calls.append(what) or dvc(*what, quiet=quiet))
    monkeypatch.setattr(switch, "dvc_output", lambda *arguments: '{"train": [{"changed deps": {}}]}')
    assert rollback(asked(), run_git).unsettled == "there are newer rows than the candidate's: the next `ratchet run` judges"
    assert [what[2:] for what in calls if what[0] == "repro"] == [("validate", "trigger")]
    assert git("log", "-1", "--format=%s") == "Settle on version 2"
    assert git("status", "--porcelain") == ""


def test_the_day_of_a_rollback_is_the_newest_one_that_is_known(here):
    artefacts.KPI.write_text("date,kpi,value\n2026-04-05,solved,0.4\n2026-03-01,solved,0.8\n")
    commit("Deliver the KPI")
    rollback(asked(), run_git)
    assert read_ledger(artefacts.LEDGER).entries[-1].as_of.isoformat() == "2026-04-05"


def test_the_stage_tag_goes_back_to_the_commit_of_the_version(here):
    two = git("rev-parse", "ticket-router@v2.0.0^{commit}")
    rollback(asked(), run_git)
    assert "ticket-router#prod#4" in tag_names()
    assert git("rev-parse", "ticket-router#prod#4^{commit}") == two
    times = git("for-each-ref", "--sort=taggerdate", "--format=%(refname:strip=2)", "refs/tags/ticket-router#prod#*")
    assert times.split()[-1] == "ticket-router#prod#4"  # DVC goes by time


def test_a_version_can_be_named_and_the_dummy_too(here):
    assert rollback(asked(1), run_git).version == 1
    assert live() == (1, "one")
    assert rollback(asked(0), run_git).version == 0
    assert live() == (0, "old")


def test_where_to_go_by_itself_is_what_the_trigger_has_in_mind(here):
    rollback(asked(), run_git)
    assert rollback(asked(), run_git).version == 1  # 3 was rolled back, 2 is what is wrong now
    refused(here, asked(), "must have an earlier version to go to, got none: there is no earlier version")


def test_a_version_with_which_a_kpi_fell_is_passed_over_as_the_trigger_does(project, monkeypatch):
    made_loop(project.folder, monkeypatch)
    # the KPI stood at 99 to 101, and at 79 to 81 from the day on which version 2 came in
    days = [date(2026, 1, 1) + timedelta(days=k) for k in range(120)]
    rows = [f"{day},solved,{(80 if day >= date(2026, 3, 1) else 100) + k % 3 - 1}" for k, day in enumerate(days)]
    artefacts.KPI.write_text("\n".join(["date,kpi,value", *rows]) + "\n")
    for text, day in (("one", "2026-02-01"), ("two", "2026-03-01"), ("three", "2026-04-01")):
        write_json(artefacts.VALIDATION, {"as_of": day})
        artefacts.CANDIDATE.joinpath("model").write_text(text)
        commit("Run")
        promote(Approval("desk-lead", "better", accept_review=False), run_git)
    assert rollback(asked(), run_git).version == 1


def test_a_version_that_was_itself_rolled_back_needs_force_and_is_good_again_then(here):
    rollback(asked(), run_git)
    refused(here, asked(3), "got 3, taken out on 2026-03-29: answers got worse; name another one, or add --force")
    assert rollback(asked(3, force=True), run_git).version == 3
    assert live() == (3, "three")
    assert read_ledger(artefacts.LEDGER).rejected == {read_ledger(artefacts.LEDGER).entries[2].bundle}  # version 2 now


@pytest.mark.parametrize(
    ("to", "message", "kind"),
    [
        (3, "must be another version than the one in production, got 3", Refused),
        (9, r"must be a promoted version \(0, 1, 2, 3\), got 9; `ratchet history` shows them", UsageError),
    ],
)
def test_a_version_that_is_live_or_unknown_is_refused(here, to, message, kind):
    refused(here, asked(to), message, kind)


def test_a_tree_with_changes_is_refused(here):
    Path("dvc.lock").write_text("edited\n")
    refused(here, asked(), "the working tree must be clean")


def test_a_cut_ledger_and_a_shallow_clone_are_refused(here, tmp_path, monkeypatch):
    text = artefacts.LEDGER.read_text()
    artefacts.LEDGER.write_text(text[: text.index("- kind: promotion", text.index("version: 2"))])
    commit("Forget version 3")
    refused(here, asked(1), "models/ledger.yaml must only ever grow")
    git("clone", "-q", "--depth", "1", f"file://{here}", str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    refused(tmp_path / "clone", asked(1), "got a shallow clone", CannotJudge)


def test_what_the_cache_lacks_is_fetched_and_what_neither_has_changes_nothing(here):
    two = read_ledger(artefacts.LEDGER).versions[1].bundle
    shutil.move(CACHE / two, REMOTE / two)
    one = read_ledger(artefacts.LEDGER).versions[0].bundle
    shutil.rmtree(CACHE / one)
    message = "version 1 must be in DVC's cache or remote, got neither .*see whether `dvc pull` reaches the remote"
    refused(here, asked(1), message, InputError)
    assert git("status", "--porcelain") == ""
    assert rollback(asked(2), run_git).version == 2


def test_a_damaged_bundle_in_the_cache_changes_nothing(here):
    (CACHE / read_ledger(artefacts.LEDGER).versions[1].bundle / "model").write_text("swapped")
    refused(here, asked(), "version 2 must be the bundle of the ledger, got another md5", InputError)


def test_a_stage_that_fails_does_not_hold_up_a_rollback(here, monkeypatch):
    def fails(*stages: str) -> None:
        Path("dvc.lock").write_text("half\n")
        raise ToolError("`dvc repro` must succeed, got exit code 4")

    monkeypatch.setattr(switch, "settle", fails)
    done = rollback(asked(), run_git)
    assert done == Done(version=2, unsettled="`dvc repro` must succeed, got exit code 4, then run `dvc repro` and commit")
    assert live() == (2, "two")
    assert git("log", "-1", "--format=%s") == "Roll back ticket-router from version 3 to version 2"
    assert git("status", "--porcelain") == ""


def test_a_rollback_killed_at_any_step_has_not_happened_or_is_finished_by_the_next(here, tmp_path):
    shutil.copytree(here, tmp_path / "before", symlinks=True)
    count = int(git("rev-list", "--count", "HEAD"))
    rollback(asked(), run_git)
    wanted = everything(here)
    undone = finished = number = 0
    while True:
        restore(here, tmp_path / "before")
        if not killed_before_change(number, lambda: rollback(asked(), run_git)):
            break
        happened = int(git("rev-list", "--count", "HEAD")) > count
        assert rollback(asked(), run_git).version == 2
        assert everything(here) == wanted, f"killed before change {number}"
        assert not Path(git("rev-parse", "--git-path", journal.NOTE)).exists()
        finished, undone, number = finished + happened, undone + (not happened), number + 1
    assert undone >= 8  # the note, the pointer, the bundle, the move, the ledger, the index
    assert finished >= 5  # the tag, the stages, their commit, the note


def test_a_promotion_that_was_killed_is_cleared_up_by_a_rollback(here):
    artefacts.CANDIDATE.joinpath("model").write_text("four")
    assert killed_before_change(6, lambda: promote(Approval("desk-lead", "better", accept_review=False), run_git))
    assert rollback(asked(), run_git).version == 2
    assert git("status", "--porcelain") == ""
