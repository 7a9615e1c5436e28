"""The command line: exit codes, one line on stderr, no traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

import stages.gate
from stages import artefacts
from stages.artefacts import write_json
from stages.errors import CannotJudge, InputError, Refused, ToolError, UntrustedModel, UsageError, one_line_errors
from stages.ops.cli import app

ROOT = Path(__file__).resolve().parents[2]
DECISION = {
    "rules": [{"name": "min_gain", "outcome": "pass", "why": "x", "metric": "accuracy", "old": 0.8, "new": 0.9, "delta": 0.1}],
    "reasons": ["so it is"],
    "baseline": {"version": 1},
}


@pytest.fixture
def here(project, monkeypatch):
    """A small project to stand in, with what the stages before the gate wrote."""
    monkeypatch.chdir(project.folder)
    kinds = ("in", "training", "holdout", "quarantined", "blocked", "immature", "unlabelled", "expired")
    write_json(artefacts.TRIGGER, {"as_of": "2026-03-29", "verdict": "retrain", "reasons": ["x"]})
    write_json(artefacts.VALIDATION, {"rows": dict.fromkeys(kinds, 1)})
    return project.folder


@pytest.fixture
def ratchet(here, monkeypatch, capsys):
    """Calls the command in this process; returns exit code, stdout and stderr."""

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["ratchet", *arguments])
        with pytest.raises(SystemExit) as end:
            one_line_errors(app)()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return call


def gate_says(monkeypatch, verdict: str) -> None:
    monkeypatch.setattr(stages.gate, "judge", lambda params, git: DECISION | {"verdict": verdict})


def gate_fails(monkeypatch, error: Exception) -> None:
    def fails(params, git):
        raise error

    monkeypatch.setattr(stages.gate, "judge", fails)


@pytest.mark.parametrize(("verdict", "code"), [("promote", 0), ("hold", 1), ("review", 1)])
def test_the_gate_turns_its_verdict_into_an_exit_code_when_asked(ratchet, monkeypatch, verdict, code):
    gate_says(monkeypatch, verdict)
    checked, shown, _ = ratchet("gate", "--check")
    assert checked == code
    assert f"verdict: {verdict}" in shown
    assert ratchet("gate")[0] == 0


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CannotJudge("files must belong together"), 3),
        (InputError("metrics must exist"), 3),
        (ToolError("git must work"), 3),
        (UntrustedModel("model must be trusted"), 5),
        (UsageError("params.yaml must be right"), 2),
    ],
)
def test_a_gate_that_cannot_judge_is_neither_a_pass_nor_a_hold(ratchet, monkeypatch, error, code):
    gate_fails(monkeypatch, error)
    assert ratchet("gate", "--check") == (code, "", f"error: {error}\n")


def test_a_gate_without_the_report_of_the_stages_cannot_judge(ratchet, monkeypatch):
    gate_says(monkeypatch, "promote")
    artefacts.VALIDATION.unlink()
    code, _, stderr = ratchet("gate", "--check")
    assert code == 3
    assert stderr.startswith("error: metrics/validation.json must exist")


@pytest.mark.parametrize(
    "arguments", [("gate", "--chekc"), ("gait",), ("promote",), ("promote", "--approved-by", "x"), ("gate", "x")]
)
def test_a_wrong_command_is_a_usage_error(ratchet, arguments):
    code, out, err = ratchet(*arguments)
    assert (code, out) == (2, "")
    assert "Traceback" not in err


def test_a_promotion_says_what_to_do_next_and_a_refusal_why(ratchet, monkeypatch):
    asked = []
    monkeypatch.setattr("stages.ops.promote.promote", lambda approval, git: asked.append(approval) or 4)
    code, out, _ = ratchet("promote", "--approved-by", "ml-lead", "--reason", "good", "--accept-review")
    assert code == 0
    assert out == "version 4 is the baseline now, committed and tagged; next: dvc push, then git push --follow-tags\n"
    assert (asked[0].by, asked[0].reason, asked[0].accept_review) == ("ml-lead", "good", True)

    def refuses(approval, git):
        raise Refused("the verdict must be promote,\n got hold")

    monkeypatch.setattr("stages.ops.promote.promote", refuses)
    refusal = ratchet("promote", "--approved-by", "ml-lead", "--reason", "good")
    assert refusal == (6, "", "error: the verdict must be promote, got hold\n")


def test_a_run_without_a_reason_is_no_failure(ratchet, monkeypatch):
    write_json(artefacts.TRIGGER, {"as_of": "2026-03-29", "verdict": "skip", "reasons": ["nothing new"]})
    monkeypatch.setattr("stages.ops.run.run", lambda git: None)
    code, out, err = ratchet("run")
    assert (code, err) == (0, "")
    assert "skip: nothing new" in out


def test_status_without_a_ledger_is_one_line(ratchet):
    code, out, err = ratchet("status")
    assert (code, out) == (4, "")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("gate", "--check"), 3), (("status",), 4), (("run",), 4), (("gate", "--nonsense"), 2), (("--help",), 0)],
)
def test_in_an_empty_folder_the_real_command_says_what_is_missing(tmp_path, arguments, code):
    command = [sys.executable, str(ROOT / "ratchet.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    if code > 2:
        assert done.stderr.startswith("error: ")
        assert done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())
