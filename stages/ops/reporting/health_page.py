"""The health of a loop for people: the verdict, why, every check, every version, and what this cannot tell."""

from collections.abc import Mapping, Sequence

from stages.artefacts import shown
from stages.decision.ledger import Ledger
from stages.evidence.golden_history import Scored, golden_history
from stages.health.checks import Outcome
from stages.health.pictures import gains_picture, life_picture
from stages.health.verdict import Health
from stages.health.versions import Version
from stages.ops.reporting.blocks import Block, Cell, Folded, Mark, Page, Picture, Points, Section, Table, Tone, Words, shortened
from stages.settings import Params

TONES: dict[str, Tone] = {"healthy": "good", "unhealthy": "bad", "too young to tell": "open"}
HEADLINES = {
    "healthy": "what it promotes is better than what it replaces",
    "too young to tell": "nothing is wrong, and nothing is proven yet",
}
MARKS: dict[Outcome, Cell] = {"good": Mark("pass"), "bad": Mark("fail"), "open": Mark("inconclusive"), "none": "–"}
MOST = 30  # lines of a table
GAINS = (
    "Of each version the gain over the one before: at the gate, and on rows that came in while it was in production. "
    "Lines are bounds."
)
LIFE = "What was in production when, and what the gate said of each attempt; a version in red was taken back."
GOLDEN = "What every version reached on the golden set, which is always the same."
NOTE = (
    "The gain later is often larger than at the gate: the version before has grown older by then. And it leans to the new "
    "version where people label rows after they saw its answer: an error that they let pass counts as right."
)
CANNOT = (
    "A version is held against the one before only where both bundles can be had, and rows of its time are still kept for "
    "training (split.training_days).",
    "A level on later rows is of other rows than the promise: that it fell may be the world's doing as well as the model's.",
    "Why a version was taken back is on record in words only; whether bad data was the cause is not counted.",
    "What people who label let pass, because they saw the answer, is right in every count.",
    "Days are days of data: how many hours a switch took is not in the records.",
    "A bad file that no rule ever found is in no count.",
)
WORDS = (
    ("at the gate", "on the rows that decided the promotion, both models scored on the same rows"),
    ("later rows", "rows that came in after the promotion, while the version was in production; neither model has seen them"),
    ("surely", "to the confidence of gate.confidence, one-sided"),
    ("golden set", "a frozen set of rows, labelled with care, that never trains anything"),
    ("tau", "Kendall's rank correlation of the scores with their order: -1 falls always, +1 rises always"),
)  # fmt: skip


def page(found: Health, ledger: Ledger, doubts: Sequence[str], params: Params) -> Page:
    """What is said of a loop."""
    return Page(
        title=f"Health of the loop: {found.model}",
        verdict=found.verdict,
        tone=TONES[found.verdict],
        headline=_headline(found),
        facts=_facts(found),
        sections=(
            Section(title="Why", blocks=(Points((*found.reasons, *doubts) or ("no run is on record",)),)),
            _checks(found),
            _versions(found),
            _golden(found),
            _data(found),
            Section(title="What this cannot tell", blocks=(Points(CANNOT),)),
            _words(),
        ),
        command="health",
        source="the ledger, the metrics of every commit, and the promoted bundles",
        pictures={
            "gains": gains_picture(found.versions, found.metric, params.gate.confidence),
            "life": life_picture(ledger, found.live.as_of),
            "golden": golden_history(_scored(found), found.metric, params.gate.max_golden_drop),
        },
    )


def _headline(found: Health) -> str:
    bad = [own.name for own in found.checks if own.outcome == "bad"]
    return f"bad answers on {', '.join(bad)}" if bad else HEADLINES[found.verdict]


def _facts(found: Health) -> tuple[tuple[str, str], ...]:
    days = [own.as_of for own in found.looks]
    back = sum(own.back is not None for own in found.versions)
    return (
        ("Model", found.model),
        ("On record", f"{len(set(days))} runs, {days[0]} to {days[-1]}" if days else "no run"),
        ("In production", f"version {found.live.version} since {found.live.since}, {found.live.days_old} days old"),
        ("Versions", f"{len(found.versions)} promoted, {back} taken back"),
        ("The gate said", _counts(found.gate)),
        ("The trigger said", _counts(found.trigger)),
    )


