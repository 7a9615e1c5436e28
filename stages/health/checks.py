"""What is asked of a loop, one function a question, and what the records answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from stages.health.batches import Caught
from stages.health.looks import Labels
from stages.health.production import Production
from stages.health.proof import Trend, share, total
from stages.health.versions import Version
from stages.settings import Params

Outcome = Literal["good", "bad", "open", "none"]  # open: too little to tell; none: nothing to be asked

GOOD_SHARE = 0.5  # of promotions, surely: better than a coin
BAD_SHARE = 0.8  # of promotions, surely not reached: more than one in five did no good
KEPT_SHARE = 0.5  # of the promised gains
BACK_SHARE = 0.2  # of the versions may be taken back


@dataclass(frozen=True, kw_only=True)
class Check:
    """One question and its answer."""

    name: str
    outcome: Outcome
    why: str


def beats(versions: Sequence[Version], params: Params) -> Check:
    """Were the promoted versions better than those before them, on rows that came in later?"""
    name, told = "better later", judged(versions)
    if not told:
        return Check(name=name, outcome="open", why="no version could be held against the one before it on later rows")
    wins = [own for own in told if (own.later.gain or 0.0) > 0]
    found = share(len(wins), len(told), params.gate.confidence)
    lost = [f"version {own.number}" for own in told if own not in wins]
    why = f"{len(wins)} of {len(told)} promoted versions beat the one before on rows that came in later"
    why += f" (not {few(lost)})" if lost else ""
    if found.upper < BAD_SHARE:
        return Check(name=name, outcome="bad", why=f"{why}: surely fewer than four in five")
    if found.lower > GOOD_SHARE:
        return Check(name=name, outcome="good", why=f"{why}: surely more than half")
    return Check(name=name, outcome="open", why=f"{why}: too few to be sure that it is more than half")


def gains(versions: Sequence[Version], params: Params) -> Check:
    """Came true what the gate promised, all versions together?"""
    name = "promised gain"
    told = [(own.gain, own.later.found) for own in judged(versions) if own.gain is not None]
    known = [(gain, found.delta or 0.0, found.standard_error) for gain, found in told if found and found.standard_error]
    if not known:
        return Check(name=name, outcome="open", why="no gain that was promised could be measured later")
    promised = sum(gain for gain, _, _ in known)
    found = total([delta for _, delta, _ in known], [error for _, _, error in known], params.gate.confidence)
    why = f"{len(known)} versions promised {promised:+.4f} together, {found.value:+.4f} came true later"
    why += f" (surely {found.lower:+.4f} or more)"
    if promised <= 0 or found.upper < KEPT_SHARE * promised:
        return Check(name=name, outcome="bad", why=f"{why}: not half of a gain")
    if found.lower > KEPT_SHARE * promised:
        return Check(name=name, outcome="good", why=why)
    return Check(name=name, outcome="open", why=f"{why}: too uncertain to tell whether half of it did")


def promises(versions: Sequence[Version], params: Params) -> Check:
    """Did the versions do later what they had promised? By the records alone: other rows, so the world has a part in it."""
    name, limit = "promised level", params.trigger.max_performance_drop
    told = [own.kept for own in versions if own.kept is not None]
    if not told:
        return Check(name=name, outcome="open", why="no version was measured on other rows than its promise")
    short = sum(kept < -limit for kept in told)
    found = share(short, len(told), params.gate.confidence)
    why = f"{short} of {len(told)} versions were soon more than {limit:g} below what they had promised"
    if found.lower > GOOD_SHARE:
        return Check(name=name, outcome="bad", why=f"{why}: surely more than half")
    if found.upper < GOOD_SHARE:
        return Check(name=name, outcome="good", why=f"{why}: surely fewer than half")
    return Check(name=name, outcome="open", why=f"{why}: too few to tell whether it is the rule")


def gated(versions: Sequence[Version]) -> Check:
    """Did every version come in by the gate?"""
    name = "gate"
    if not versions:
        return Check(name=name, outcome="open", why="nothing was promoted yet")
    outside = [own for own in versions if own.verdict not in ("promote", "review")]
    if outside:
        past = [f"version {own.number} ({own.verdict or 'no verdict'})" for own in outside]
        why = f"{len(past)} of {len(versions)} versions went live without the gate's yes: {few(past)}"
        return Check(name=name, outcome="bad", why=why)
    asked = sum(own.verdict == "review" for own in versions)
    why = f"all {len(versions)} versions passed the gate" + (f", {asked} of them by a person's review" if asked else "")
    return Check(name=name, outcome="good", why=why)


def data(found: Caught) -> Check:
    """Are bad files caught before they train?"""
    name = "bad batches"
    if found.after and len(found.after) >= len(found.before):
        why = f"{len(found.after)} files were used before they were blocked ({few(found.after)}), {len(found.before)} were not"
        return Check(name=name, outcome="bad", why=why)
    if not found.before:
        why = f"none of {found.seen} files was blocked: nothing says whether a bad one would be seen"
        return Check(name=name, outcome="none", why=why)
    late = f"{len(found.after)} only after: {few(found.after)}" if found.after else "none only after"
    why = f"{len(found.before)} of {found.seen} files were blocked before anything of them was used, {late}"
    return Check(name=name, outcome="good", why=why)


def labelled(found: Labels | None, refused_rows: float, params: Params) -> Check:
    """Can the rows and labels be trusted today?"""
    name, limits = "data and labels", params.trigger
    if found is None or not found.answers:
        return Check(name=name, outcome="open", why="no labels are on record")
    why = f"{refused_rows:.1%} of all rows are refused, {found.share:.1%} of the newest answers are refused or in conflict"
    why += f"; reviewers are right on {median(found.accuracy):.1%} of rows (median)" if found.accuracy else ""
    why += f", {len(found.set_aside)} of {found.reviewers} are set aside" if found.reviewers else ""
    bad = refused_rows > limits.max_quarantined or found.share > limits.max_refused_labels
    bad = bad or len(found.set_aside) > found.reviewers / 2
    return Check(name=name, outcome="bad" if bad else "good", why=why)


def taken_back(versions: Sequence[Version], live: Production, params: Params) -> Check:
    """Are versions seldom taken back, and at once where they should be?"""
    name = "rollbacks"
    if not versions:
        return Check(name=name, outcome="none", why="nothing was promoted yet")
    back = [own for own in versions if own.back]
    lived = [(own.back.as_of - own.since).days for own in back if own.back]
    why = f"{len(back)} of {len(versions)} versions were taken back"
    why += f", after {', '.join(str(days) for days in lived)} days of data" if back else ""
    if len(live.unheard) > 1:
        days = few([str(day) for day in live.unheard])
        return Check(name=name, outcome="bad", why=f"{why}; the trigger asked for a rollback on {days}, and nobody did it")
    if live.returned:
        return Check(name=name, outcome="bad", why=f"{why}; {few(live.returned)} went live again all the same")
    if back and share(len(back), len(versions), params.gate.confidence).lower > BACK_SHARE:
        return Check(name=name, outcome="bad", why=f"{why}: surely more than one in five")
    return Check(name=name, outcome="good", why=why)


def pace(live: Production) -> Check:
    """Does the loop still try?"""
    name = "pace"
    tried = f"{live.days_tried} days" if live.days_tried is not None else "never"
    why = f"version {live.version} is {live.days_old} days old, the last attempt {tried}" + (" ago" if tried != "never" else "")
    if len(live.unanswered) > 1:
        days = few([str(day) for day in live.unanswered])
        return Check(name=name, outcome="bad", why=f"{why}; the trigger has said retrain on {days} since, and nothing was tried")
    return Check(name=name, outcome="good" if live.days_tried is not None else "open", why=why)


def golden(found: Trend | None, n: int, params: Params) -> Check:
    """Does the golden set show slow decay?"""
    name, limit = "golden set", params.gate.max_golden_drop
    if found is None:
        outcome: Outcome = "open" if n else "none"
        return Check(name=name, outcome=outcome, why=f"{n} versions have a score on it: too few for a trend" if n else "not used")
    why = f"{found.n} versions, tau {found.tau:+.2f} (p = {found.p_value:.2f} of a fall), {found.slope:+.4f} a version"
    if found.p_value >= params.trigger.significance:
        return Check(name=name, outcome="good", why=f"no falling trend over {why}")
    if found.fall < limit:
        return Check(name=name, outcome="good", why=f"a falling trend, by less than {limit:g} in all, over {why}")
    return Check(name=name, outcome="bad", why=f"a falling trend over {why}")


def judged(versions: Sequence[Version]) -> list[Version]:
    """Those that were held against the version before on later rows; a dummy before is no measure."""
    return [own for own in versions if own.before and own.later.gain is not None]


def few(names: Sequence[str]) -> str:
    """At most five of them."""
    rest = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + rest
