"""The pull request of a run: opened once, then updated, by the command line of the host that the repository lives on."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from stages.errors import ToolError, UsageError
from stages.ops.scheduled.proposal import Proposal

Call = Callable[..., str]

AZURE_LIMIT = 4000  # characters of a description in Azure Repos
CUT = "\n\n… cut here; the run keeps the whole report"


def open_pull_request(host: str, call: Call, proposal: Proposal, onto: str, body: Path) -> None:
    """Open the pull request of a branch, or give the one that is open a new title and text.

    Parameters
    ----------
    host : `gh` (GitHub's command line) or `az` (Azure's, with the extension azure-devops).
    body : Markdown, as `ratchet report --md` writes it.
    """
    if host not in OPEN:
        raise UsageError(f"--open must be one of {', '.join(OPEN)}, got {host!r}; choose one")
    OPEN[host](call, proposal, onto, body)


def start_checks(call: Call, workflow: str, branch: str) -> None:
    """Start a workflow on a branch: GitHub starts none for a pull request that its default token opened."""
    call("gh", "workflow", "run", workflow, "--ref", branch)


def run_tool(*command: str) -> str:
    """Run a host's command line and return what it prints.

    Raises
    ------
    ToolError
        Where it is not installed or fails.
    """
    try:
        done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
    except FileNotFoundError:
        raise ToolError(f"{command[0]} must be installed, got no such command; install it, or leave out --open") from None
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()[:200] or f"exit code {done.returncode}"
        raise ToolError(f"`{' '.join(command[:3])}` must work here, got: {said}; the branch is pushed: open it by hand")
    return done.stdout


def _github(call: Call, proposal: Proposal, onto: str, body: Path) -> None:
    found = json.loads(call("gh", "pr", "list", "--head", proposal.branch, "--state", "open", "--json", "number"))
    if not found:
        call("gh", "pr", "create", "--base", onto, "--head", proposal.branch, "--title", proposal.title, "--body-file", str(body))
        return
    # not `gh pr edit`: it asks for scopes that the token of a workflow lacks
    place = f"repos/{{owner}}/{{repo}}/pulls/{found[0]['number']}"
    call(
        "gh", "api", "--silent", "--method", "PATCH", place, "--raw-field", f"title={proposal.title}", "--field", f"body=@{body}"
    )


def _azure(call: Call, proposal: Proposal, onto: str, body: Path) -> None:
    text = body.read_text(encoding="utf-8")
    if len(text) > AZURE_LIMIT:
        text = text[: AZURE_LIMIT - len(CUT)].rpartition("\n")[0] + CUT
    asked = ("--source-branch", proposal.branch, "--status", "active", "--output", "json")
    about = ("--title", proposal.title, "--description", text, "--output", "none")
    found = json.loads(call("az", "repos", "pr", "list", *asked))
    if found:
        call("az", "repos", "pr", "update", "--id", str(found[0]["pullRequestId"]), *about)
    else:
        call("az", "repos", "pr", "create", "--source-branch", proposal.branch, "--target-branch", onto, *about)


OPEN: dict[str, Callable[[Call, Proposal, str, Path], None]] = {"gh": _github, "az": _azure}