def _checks(found: Health) -> Section:
    rows = tuple((MARKS[own.outcome], own.name, own.why) for own in found.checks)
    return Section(title="What was asked", blocks=(Table(head=("", "question", "answer"), rows=rows),))


def _versions(found: Health) -> Section:
    if not found.versions:
        return Section(title="Versions", blocks=(Words("Nothing was promoted yet."),))
    rows = [_version(own, found.confidence) for own in reversed(found.versions)]
    head = ("version", "since", "gate", "gain at the gate", "gain later", "bounds", "rows", "promised", "later", "golden")
    table = Table(head=head, rows=shortened(rows, MOST, "the JSON report"), numbers=(head[1], *head[3:]))
    untold = [f"version {own.number}: {own.later.why}" for own in found.versions if own.later.why]
    blocks: list[Block] = [Words(f"In {found.metric}. {NOTE}"), Picture(name="gains", text=GAINS), table]
    if untold:
        blocks.append(
            Folded(
                title=f"Why {len(untold)} of {len(found.versions)} versions have no gain on later rows",
                blocks=(Points(tuple(untold)),),
            )
        )
    back = tuple(_taken_back(own) for own in found.versions if own.back)
    blocks += [Words("Taken back:"), Points(back)] if back else []
    return Section(title="Versions", blocks=(*blocks, Picture(name="life", text=LIFE)))


def _version(own: Version, confidence: float) -> tuple[Cell, ...]:
    later = own.later.found
    lower, upper = own.later.bounds(confidence)
    bounds = "" if lower is None or upper is None else f"{lower:+.4f} … {upper:+.4f}"
    name = f"{own.number} (taken back)" if own.back else str(own.number)
    gains = (_gain(own.gain), _gain(own.later.gain), bounds, f"{later.n:,}" if later else "")
    level = shown(own.level.value) if own.level else ""
    promised, golden = ("" if value is None else shown(value) for value in (own.promised, own.golden))
    return (name, str(own.since), own.verdict or "none", *gains, promised, level, golden)


def _taken_back(own: Version) -> str:
    back = own.back
    if back is None:
        return ""
    lived = (back.as_of - own.since).days
    asked = f"{(back.as_of - own.alarm).days} after the trigger asked for it" if own.alarm else "which no run had asked for"
    return f"version {own.number} on {back.as_of}, after {lived} days of data, {asked}: {back.reason or 'no reason is on record'}"


def _golden(found: Health) -> Section:
    return Section(title="Golden set", blocks=(Picture(name="golden", text=GOLDEN),))


def _data(found: Health) -> Section:
    rows = [("blocked before anything of it was used", found.caught.before), ("used, and blocked only later", found.caught.after)]
    rows.append(("released by a person", found.caught.released))
    table = Table(head=("files", "", "which"), rows=tuple((what, str(len(own)), _few(own)) for what, own in rows), numbers=("",))
    people = tuple(found.labels.set_aside) if found.labels else ()
    aside: tuple[Block, ...] = (Words("Reviewers whose labels do not count:"), Points(people)) if people else ()
    return Section(title="Bad data", blocks=(table, *aside))


def _words() -> Section:
    table = Table(head=("word", "meaning"), rows=WORDS)
    return Section(title="Words", blocks=(Folded(title="What the words mean", blocks=(table,)),))


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _scored(found: Health) -> list[Scored]:
    told = [own for own in found.versions if own.golden is not None]
    return [Scored(version=own.number, value=own.golden or 0.0, rejected=own.back is not None) for own in told]


def _counts(said: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {said[name]}" for name in sorted(said, key=lambda name: (-said[name], name))) or "nothing"


def _gain(value: float | None) -> str:
    return "" if value is None else f"{value:+.4f}"
