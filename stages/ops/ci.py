"""`ratchet ci`: what a schedule needs around `ratchet run`. Every verb works on a laptop too."""

from pathlib import Path
from typing import Annotated

import typer

ci = typer.Typer(no_args_is_help=True, help="What a schedule needs around `ratchet run`; works on a laptop too.")

REMOTE = Annotated[str, typer.Option(help="The Git remote that holds the branches of runs.")]


@ci.command()
def request(reason: Annotated[str, typer.Argument(help="Why; blank: nobody asked.", metavar="REASON")]) -> None:
    """Ask for a retrain: write the reason into params.yaml as trigger.request."""
    from stages.ops.scheduled.request import request as ask

    typer.echo("trigger.request is set in params.yaml; next: ratchet run" if ask(reason) else "nobody asked")


@ci.command()
def attempts(remote: REMOTE = "origin") -> None:
    """Count the attempts that wait in open branches: append them to the ledger, before the run."""
    from stages.decision.baseline import run_git
    from stages.ops.scheduled.attempts import count_open

    typer.echo(f"{count_open(run_git, remote)} attempts of open branches added to the ledger")


@ci.command()
def propose(
    remote: REMOTE = "origin",
    opened: Annotated[str | None, typer.Option("--open", help="Open or update a pull request too, by gh or az.")] = None,
    onto: Annotated[str, typer.Option(help="The branch to merge into.")] = "main",
    body: Annotated[Path, typer.Option(help="The text of the pull request: ratchet report --md.")] = Path("build/report.md"),
    checks: Annotated[str, typer.Option(help="Also start this workflow on the branch, by gh (blank: none).")] = "",
) -> None:
    """Put the run on a branch of its own: commit, push the data, push the branch. A skip is not proposed."""
    from stages.decision.baseline import run_git
    from stages.ops.scheduled.proposal import propose as put_on_branch
    from stages.ops.scheduled.pull_request import open_pull_request, run_tool, start_checks

    proposal = put_on_branch(run_git, remote)
    if proposal is None:
        typer.echo("nothing to propose: the trigger says skip, or the run is on record here already")
        return
    typer.echo(f"{proposal.branch}: {proposal.title}")
    if opened:
        open_pull_request(opened, run_tool, proposal, onto, body)
    if checks:
        start_checks(run_tool, checks, proposal.branch)
