"""Where the gate has its old values from: the metrics diff, the record beside the ledger, or nowhere."""

import subprocess

import pytest
import yaml
from made_gate import COMMIT, FakeGit, edit, write_lock

from stages import artefacts, gate
from stages.artefacts import dvc_md5, write_json
from stages.decision.baseline import Old
from stages.decision.ledger import Entry, read_ledger, write_ledger
from stages.errors import CannotJudge, ToolError


def test_old_values_say_where_they_come_from(files, diff):
    compared = {"baseline": dvc_md5(artefacts.BASELINE), "golden": dvc_md5(artefacts.GOLDEN)}
    found = gate.old_values(compared, FakeGit(), read_ledger(artefacts.LEDGER))
    assert found == Old({"golden.accuracy": 0.9, "golden.n": 90.0}, f"dvc metrics diff {COMMIT[:7]}", COMMIT, None)


@pytest.fixture
def anchored(files):
    """Another golden set than the baseline commit's, on which a re-anchoring has measured the baseline."""
    (artefacts.GOLDEN / "file").write_text("fresh rows")
    golden, ledger = dvc_md5(artefacts.GOLDEN), read_ledger(artefacts.LEDGER)
    approved = {"as_of": "2026-02-20", "by": "desk-lead", "reason": "a fresh set"}
    entry = Entry(kind="reanchor", bundle=ledger.live.bundle, golden=golden, scored=[1], **approved)
    write_ledger(artefacts.LEDGER, ledger.with_entry(entry))
    write_json(artefacts.evaluation_of(ledger.live.bundle), {"golden": {"accuracy": 0.9}, "golden_md5": golden})
    edit(artefacts.COMPARISON, "compared", "golden", value=golden)
    git = FakeGit()  # its commit measured the set before
    write_lock()
    return git


def test_after_a_reanchoring_the_recorded_values_count_without_doubt(judged, anchored):
    decision = judged(anchored)
    assert decision["verdict"] == "promote", decision["reasons"]
    golden = next(rule for rule in decision["rules"] if rule["name"] == "golden")
    assert (golden["outcome"], golden["old"]) == ("pass", 0.9)
    assert golden["source"] == "re-anchored on 2026-02-20 by desk-lead"


def test_after_a_reanchoring_no_commit_is_needed(judged, anchored):
    anchored.shallow = "true"
    decision = judged(anchored)
    assert (decision["verdict"], decision["baseline"]["commit"]) == ("promote", None)


def test_a_reanchoring_of_another_golden_set_changes_nothing(judged, anchored):
    (artefacts.GOLDEN / "file").write_text("fresher rows")
    edit(artefacts.COMPARISON, "compared", "golden", value=dvc_md5(artefacts.GOLDEN))
    write_lock()
    decision = judged(anchored)
    assert decision["verdict"] == "review"
    assert next(rule for rule in decision["rules"] if rule["name"] == "golden")["old"] is None


def test_a_reanchoring_without_its_record_is_never_promoted(judged, anchored):
    artefacts.evaluation_of(dvc_md5(artefacts.BASELINE)).unlink()
    assert judged(anchored)["verdict"] == "review"


@pytest.mark.parametrize("old", [None, float("nan"), "0.9", True])
def test_an_old_value_that_is_no_number_is_never_promoted(judged, diff, old):
    diff["golden.accuracy"]["old"] = old
    assert judged()["verdict"] == "review"


def test_an_empty_diff_is_never_promoted(judged, diff):
    diff.clear()
    with pytest.raises(CannotJudge, match=r"must show the values of metrics/evaluation\.json, got others"):
        judged()


def test_a_shallow_clone_asks_for_review_and_says_how_to_get_the_rest(judged):
    git = FakeGit()
    git.shallow = "true"
    record = {"golden": {"accuracy": 0.9}, "golden_md5": dvc_md5(artefacts.GOLDEN)}
    write_json(artefacts.EVALUATIONS / f"{dvc_md5(artefacts.BASELINE).removesuffix('.dir')}.json", record)
    decision = judged(git)
    assert decision["verdict"] == "review"
    assert "git fetch --unshallow" in decision["reasons"][0]
    golden = next(rule for rule in decision["rules"] if rule["name"] == "golden")
    assert (golden["outcome"], golden["old"], golden["source"]) == ("pass", 0.9, "the recorded evaluation")


@pytest.mark.parametrize("record", [None, {"golden": {"accuracy": 0.9}, "golden_md5": "another.dir"}])
def test_without_a_recorded_evaluation_on_this_golden_set_nothing_old_is_known(judged, record):
    git = FakeGit()
    git.shallow = "true"
    if record:
        write_json(artefacts.EVALUATIONS / f"{dvc_md5(artefacts.BASELINE).removesuffix('.dir')}.json", record)
    decision = judged(git)
    assert decision["verdict"] == "review"
    assert next(rule for rule in decision["rules"] if rule["name"] == "golden")["old"] is None


@pytest.mark.parametrize(
    ("name", "message"), [("models/candidate", "got another model's"), ("data/golden", "golden set must be that of the baseline")]
)
def test_a_baseline_commit_that_measured_something_else_asks_for_review(judged, name, message):
    git = FakeGit()
    lock = yaml.safe_load(git.lock)
    next(dep for dep in lock["stages"]["evaluate"]["deps"] if dep["path"] == name)["md5"] = "other.dir"
    git.lock = yaml.safe_dump(lock)
    decision = judged(git)
    assert decision["verdict"] == "review"
    assert any(message in reason for reason in decision["reasons"])


def test_no_git_asks_for_review(judged):
    def broken(*arguments: str) -> str:
        raise ToolError("git must be installed")

    decision = judged(broken)
    assert decision["verdict"] == "review"
    assert "got no Git history" in " ".join(decision["reasons"])


def test_a_diff_that_fails_is_a_tool_error(monkeypatch):
    done = subprocess.CompletedProcess([], 255, "", "ERROR: unknown Git revision 'x'\n")
    monkeypatch.setattr("stages.decision.baseline.subprocess.run", lambda *arguments, **settings: done)
    with pytest.raises(ToolError, match="`dvc metrics diff` must work here, got: ERROR: unknown Git revision"):
        gate.metrics_diff("x")


@pytest.mark.parametrize("output", ["", "not json"])
def test_a_diff_that_prints_no_json_is_a_tool_error(monkeypatch, output):
    done = subprocess.CompletedProcess([], 0, output, "")
    monkeypatch.setattr("stages.decision.baseline.subprocess.run", lambda *arguments, **settings: done)
    with pytest.raises(ToolError, match="must work here"):
        gate.metrics_diff("x")
