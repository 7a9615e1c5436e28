"""What people say of the outputs: labels that came in, how many outputs were corrected, and why so many."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from scipy.stats import binomtest

from stages.settings import Params
from stages.signals.facts import Fact
from stages.signals.signal import Signal, beyond, state
from stages.signals.world import World

# Where high corrections come from, most urgent first: labels that cannot be believed explain everything else away.
CAUSES = {
    "data quality": ("poor_labels", "poor_data"),
    "poor calibration": ("calibration",),
    "drift": ("feature_drift", "prediction_drift", "label_shift"),
    "lost performance": ("performance", "estimated_performance"),
}


def new_labels(world: World, params: Params) -> Signal:
    """Trusted rows that the baseline never trained on and that do not judge a candidate."""
    n, least = len(world.fresh), params.trigger.min_new_labels
    why = f"{n} trusted labels are new to the baseline, {least} are asked for"
    return Signal(name="new_labels", state=state(n >= least), value=n, threshold=least, n=n, why=why)


def correction_rate(world: World, params: Params) -> Signal:
    """The share of the newest reviewed outputs that were corrected; an exact binomial test, Clopper and Pearson's interval.

    Where nobody reviewed any lately, the outputs beside the newest labels that came with their rows; those from before the
    production version came in are none of its own, and say nothing of it.
    """
    reviewed, raw = world.validation["feedback"], world.validation["raw_labels"]
    limit = params.trigger.max_correction_rate
    done = reviewed if reviewed["correct"] + reviewed["confirm"] else raw
    corrected, n = done["correct"], done["correct"] + done["confirm"]
    untold = _untold(done, world)
    if untold:
        return Signal(name="correction_rate", state="unknown", threshold=limit, why=untold)
    significance, rate = params.trigger.significance, corrected / n
    p_value = float(binomtest(corrected, n, limit, alternative="greater").pvalue)
    low, high = binomtest(corrected, n).proportion_ci(1 - 2 * significance)
    told = "reviewed outputs were corrected" if done is reviewed else f"outputs in {raw['file']} differ from their labels"
    hopeless = limit < 1 and limit**n >= significance  # so few that not even all of them corrected would prove it
    return Signal(
        name="correction_rate",
        state="underpowered" if hopeless else beyond(rate > limit, p_value < significance),
        value=rate,
        threshold=limit,
        n=n,
        p_value=p_value,
        interval=(float(low), float(high)),
        why=f"{rate:.1%} of {n} {told}, {limit:.0%} are expected at most",
    )


def _untold(done: Mapping[str, Any], world: World) -> str:
    """Why these outputs say nothing of the production version; empty where they do."""
    if not done["correct"] + done["confirm"]:
        return "no output was reviewed lately"
    came = world.validation["batches"][done["file"]]["last"] if "file" in done else None
    if came is None or date.fromisoformat(came) > world.ledger.since:
        return ""
    return f"the newest labels, in {done['file']}, are of outputs from before version {world.ledger.live.version} came in"


def diagnosis(signals: Mapping[str, Signal], facts: Mapping[str, Fact]) -> dict[str, Any] | None:
    """Why so many outputs are corrected: the first cause that anything speaks for; None where the rate did not fire."""
    if signals["correction_rate"].state != "fired":
        return None
    for cause, names in CAUSES.items():
        found = [f"{name}: {words}" for name in names if (words := _speaks(name, signals, facts))]
        if found:
            return {"of": "correction_rate", "cause": cause, "because": found}
    looked = ", ".join(name for names in CAUSES.values() for name in names)
    return {"of": "correction_rate", "cause": "unexplained", "because": [f"nothing else speaks for a cause ({looked})"]}


def _speaks(name: str, signals: Mapping[str, Signal], facts: Mapping[str, Fact]) -> str:
    """The words of a signal that fired, or of a fact that holds; else none."""
    if name in signals:
        return signals[name].why if signals[name].state == "fired" else ""
    return facts[name].why if facts[name].holds else ""
