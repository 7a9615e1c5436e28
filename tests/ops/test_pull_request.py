"""The pull request of a run: opened once, then updated; the host's command line is played by the test."""

import json
import sys

import pytest

from stages.errors import ToolError, UsageError
from stages.ops.scheduled.proposal import Proposal
from stages.ops.scheduled.pull_request import AZURE_LIMIT, open_pull_request, run_tool, start_checks

RUN = Proposal(branch="ratchet/2026-W40", title="Data through 2026-W40: the gate says hold")


class Host:
    """Answers the question for open pull requests, and keeps what it is told."""

    def __init__(self, *found: dict) -> None:
        self.found, self.told = found, []

    def __call__(self, *command: str) -> str:
        if "list" in command:
            assert RUN.branch in command
            return json.dumps(self.found)
        self.told.append(command)
        return ""


@pytest.fixture
def body(tmp_path):
    """A report."""
    file = tmp_path / "report.md"
    file.write_text("# hold\n", encoding="utf-8")
    return file


def test_on_github_it_is_opened_once(body):
    host = Host()
    open_pull_request("gh", host, RUN, "main", body)
    about = ("--base", "main", "--head", RUN.branch, "--title", RUN.title, "--body-file", str(body))
    assert host.told == [("gh", "pr", "create", *about)]


def test_on_github_the_open_one_gets_the_new_title_and_text(body):
    host = Host({"number": 12})
    open_pull_request("gh", host, RUN, "main", body)
    [told] = host.told
    assert "repos/{owner}/{repo}/pulls/12" in told
    assert {f"title={RUN.title}", f"body=@{body}"} <= set(told)


def test_on_azure_it_is_opened_once_and_updated_then(body):
    first, second = Host(), Host({"pullRequestId": 7})
    open_pull_request("az", first, RUN, "main", body)
    open_pull_request("az", second, RUN, "main", body)
    assert first.told[0][:4] == ("az", "repos", "pr", "create")
    assert first.told[0][first.told[0].index("--target-branch") + 1] == "main"
    assert second.told[0][:6] == ("az", "repos", "pr", "update", "--id", "7")
    assert "# hold\n" in first.told[0]
    assert "# hold\n" in second.told[0]


def test_on_azure_a_long_report_is_cut_at_a_line_and_says_so(body):
    body.write_text("a line of text\n" * 500, encoding="utf-8")  # 7,500 characters
    host = Host()
    open_pull_request("az", host, RUN, "main", body)
    text = host.told[0][host.told[0].index("--description") + 1]
    assert len(text) <= AZURE_LIMIT
    assert set(text.splitlines()[:-2]) == {"a line of text"}
    assert text.endswith("… cut here; the run keeps the whole report")


def test_another_host_is_a_usage_error(body):
    with pytest.raises(UsageError, match="--open must be one of gh, az, got 'hub'"):
        open_pull_request("hub", Host(), RUN, "main", body)


def test_checks_are_started_on_the_branch():
    host = Host()
    start_checks(host, "check.yml", RUN.branch)
    assert host.told == [("gh", "workflow", "run", "check.yml", "--ref", "ratchet/2026-W40")]


def test_a_tool_that_is_not_there_or_fails_is_one_line():
    assert run_tool(sys.executable, "-c", "print('so')") == "so\n"
    with pytest.raises(ToolError, match="no-such-tool must be installed"):
        run_tool("no-such-tool")
    with pytest.raises(ToolError, match=r"must work here, got: no token; the branch is pushed"):
        run_tool(sys.executable, "-c", "import sys; sys.exit('no token')")
