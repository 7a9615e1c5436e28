"""The report shows what the stages wrote, judged again; what was changed since is refused or left out."""

import json
from pathlib import Path

import pytest
import yaml
from made_gate import CHANGES, COMMIT, FakeGit, edit, write_run

from stages import artefacts, gate
from stages.errors import CannotJudge, InputError, ToolError
from stages.ops.reporting import read as report_read
from stages.ops.reporting.read import read_run

GAIN = artefacts.PLOTS / "gain.svg"
DIFF = {"params.yaml": {"gate.min_gain": {"old": 0.02, "new": 0.01}}}


def settle() -> None:
    """Write dvc.lock anew, as if every stage had just run."""
    stages = yaml.safe_load(Path("dvc.lock").read_text())["stages"]
    stages["validate"] = {"outs": [_of(artefacts.VALIDATION)]}
    stages["trigger"] = {"outs": [_of(artefacts.TRIGGER)], "deps": [_of(artefacts.VALIDATION)]}
    names = (artefacts.EVALUATION, artefacts.COMPARISON, artefacts.GOLDEN_ANSWERS, artefacts.LATENCY, GAIN)
    stages["evaluate"]["outs"] = [_of(path) for path in names]
    judged = (artefacts.TRIGGER, artefacts.EVALUATION, artefacts.COMPARISON, artefacts.LATENCY)
    stages["gate"] = {"outs": [_of(artefacts.DECISION)], "deps": [_of(path) for path in judged]}
    Path("dvc.lock").write_text(yaml.safe_dump({"schema": "2.0", "stages": stages}))


def _of(path: Path) -> dict[str, str]:
    return {"path": path.as_posix(), "md5": artefacts.dvc_md5(path)}


@pytest.fixture(autouse=True)
def files(tmp_path, monkeypatch, make_params):
    """A folder to stand in, with a run that the gate promotes; DVC's own commands are made."""
    monkeypatch.chdir(tmp_path)
    write_run()
    artefacts.write_json(artefacts.VALIDATION, {"problem": None})
    artefacts.write_text(GAIN, "<svg/>")
    rows = {"golden.accuracy": {"old": 0.9, "new": 0.92}, "golden.n": {"old": 90, "new": 90}}
    monkeypatch.setattr(gate, "metrics_diff", lambda commit: {"metrics/evaluation.json": rows} if commit == COMMIT else {})
    monkeypatch.setattr(report_read, "dvc_output", lambda *words: json.dumps(DIFF) if words[-1] == COMMIT else "{}")
    artefacts.write_json(artefacts.DECISION, gate.judge(make_params(CHANGES), FakeGit()))
    settle()


@pytest.fixture
def read(make_params):
    """Reads the run as it is now."""
    return lambda git=None: read_run(make_params(CHANGES), git or FakeGit())


def test_a_run_is_read_with_its_past(read):
    run = read()
    assert run.judged.decision["verdict"] == "promote"
    assert run.judged.old.values["golden.accuracy"] == 0.9
    assert run.judged.old.source == "dvc metrics diff ccccccc"
    assert run.judged.settings == DIFF["params.yaml"]
    assert (run.judged.tried, run.judged.days_old) == (2, 28)  # the baseline and this one; 1 February to 1 March
    assert run.doubts == ()
    assert run.pictures == {"gain": "<svg/>"}


def test_reading_changes_no_file(read, tmp_path):
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    read()
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("path", [artefacts.TRIGGER, artefacts.VALIDATION])
def test_a_file_changed_by_hand_is_refused(read, path):
    edit(path, "as_of", value="2026-04-01")
    with pytest.raises(CannotJudge, match=f"{path} must be what its stage wrote, got another md5"):
        read()


