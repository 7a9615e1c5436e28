"""Every promoted version against the one before it, on rows that came in while it was in production.

The gate compares on rows from before a promotion. These came in after it, so neither model has seen them and nobody chose
by them: they tell whether the promotion was right. Both bundles come from DVC's cache or remote.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd
from rich.progress import track

from stages import artefacts
from stages.decision.baseline import Git
from stages.errors import CannotJudge, InputError, ToolError, UntrustedModel, UsageError
from stages.evaluate import wanted_columns
from stages.evidence.paired import difference
from stages.evidence.scores import check_metrics
from stages.health.versions import Later, Version
from stages.ops.comparing.models import asked_of, both_see
from stages.ops.comparing.named import Named, find
from stages.ops.printing import paper
from stages.partitions import partition_names, read_partitions
from stages.reading.periods import period
from stages.settings import Params

SIDES = ("baseline", "candidate")


def later(lived: Sequence[Version], params: Params, git: Git) -> dict[int, Later]:
    """What came of each version, by its number; each is held against the one before on as many batches as judge a candidate."""
    places = {name: folder for folder in (artefacts.TRAINING, artefacts.HOLDOUT) for name in partition_names(folder)}
    models: dict[int, Named] = {}
    return {own.number: _later(own, places, models, params, git) for own in _with_progress(lived)}


def _later(own: Version, places: dict[str, Path], models: dict[int, Named], params: Params, git: Git) -> Later:
    if not own.before:
        return Later(why="the version before is a dummy")
    names = _in_its_time(own, places)[: params.split.holdout_batches]
    if not names:
        return Later(why=_why_none(own, places))
    try:
        pair = {side: _model(number, models, params, git) for side, number in zip(SIDES, (own.before, own.number), strict=True)}
        return _compared(pair, names, places, own, params)
    except (CannotJudge, InputError, ToolError, UntrustedModel, UsageError) as error:
        return Later(why=" ".join(str(error).split()))


def _in_its_time(own: Version, places: dict[str, Path]) -> list[str]:
    """The batches that began after it came in and ended before it left, oldest first."""
    spans = sorted(period(name) for name in places)
    return [span.name for span in spans if span.first > own.since and (own.until is None or span.last <= own.until)]


def _why_none(own: Version, places: dict[str, Path]) -> str:
    if own.until and any(period(name).first > own.until for name in places) and not _before(own, places):
        return "the rows of its time are older than what is kept for training"
    return "no whole batch of its time has labels that count yet"


def _before(own: Version, places: dict[str, Path]) -> bool:
    """Whether rows are kept from before it came in, so that those of its time would be too."""
    return any(period(name).last <= own.since for name in places)


def _model(number: int, models: dict[int, Named], params: Params, git: Git) -> Named:
    if number not in models:
        models[number] = find(str(number), "the version", params.train.packages, git)
    return models[number]


def _compared(pair: dict[str, Named], names: list[str], places: dict[str, Path], own: Version, params: Params) -> Later:
    check_metrics([own.metric], f"{artefacts.LEDGER}: metric")
    first = period(names[0]).first.isoformat()
    seen = [model.label for model in pair.values() if model.bundle.card["trained_through"] >= first]
    if seen:
        return Later(why=f"{' and '.join(seen)} trained past {first}")
    wide = both_see(pair, params)
    rows = pd.concat([read_partitions(places[name], wanted_columns(wide), [name]) for name in names], ignore_index=True)
    both = asked_of(rows, pair, params)
    return Later(found=difference(own.metric, both.baseline, both.candidate, params.seed), batches=len(names))


def _with_progress(lived: Sequence[Version]) -> Iterable[Version]:
    """To fetch a version takes seconds: a person sees that, a log does not."""
    console = paper()
    return track(list(lived), "scoring", console=console, transient=True, disable=not console.is_terminal)
