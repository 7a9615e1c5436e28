"""What the trigger said, for people: the verdict and why, when to look again, and every signal and fact behind it."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from stages import artefacts
from stages.errors import InputError
from stages.ops.printing import lines, paper, printable
from stages.ops.verdict import LOOK

WIDE = 110  # columns from which there is room for numbers of their own; the words have most of them too
MOST_COLUMNS = 8  # of the data, those that changed most
STATES = {
    "fired": "[bold yellow]● fired[/]",
    "underpowered": "[magenta]? underpowered[/]",
    "unknown": "[magenta]– unknown[/]",
    "quiet": "[green]○ quiet[/]",
}
HOLDS = {True: "[bold yellow]● yes[/]", None: "[magenta]– unknown[/]", False: "[green]○ no[/]"}


def show_trigger(explain: bool, console: Console | None = None) -> None:
    """Print metrics/trigger.json: the verdict, its reasons and the next look; with `explain` all that they rest on.

    Raises
    ------
    InputError
        Where it is missing, or an earlier version wrote it.
    """
    said, console = artefacts.read_json(artefacts.TRIGGER), console or paper()
    if "next_look" not in said:
        raise InputError(f"{artefacts.TRIGGER} must be of this version, got one of an earlier version; run `dvc repro trigger`")
    console.print(f"as of {said['as_of']}: [bold]{said['verdict']}[/]", soft_wrap=True)
    for reason in said["reasons"]:
        console.print(f"  because {_text(reason)}", soft_wrap=True)
    if said["diagnosis"]:
        console.print(_diagnosis(said["diagnosis"]), soft_wrap=True)
    if explain:
        _explain(said, console)
    console.print(f"next: {_text(LOOK[said['verdict']])}", soft_wrap=True)
    look = said["next_look"]
    console.print(f"look again on {look['on']}: {_text(look['why'])}", soft_wrap=True)
    for evidence in look["evidence"]:
        console.print(f"  would settle it: {_text(evidence)}", soft_wrap=True)


def _explain(said: dict[str, Any], console: Console) -> None:
    wide = console.width >= WIDE
    for table in (_signals(said["signals"], wide), _drift(said["drift"], wide), _facts(said["facts"])):
        if table.row_count:
            console.print()
            console.print(table)
    console.print(f"\npolicy, {said['verdict']}: {_text(said['policy']['clause'])}\n", soft_wrap=True)


def _diagnosis(found: dict[str, Any]) -> str:
    because = "; ".join(found["because"])
    return f"  diagnosis of {found['of']}: [bold]{found['cause']}[/] ({_text(because)})"


def _signals(signals: dict[str, Any], wide: bool) -> Table:
    """What fired, what could not be told, what is quiet."""
    table, order = _table("signal", wide, "value", "threshold", "p"), list(STATES)
    for name, own in sorted(signals.items(), key=lambda item: (order.index(item[1]["state"]), item[0])):
        numbers = [_number(own["value"]), _number(own["threshold"]), _p(own["p_value"])] if wide else []
        table.add_row(name, STATES[own["state"]], *numbers, _text(own["why"]))
    return table


def _drift(rows: list[dict[str, Any]], wide: bool) -> Table:
    """The columns that changed most, the largest change first."""
    table = _table("column", wide, "change", "p")
    for row in rows[:MOST_COLUMNS]:
        name = f"{row['column']} (labels)" if row["family"] == "label" else row["column"]
        numbers = [_number(row["change"]), _p(row["p_value"])] if wide else []
        table.add_row(_text(name), STATES[row["state"]], *numbers, _text(row["where"]))
    if len(rows) > MOST_COLUMNS:
        table.add_row(f"and {len(rows) - MOST_COLUMNS} more", "", *[""] * (2 * wide), f"in {artefacts.TRIGGER}")
    return table


def _facts(facts: dict[str, Any]) -> Table:
    """What is so, what cannot be told, what is not so."""
    table, order = lines("fact", "", "why"), list(HOLDS)
    for name, own in sorted(facts.items(), key=lambda item: (order.index(item[1]["holds"]), item[0])):
        table.add_row(name, HOLDS[own["holds"]], _text(own["why"]))
    return table


def _table(head: str, wide: bool, *numbers: str) -> Table:
    return lines(head, "", *(numbers if wide else ()), "why", numbers=numbers)


def _text(words: str) -> str:
    return escape(printable(words))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if value == int(value) else f"{round(value, 3) + 0.0:.3f}"  # no -0.000


def _p(value: float | None) -> str:
    return "" if value is None else "< 0.001" if value < 0.001 else f"{value:.3f}"