def test_a_trigger_that_looked_at_older_data_is_refused(read):
    artefacts.write_json(artefacts.VALIDATION, {"problem": None, "newer": True})
    lock = yaml.safe_load(Path("dvc.lock").read_text())
    lock["stages"]["validate"]["outs"] = [_of(artefacts.VALIDATION)]
    Path("dvc.lock").write_text(yaml.safe_dump(lock))
    with pytest.raises(CannotJudge, match=r"must be made from today's metrics/validation\.json, got an older one"):
        read()


def test_a_forged_decision_is_not_shown(read):
    edit(artefacts.DECISION, "verdict", value="hold")
    settle()  # forged with its md5
    run = read()
    assert run.judged.decision["verdict"] == "promote"
    assert run.doubts == ("metrics/decision.json says hold; judged again here it is promote",)


def test_where_this_clone_cannot_judge_the_committed_verdict_is_shown_as_such(read):
    (artefacts.GOLDEN / "file").write_text("other rows")
    run = read()
    assert run.judged.decision["verdict"] == "promote"
    assert len(run.doubts) == 1
    assert run.doubts[0].startswith(
        "this clone could not judge again, so this is the verdict that was committed: data/golden must"
    )


@pytest.mark.parametrize("path", [artefacts.DECISION, artefacts.COMPARISON, artefacts.LATENCY])
def test_a_committed_verdict_that_was_changed_by_hand_is_not_shown(read, path):
    (artefacts.GOLDEN / "file").write_text("other rows")
    edit(path, "verdict", value="promote, of course")
    run = read()
    assert run.judged is None
    assert run.doubts[0].startswith("no candidate can be judged here")


def test_a_decision_of_an_earlier_run_is_not_shown(read):
    edit(artefacts.TRIGGER, "verdict", value="skip")
    lock = yaml.safe_load(Path("dvc.lock").read_text())
    lock["stages"]["trigger"]["outs"] = [_of(artefacts.TRIGGER)]
    Path("dvc.lock").write_text(yaml.safe_dump(lock))
    run = read()
    assert run.judged is None
    assert run.doubts == ()  # nobody asked for a candidate


def test_a_candidate_that_was_made_against_the_trigger_is_shown(read):
    edit(artefacts.TRIGGER, "verdict", value="skip")
    settle()
    assert read().judged.decision["verdict"] == "hold"


def test_after_a_promotion_there_is_no_candidate(read, monkeypatch):
    edit(artefacts.TRIGGER, "verdict", value="skip")
    settle()
    same = {"verdict": "hold", "candidate": {"md5": "a"}, "baseline": {"md5": "a", "commit": None}}
    monkeypatch.setattr(report_read, "judge", lambda params, git: same)
    assert read().judged is None


def test_a_picture_that_was_changed_is_left_out(read):
    GAIN.write_text("<svg><script/></svg>")
    assert read().pictures == {"gain": None}


def test_where_validation_stopped_nothing_else_is_needed(read):
    artefacts.write_json(artefacts.VALIDATION, {"problem": "data/raw must hold a batch"})
    artefacts.TRIGGER.unlink()
    run = read()
    assert (run.trigger, run.judged) == ({}, None)


@pytest.mark.parametrize("commit", [None, "--help", "HEAD; true", "C" * 40])
def test_only_a_whole_commit_id_is_given_to_dvc(commit, monkeypatch):
    monkeypatch.setattr(report_read, "dvc_output", lambda *words: json.dumps(DIFF))
    assert report_read._settings(commit) is None


def test_settings_that_dvc_cannot_compare_are_unknown(monkeypatch):
    def fails(*words):
        raise ToolError("no such commit")

    monkeypatch.setattr(report_read, "dvc_output", fails)
    assert report_read._settings(COMMIT) is None


@pytest.mark.parametrize("text", ["stages: 3", "[]", "stages: {a: {outs: [1]}}"])
def test_a_broken_lock_is_one_line(read, text):
    Path("dvc.lock").write_text(text)
    with pytest.raises(InputError, match=r"dvc\.lock must record the stages of a run"):
        read()
