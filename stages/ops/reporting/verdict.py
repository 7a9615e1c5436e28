"""The top of a report: the verdict in words that need no knowledge of the project, why, and what to do next."""

from typing import Any

from stages.artefacts import shown
from stages.ops.reporting.blocks import Folded, Points, Section, Table, Tone, Words
from stages.ops.reporting.read import Judged, Run
from stages.ops.verdict import LOOK, SHOWN, next_step

TONES: dict[str, Tone] = {
    "promote": "good", "hold": "bad", "review": "open", "skip": "calm", "retrain": "calm", "investigate": "open",
    "rollback": "bad", "blocked": "bad", "stopped": "bad",
}  # fmt: skip
WORDS = (
    ("baseline", "the model that is in production now"),
    ("candidate", "the model that this run trained; it may replace the baseline"),
    ("holdout", "the newest labelled rows, seen by neither model; both models are scored on them in this run"),
    ("golden set", "a frozen set of rows, labelled with care, that never trains anything; it shows slow decay"),
    ("lower bound", "the gain is surely (to the confidence that params.yaml asks for) not smaller than this"),
    ("segment", "the rows with one value in a column; a critical one must be shown not to lose"),
    ("inconclusive", "the rows are too few, or the past is missing, to say pass or fail; a person decides"),
    ("quarantine", "rows and labels that a rule refused, kept with the name of the rule"),
    ("trigger", "looks at every run whether there is a reason to retrain, and nothing against it"),
    ("gate", "decides whether the candidate may replace the baseline: promote, hold or review"),
)


def verdict_of(run: Run) -> str:
    """The gate's verdict, without a candidate the trigger's, and `stopped` where validation found nothing to go on with."""
    if run.judged:
        return str(run.judged.decision["verdict"])
    return str(run.trigger["verdict"]) if run.trigger else "stopped"


def headline(run: Run) -> str:
    """What the verdict means, in a sentence."""
    old, verdict = f"version {run.ledger.live.version}", verdict_of(run)
    said = {
        "promote": f"the candidate is proven better than {old} and may replace it",
        "hold": f"{old} stays in production",
        "review": f"a person has to decide whether the candidate replaces {old}",
        "skip": f"there is no reason to retrain, {old} stays in production",
        "retrain": "there is a reason to retrain, and no candidate that could be judged here yet",
        "investigate": "no candidate: something changed that a person should look into before retraining",
        "rollback": f"no candidate: something speaks for taking {old} back",
        "blocked": "no candidate: something stands in the way of retraining",
        "stopped": "the run ended in validation, before anything was trained",
    }
    return said[verdict]


def facts(run: Run) -> tuple[tuple[str, str], ...]:
    """What a reader has to know first."""
    ledger = run.ledger
    found = [("Model", ledger.model), ("Data through", run.validation["as_of"] or "no batch that can be used")]
    since = f"version {ledger.live.version} since {ledger.since}"
    found.append(("In production", since + (f", approved by {ledger.live.by}" if ledger.live.by else "")))
    if run.judged:
        found += _candidate(run.judged)
        found.append(("Why this run", f"the trigger says {run.trigger['verdict']}: {'; '.join(run.trigger['reasons'])}"))
    return tuple(found)


def why(run: Run) -> Section:
    """The reasons behind the verdict, the worst first."""
    if run.judged:
        reasons = list(run.judged.decision["reasons"])
    else:
        reasons = list(run.trigger["reasons"]) if run.trigger else [str(run.validation["problem"])]
    told = Points(tuple(reasons[:SHOWN])) if reasons else Words("no reason is on record")
    if len(reasons) <= SHOWN:
        return Section(title="Why", blocks=(told,))
    rest = Folded(title=f"{len(reasons) - SHOWN} more reasons", blocks=(Points(tuple(reasons[SHOWN:])),))
    return Section(title="Why", blocks=(told, rest))


def next_steps(run: Run) -> Section:
    """What to do now."""
    if run.judged:
        step = next_step(run.judged.decision)
        trigger = run.trigger["verdict"]  # a plain dvc repro trains against it, too
        also = (Words(LOOK[trigger]),) if trigger not in ("retrain", "skip") else ()
        return Section(title="Next step", blocks=(Words(step), *also))
    if not run.trigger:
        mend = "mend the data or the settings that the reason names, then ratchet run"
        return Section(title="Next step", blocks=(Words(mend),))
    look = run.trigger["next_look"]
    later = f"look again on {look['on']}: {look['why']}" if look["on"] else str(look["why"])
    evidence = (Points(tuple(f"would settle it: {own}" for own in look["evidence"])),) if look["evidence"] else ()
    return Section(title="Next step", blocks=(Words(LOOK[run.trigger["verdict"]]), Words(later), *evidence))


def glossary() -> Section:
    """The words of the report, for who meets them for the first time."""
    table = Table(head=("word", "meaning"), rows=WORDS)
    return Section(title="Words", blocks=(Folded(title="What the words in this report mean", blocks=(table,)),))


def _candidate(judged: Judged) -> list[tuple[str, str]]:
    decision = judged.decision
    gain = next(rule for rule in decision["rules"] if rule["name"] == "min_gain")
    change = "" if gain["delta"] is None else f" ({gain['delta']:+.4f})"
    rows = f"on {judged.comparison['holdout']['n']:,} rows that neither model has seen"
    return [
        ("Candidate", f"version {decision['candidate']['version']}, if promoted{_training(judged.cards[1])}"),
        (str(gain["metric"]), f"{shown(gain['old'])} → {shown(gain['new'])}{change} {rows}"),
    ]


def _training(card: dict[str, Any]) -> str:
    if not card:
        return ""
    return f"; trained on {card['rows']:,} rows, {card['trained_from']} to {card['trained_through']}"
