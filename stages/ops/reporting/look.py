"""What a reviewer should look at, whatever the verdict: what nobody proved, what came close, and what is new."""

from collections.abc import Iterator
from typing import Any

from stages.drawing import short
from stages.ops.reporting.blocks import Points, Section, Words
from stages.ops.reporting.read import Judged, Run

CLOSE = 0.5  # share of the allowed loss from which a watched segment is named
WORN = 0.75  # share of the golden set's attempts or days from which it is named
NAMED = 5
TOLD = ("campaign", "open_incident", "data_freeze", "recent_deployment", "one_off", "poor_data", "poor_labels", "drift")
NOTHING = "Nothing stands out beside the verdict."


def look_at(run: Run) -> Section:
    """Doubts first, then the candidate, then data and world."""
    found = [*run.doubts, *(_candidate(run.judged, run) if run.judged else ()), *_data(run.validation), *_world(run)]
    return Section(title="What a reviewer should look at", blocks=(Points(tuple(found)) if found else Words(NOTHING),))


def _candidate(judged: Judged, run: Run) -> Iterator[str]:
    rules = judged.decision["rules"]
    for rule in rules:
        if rule["outcome"] == "inconclusive":
            yield f"Not told either way, {rule['name']}: {rule['why']}"
    yield from _close(rules)
    yield from _golden(judged, run)
    if judged.settings:
        names = sorted(judged.settings)
        judging = [name for name in names if name.startswith(("gate.", "approval."))]
        what = f"of them these decide: {_few(judging)}" if judging else "none of them decides"
        yield f"{len(names)} settings changed since the baseline was promoted; {what}"
    old, new = (card.get("versions", {}) for card in judged.cards)
    moved = [f"{name} {old[name]} → {new[name]}" for name in sorted(set(old) & set(new)) if old[name] != new[name]]
    if moved:
        yield f"The models were made by other versions of: {_few(moved)}"


def _close(rules: list[dict[str, Any]]) -> Iterator[str]:
    """Watched segments that pass, and lose more than half of what they may."""
    watched = [rule for rule in rules if rule["name"] == "segment" and rule["outcome"] == "pass"]
    near = [rule for rule in watched if rule["delta"] is not None and rule["delta"] < CLOSE * rule["threshold"]]
    for rule in near[:NAMED]:
        yield f"Close to a veto: {rule['why']}, where a drop of {-rule['threshold']} is allowed"
    if len(near) > NAMED:
        yield f"{len(near) - NAMED} more segments are close to a veto"


def _golden(judged: Judged, run: Run) -> Iterator[str]:
    """A golden set that will soon be used up; one that is has a rule that says so."""
    gate = run.params.gate
    fresh = next((rule for rule in judged.decision["rules"] if rule["name"] == "golden_fresh"), None)
    worn = judged.tried >= WORN * gate.golden_attempts or judged.days_old >= WORN * gate.golden_days
    if fresh and fresh["outcome"] == "pass" and worn:
        yield f"The golden set is nearly used up: {fresh['why']}"


def _data(validation: dict[str, Any]) -> Iterator[str]:
    for kind in ("raw/", "feedback/"):
        own = [(batch["batch"] or "", key, batch) for key, batch in validation["batches"].items() if key.startswith(kind)]
        for _, key, batch in sorted(own, key=lambda found: found[:2])[-1:]:
            if batch["verdict"] != "accepted":
                yield f"The newest batch, {short(key, 60)}, is {batch['verdict']}: {'; '.join(batch['reasons'])}"
    review = sum(own.get("review", 0) for own in validation["rules"].values())
    if review:
        yield f"{review:,} findings wait for a person's look: ratchet quarantine list --status review"
    aside = [f"{short(name, 60)} ({own['set_aside']})" for name, own in validation["reviewers"].items() if own["set_aside"]]
    if aside:
        yield f"Labels of reviewers that do not count: {_few(aside)}"
    if stale := validation["releases"]["stale"]:
        yield f"Releases that undo nothing: {len(stale)}, in data/releases.yaml"


def _world(run: Run) -> Iterator[str]:
    """Facts about the world that hold, unless the trigger's reasons say them."""
    facts, reasons = run.trigger.get("facts", {}), "; ".join(run.trigger.get("reasons", []))
    for name in TOLD:
        if facts.get(name, {}).get("holds") and facts[name]["why"] not in reasons:
            yield f"{name.replace('_', ' ').capitalize()}: {facts[name]['why']}"


def _few(names: list[str]) -> str:
    rest = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + rest
