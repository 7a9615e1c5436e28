"""The verdict as a table that a person reads in ten seconds."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from stages.artefacts import shown
from stages.decision.baseline import FETCH
from stages.ops.printing import lines, paper

SHOWN = 5  # reasons that a person reads in ten seconds
NEXT = {
    "promote": "ratchet promote --approved-by NAME --reason TEXT",
    "review": "a person looks at the inconclusive rules; then ratchet promote --accept-review --approved-by NAME --reason TEXT",
    "hold": "nothing to do: production stays as it is, the next batch gets its own run",
}
LOOK = {
    "retrain": "ratchet run trains a candidate, judges it and records the attempt",
    "skip": "nothing to do: the next batch gets its own look",
    "investigate": "find out what changed (ratchet trigger --explain) before retraining",
    "rollback": "go back to the previous version or fix forward; retraining would not help",
    "blocked": "wait (cool_down, few_labels) or clear the block; `trigger.request` in params.yaml does not override it",
}
SILENT = (  # rules of which, once they pass, there is nothing to read
    "trigger", "every_class", "golden_fresh", "golden_reproduced", "unseen_holdout", "not_rejected", "baseline_commit",
)  # fmt: skip
STYLE = {
    "pass": "green",
    "fail": "bold red",
    "inconclusive": "yellow",
    "promote": "bold green",
    "hold": "bold red",
    "review": "bold yellow",
}
MARK = {"pass": "✓", "fail": "✗", "inconclusive": "?"}


def show(
    trigger: dict[str, Any], validation: dict[str, Any], decision: dict[str, Any] | None, console: Console | None = None
) -> None:
    """Print trigger, rows, metric, rules, verdict and what to do next; without a decision, only why there was none."""
    console = console or paper()
    console.print(_head(trigger, validation, decision))
    if decision is None:
        console.print(
            f"\n[bold]{trigger['verdict']}[/]: {escape('; '.join(trigger['reasons']))}\nnext: {escape(LOOK[trigger['verdict']])}",
            soft_wrap=True,
        )
        return
    console.print(rules_table(decision["rules"]))
    verdict = decision["verdict"]
    console.print(f"\nverdict: [{STYLE[verdict]}]{verdict}[/]", soft_wrap=True)
    for reason in decision["reasons"][:SHOWN]:
        console.print(f"  because {escape(reason)}", soft_wrap=True)
    if len(decision["reasons"]) > SHOWN:
        console.print(f"  and {len(decision['reasons']) - SHOWN} more reasons, in metrics/decision.json", soft_wrap=True)
    console.print(f"next: {escape(next_step(decision))}", soft_wrap=True)


def _head(trigger: dict[str, Any], validation: dict[str, Any], decision: dict[str, Any] | None) -> Table:
    rows = validation["rows"]
    table = Table.grid(padding=(0, 2))
    table.add_row("as of", trigger["as_of"])
    table.add_row("trigger", escape(f"{trigger['verdict']} ({'; '.join(trigger['reasons'])})"))
    waiting = rows["immature"] + rows["unlabelled"] + rows["expired"]
    trusted, refused = rows["training"] + rows["holdout"], rows["quarantined"] + rows["blocked"]
    table.add_row(
        "rows", f"{rows['in']:,} in: {trusted:,} trusted, {refused:,} refused, {waiting:,} immature, unlabelled or expired"
    )
    if decision:
        gain = next(rule for rule in decision["rules"] if rule["name"] == "min_gain")
        change = "" if gain["delta"] is None else f"  ({gain['delta']:+.4f})"
        table.add_row(
            gain["metric"],
            f"{shown(gain['old'])} → {shown(gain['new'])}{change}   version {decision['baseline']['version']} → candidate",
        )
    return table


def rules_table(rules: list[dict[str, Any]]) -> Table:
    """A table of `rule_lines`."""
    table = lines("", "rule", "why")
    for outcome, name, why in rule_lines(rules):
        table.add_row(f"[{STYLE[outcome]}]{MARK[outcome]} {outcome}[/]", name, escape(why))
    return table


def rule_lines(rules: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Outcome, name and why of each rule; segments that pass without being critical share a line, and so do silent rules."""
    found = []
    passed = [rule for rule in rules if rule["outcome"] == "pass"]
    segments, silent = ([rule for rule in passed if rule["name"] in names] for names in (("segment",), SILENT))
    for rule in rules:
        if rule not in segments and rule not in silent:
            found.append((rule["outcome"], rule["name"], rule["why"]))
        elif segments and rule is segments[0]:
            worst = min(segments, key=lambda other: other["delta"])
            why = f"{len(segments)} watched, none is proven to lose too much; the least: {worst['why']}"
            found.append(("pass", "segments", why))
    if silent:
        found.append(("pass", f"{len(silent)} more", ", ".join(rule["name"] for rule in silent)))
    return found


def next_step(decision: dict[str, Any]) -> str:
    """The way out that the rules themselves name comes first."""
    if decision["verdict"] == "review" and any(FETCH in reason for reason in decision["reasons"]):
        return "git fetch --unshallow, then ratchet gate"
    return NEXT[decision["verdict"]]
