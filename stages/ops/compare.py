"""`ratchet compare`: is one model better than another on the same rows? The gate's own rules, as far as answers alone decide."""

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from stages import artefacts
from stages.decision import golden, quality, segments
from stages.decision.baseline import Git
from stages.decision.rule import Evidence, Rule
from stages.decision.verdict import concluded
from stages.errors import CannotJudge, InputError, ToolError, UsageError
from stages.evaluate import beside, by_segment, compare
from stages.ops.comparing.by_hand import Asked, Case, check, file_settings
from stages.ops.comparing.predictions import SIDES, Roles, read_predictions
from stages.ops.printing import paper, printable, visible
from stages.ops.verdict import SHOWN, rules_table
from stages.settings import Params

PROVEN, NOT_PROVEN, OPEN = 0, 1, 3  # exit codes
SAYS = {
    PROVEN: "[bold green]the candidate is proven better[/]",
    NOT_PROVEN: "[bold red]the candidate is not proven better[/]",
    OPEN: "[bold yellow]this cannot be judged[/]",
}


def compare_by_hand(asked: Asked, keep: Path | None, git: Git, console: Console | None = None) -> int:
    """Compare, print, and write the decision to `keep`, in the form of metrics/decision.json; returns the exit code.

    Raises
    ------
    UsageError
        Where the command is wrong; nothing has been written then.
    CannotJudge
        Where models, rows or a file do not make a comparison, likewise.
    """
    check(asked)
    _may_write(keep, asked.predictions)
    try:
        case = _from_file(asked, asked.predictions) if asked.predictions else _from_bundles(asked, git)
        decision = judged(case)
    except (InputError, ToolError) as error:
        raise CannotJudge(str(error)) from None
    if keep:
        _write(keep, decision)
    code = exit_code(decision)
    _show(case, decision, code, console or paper())
    return code


def judged(case: Case) -> dict[str, Any]:
    """The decision of the rules, as in metrics/decision.json."""
    compared = {side: case.sides[side]["md5"] or side for side in SIDES}
    found = compare(case.both, case.params)
    comparison: dict[str, Any] = {"holdout": found, "segments": by_segment(case.both, case.params), "compared": compared}
    comparison |= beside(case.both, case.params)
    comparison |= {"golden": compare(case.golden, case.params)} if case.golden else {}
    again = comparison.get("golden", {"baseline": {}, "candidate": {}})
    evidence = Evidence(
        trigger={},
        evaluation={"holdout": found["candidate"], "golden": again["candidate"]},
        comparison=comparison,
        latency={},
        version=1 if case.sides["baseline"]["version"] is None else case.sides["baseline"]["version"],
        old_golden=again["baseline"],
        source="scored in this comparison",
        tried_holdout=0,  # no attempt, so that the confidence is the one that was asked for
    )
    return concluded(_rules(evidence, case.params), case.notes).as_dict() | {**case.sides, "compared": case.compared}


def exit_code(decision: dict[str, Any]) -> int:
    """0: proven better; 1: not proven; 3: the gain itself cannot be told."""
    if decision["verdict"] == "promote":
        return PROVEN
    gain = next(rule for rule in decision["rules"] if rule["name"] == "min_gain")
    return OPEN if decision["verdict"] == "review" and gain["outcome"] == "inconclusive" else NOT_PROVEN


def _rules(evidence: Evidence, params: Params) -> list[Rule]:
    return [
        quality.gain(evidence, params),
        *segments.critical(evidence, params),
        *segments.watched(evidence, params),
        *(quality.floor(name, floor, evidence) for name, floor in sorted(params.gate.floors.items())),
        *quality.calibration(evidence, params),
        *quality.cost(evidence, params),
        *quality.every_class(evidence, params),
        *([golden.held(evidence, params)] if "golden" in evidence.comparison else []),
    ]


def _from_bundles(asked: Asked, git: Git) -> Case:
    from stages.ops.comparing.models import from_bundles  # models are heavy, and a file of answers needs none

    return from_bundles(asked, git)


def _from_file(asked: Asked, path: Path) -> Case:
    file = read_predictions(path, Roles(metric=asked.metric, group=asked.group, segments=asked.segments))
    params = file_settings(asked, file)
    guessed = "" if asked.metric else f"{file.task}, by the values of y_true; --metric says otherwise"
    parts = f"segments are the values of {', '.join(file.segments)}" if file.segments and asked.segments is None else ""
    whole = f"rows of one {file.group} count together" if file.group else ""
    return Case(
        rows=path.as_posix(),
        both=file.both,
        golden=None,
        params=params,
        sides={side: {"name": f"column {side}", "version": None, "md5": None, "commit": None} for side in SIDES},
        compared={"predictions": artefacts.file_md5(path)},
        notes=[note for note in (guessed, parts, whole) if note],
    )


def _may_write(keep: Path | None, predictions: Path | None) -> None:
    if keep is None:
        return
    whole, read = keep.absolute(), predictions and predictions.absolute()
    if whole.is_dir() or not whole.parent.is_dir() or whole == read:
        raise UsageError(f"--json must name a file in a folder that exists, and not the predictions, got {keep}; name another")


def _write(keep: Path, decision: dict[str, Any]) -> None:
    try:
        artefacts.write_json(keep, decision)
    except OSError as error:
        kind = type(error).__name__
        raise UsageError(f"--json must name a file that can be written, got {kind} at {keep}; name another") from None


def _show(case: Case, decision: dict[str, Any], code: int, console: Console) -> None:
    gate, gain = case.params.gate, decision["rules"][0]
    old, new = ("undefined" if gain[side] is None else f"{gain[side]:.4f}" for side in ("old", "new"))
    proof = f"{'all of it proven' if gate.strict else 'proven above 0'} at {100 * gate.confidence:g} %"
    table = Table.grid(padding=(0, 2))
    for side in SIDES:
        own = case.sides[side]
        table.add_row(side, escape(visible(own["name"])) + (f", bundle {own['md5'][:7]}" if own["md5"] else ""))
    table.add_row("judged on", f"{len(case.both.frame):,} rows of {escape(visible(case.rows))}")
    table.add_row(gate.primary, f"{old} → {new}  (asked for: a gain of {gate.min_gain}, {proof})")
    console.print(table)
    console.print(rules_table(decision["rules"]))
    console.print(f"\n{SAYS[code]}", soft_wrap=True)
    for reason in decision["reasons"][:SHOWN]:
        console.print(f"  {escape(printable(reason))}", soft_wrap=True)
