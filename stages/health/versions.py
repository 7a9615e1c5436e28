"""Every promoted version: how long it lived, what was promised of it, and what came of that on rows that came in later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from stages.decision.ledger import Entry, Ledger
from stages.evidence.difference import Difference
from stages.health.looks import Compared, Look, comparisons, runs


@dataclass(frozen=True, kw_only=True)
class Later:
    """A version against the one before it, on rows that came in while it was in production.

    `found` is None where that cannot be told, and `why` says why.
    """

    found: Difference | None = None
    batches: int = 0
    why: str = ""

    @property
    def gain(self) -> float | None:
        """What it is better by."""
        return self.found.delta if self.found else None

    def bounds(self, confidence: float) -> tuple[float | None, float | None]:
        """One-sided bounds of that, each at `confidence`."""
        return self.found.bounds(confidence) if self.found else (None, None)


MOST_SHARED = 0.5  # from here on a level is no test of the promise any more
UNTOLD = Later(why="nobody has scored it against the version before")


@dataclass(frozen=True, kw_only=True)
class Level:
    """What a version reached as a baseline, soon after its promotion: the longer it serves, the more the world has moved on.

    `shared` is the share of the holdout's batches that its promise was measured on, too.
    """

    value: float
    day: date
    rows: int
    shared: float


@dataclass(frozen=True, kw_only=True)
class Version:
    """One promotion.

    Attributes
    ----------
    before : the version that it replaced; 0 is a dummy.
    until : the day it left production for the first time (None: it is there still).
    back : the rollback that rejected it.
    alarm : the day on which the trigger first asked for that; None where it did not.
    promised, gain : the metric and its gain over the version before on the gate's holdout; None where that is not on record.
    golden : its score on today's golden set.
    """

    number: int
    bundle: str
    before: int = 0
    since: date
    until: date | None = None
    back: Entry | None = None
    alarm: date | None = None
    verdict: str | None = None
    metric: str
    promised: float | None = None
    gain: float | None = None
    level: Level | None = None
    golden: float | None = None
    later: Later = UNTOLD

    @property
    def kept(self) -> float | None:
        """How far the later level is above what was promised; None where one of them is not known."""
        return None if self.promised is None or self.level is None else self.level.value - self.promised


def versions(
    ledger: Ledger, looks: Sequence[Look], golden: Mapping[int, float], later: Mapping[int, Later], metric: str
) -> list[Version]:
    """All promotions but version 0's, oldest first.

    Parameters
    ----------
    golden : scores by version.
    later : what came of each version, by its number.
    metric : of versions whose promotion names none.
    """
    switches, compared = [own for own in ledger.entries if own.kind in ("promotion", "rollback")], comparisons(looks)
    found = []
    for place, entry in enumerate(switches):
        if entry.kind == "promotion" and entry.version and place:
            own = _version(entry, switches[place + 1 :], compared, entry.metric or metric)
            before = number(ledger, switches[place - 1].bundle)
            told = later.get(entry.version, UNTOLD)
            found.append(replace(own, before=before, alarm=_alarm(own, looks), golden=golden.get(entry.version), later=told))
    return found


def _version(entry: Entry, rest: Sequence[Entry], compared: Sequence[tuple[date, Compared]], metric: str) -> Version:
    """What the ledger and the comparisons say; `rest` is what changed production afterwards."""
    at_gate = _at_gate(entry, compared)
    return Version(
        number=entry.version or 0,
        bundle=entry.bundle,
        since=entry.as_of,
        until=rest[0].as_of if rest else None,
        back=next((own for own in rest if own.rejected == entry.bundle), None),
        verdict=entry.verdict,
        metric=metric,
        promised=entry.promised,
        gain=at_gate.gain(metric) if at_gate else None,
        level=_level(entry, compared, at_gate, metric),
    )


def _alarm(own: Version, looks: Sequence[Look]) -> date | None:
    if own.back is None:
        return None
    asked = [look.as_of for look in runs(looks) if look.trigger == "rollback" and own.since < look.as_of <= own.back.as_of]
    return min(asked, default=None)


def number(ledger: Ledger, bundle: str) -> int:
    """The version of a bundle: of its first promotion."""
    return next(entry.version or 0 for entry in ledger.entries if entry.kind == "promotion" and entry.bundle == bundle)


def _at_gate(entry: Entry, compared: Sequence[tuple[date, Compared]]) -> Compared | None:
    """The comparison that a promotion rests on."""
    own = [pair for _, pair in compared if pair.candidate == entry.bundle and pair.holdout == entry.holdout]
    return own[-1] if own else None


def _level(entry: Entry, compared: Sequence[tuple[date, Compared]], at_gate: Compared | None, metric: str) -> Level | None:
    """The first comparison with the version as baseline of which most batches are new."""
    for day, pair in compared:
        if pair.baseline == entry.bundle and pair.holdout != entry.holdout and metric in pair.old:
            shared = _shared(pair, at_gate)
            if shared < MOST_SHARED:
                return Level(value=pair.old[metric], day=day, rows=pair.n, shared=shared)
    return None


def _shared(pair: Compared, at_gate: Compared | None) -> float:
    """Batches that are not on record count as shared."""
    if not (at_gate and at_gate.batches and pair.batches):
        return 1.0
    return len(pair.batches & at_gate.batches) / len(pair.batches)
