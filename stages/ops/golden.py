"""`ratchet golden`: the golden set, and its re-anchoring."""

from typing import Annotated

import typer

golden = typer.Typer(help="The golden set: how far it is used up, and the record of what was reached on it.")


@golden.callback(invoke_without_command=True)
def golden_set(asked: typer.Context) -> None:
    """Show its rows, its first use, the attempts spent, its age, and what every version reached on it."""
    if asked.invoked_subcommand is None:
        from stages.ops.golden_report import show_golden

        show_golden()


@golden.command()
def reanchor(
    approved_by: Annotated[str, typer.Option(help="Who approves; listed in params.yaml: approval.approvers.")],
    reason: Annotated[str, typer.Option(help="Why, for the record.")],
) -> None:
    """Record what every version reaches on a new golden set, or in a new environment; the gate measures by that from now on."""
    from stages.decision.baseline import run_git
    from stages.ops.golden_report import show_reanchored
    from stages.ops.reanchor import reanchor as measure_again

    show_reanchored(measure_again(approved_by, reason, run_git))
