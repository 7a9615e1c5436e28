"""`ci.mk` and `ratchet ci`: what the workflows call; hosts' command lines are played by scripts on the path."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stages import artefacts
from stages.decision.ledger import Entry, Ledger, write_ledger
from stages.errors import one_line_errors
from stages.ops.cli import app
from stages.ops.scheduled import attempts, proposal, pull_request
from stages.ops.scheduled.proposal import Proposal

ROOT = Path(__file__).resolve().parents[2]
REPORT = "# hold\n| a | $(b) |\n"
GH = """#!/bin/sh
echo "$@" >>told
case "$*" in
  *--jq*) cat found ;;
  *body=@-*) cat >body ;;
  *"run download"*) mkdir -p build && echo downloaded >build/report.md ;;
esac
"""


@pytest.fixture
def make(tmp_path):
    """Calls a target of ci.mk in a folder with a report and a played `gh`; returns what is printed."""
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "report.md").write_text(REPORT)
    (tmp_path / "found").write_text("")
    (tmp_path / "bin").mkdir()

    def call(target: str, **variables: str) -> str:
        for name in {"gh"} | ({"cml"} if variables.pop("cml", None) else set()):
            (tmp_path / "bin" / name).write_text(GH)
            (tmp_path / "bin" / name).chmod(0o755)
        host = {"GITHUB_STEP_SUMMARY", "TF_BUILD", "REPO_TOKEN", "GH_TOKEN"}
        known = {name: value for name, value in os.environ.items() if name not in host}
        env = known | variables | {"PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"}
        command = ["make", "--silent", "-f", str(ROOT / "ci.mk"), target]
        return subprocess.run(command, cwd=tmp_path, env=env, check=True, capture_output=True, text=True).stdout

    call.folder = tmp_path
    return call


def test_the_summary_goes_where_the_host_shows_it_and_else_to_the_terminal(make):
    page = make.folder / "page"
    page.write_text("before\n")
    assert make("summary", GITHUB_STEP_SUMMARY=str(page)) == ""
    assert page.read_text() == "before\n" + REPORT
    assert make("summary", TF_BUILD="True") == f"##vso[task.uploadsummary]{make.folder}/build/report.md\n"
    assert make("summary") == REPORT


def test_the_comment_is_written_once_and_then_updated(make):
    make("comment", NUMBER="12")
    assert (make.folder / "body").read_text() == "<!-- ratchet report -->\n" + REPORT
    assert "repos/{owner}/{repo}/issues/12/comments --field" in (make.folder / "told").read_text()
    (make.folder / "found").write_text("345\n678\n")
    make("comment", NUMBER="12")
    assert (make.folder / "told").read_text().splitlines()[-1].startswith("api --silent --method PATCH")
    assert "issues/comments/345 " in (make.folder / "told").read_text()


def test_the_comment_is_cmls_where_it_is_installed(make):
    make("comment", NUMBER="12", cml="yes")
    assert (make.folder / "told").read_text() == "comment update --target=pr/12 build/report.md\n"


def test_a_report_that_is_not_here_is_the_runs(make):
    (make.folder / "build" / "report.md").unlink()
    make("comment", NUMBER="12", GITHUB_RUN_ID="99")
    assert (make.folder / "told").read_text().splitlines()[0] == "run download 99 --name report --dir build/"


def test_text_from_outside_is_never_a_command(make):
    make("comment", NUMBER='1"; touch broken; "')
    assert not (make.folder / "broken").exists()


@pytest.fixture
def ratchet(monkeypatch, capsys):
    """Calls `ratchet ci` in this process; returns exit code and what it prints."""

    def call(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["ratchet", "ci", *words])
        with pytest.raises(SystemExit) as end:
            one_line_errors(app)()
        return int(end.value.code or 0), capsys.readouterr().out

    return call


def test_propose_opens_and_checks_what_it_pushed(ratchet, monkeypatch):
    told = []
    monkeypatch.setattr(proposal, "propose", lambda git, remote: Proposal(branch="ratchet/2026-W40", title="hold"))
    monkeypatch.setattr(pull_request, "run_tool", lambda *words: told.append(words[:3]) or json.dumps([]))
    assert ratchet("propose", "--open", "gh", "--checks", "check.yml") == (0, "ratchet/2026-W40: hold\n")
    assert told == [("gh", "pr", "list"), ("gh", "pr", "create"), ("gh", "workflow", "run")]
    told.clear()
    ratchet("propose", "--checks", "")
    assert told == []


def test_propose_says_when_there_is_nothing(ratchet, monkeypatch):
    monkeypatch.setattr(proposal, "propose", lambda git, remote: None)
    assert ratchet("propose", "--open", "gh")[1].startswith("nothing to propose")


def test_attempts_and_request_say_what_they_did(ratchet, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(attempts, "count_open", lambda git, remote: 2)
    assert ratchet("attempts") == (0, "2 attempts of open branches added to the ledger\n")
    Path("params.yaml").write_text("trigger: {request: null}\n")
    zero = Entry(kind="promotion", as_of="2026-01-01", bundle="0.dir", version=0)
    write_ledger(artefacts.LEDGER, Ledger(model="m", entries=[zero]))
    assert ratchet("request", " ") == (0, "nobody asked\n")
    assert ratchet("request", "--", "--why")[1].startswith("trigger.request is set")
    assert Path("params.yaml").read_text() == 'trigger: {request: "--why"}\n'
