"""How often drift is called where nothing changed, and how often it is found where something did: `python -m bench.drift_alarms`.

Every run draws a baseline's rows and recent rows, sketches both with `profile` and compares them with `drift`, as the stages do,
under `trigger` of params.yaml. The peers draw the same rows and judge them by their own defaults, in fewer runs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.drift import PEERS, peer_alarms
from bench.drift_work import columns_of
from bench.drift_worlds import LABEL, NUMBERS, PREDICTED, SIGMA, SIZES, Kind, kinds, numbers, rows
from bench.measure import progress
from stages.sections import Columns, TriggerParams
from stages.settings import load
from stages.signals.drift import drift, drift_signals
from stages.signals.profile import of_training, profile

Sides = tuple[dict[str, Any], dict[str, Any]]  # the profiles of the baseline's rows and of the recent rows

ROOT = Path(__file__).resolve().parents[1]
SEEDS, PEER_SEEDS = 200, 20
POWER_SIZES, WIDE, SHIFT = ((1001, 1001), (10_000, 10_000)), 20, 0.2
ALARM_HEAD = (
    "| nothing changes in | rows, baseline / recent | Ratchet | nothing judged | its tests alone | Evidently | NannyML |\n"
    "|---|--:|--:|--:|--:|--:|--:|"
)
POWER_HEAD = f"| {SHIFT} σ in 1 of {WIDE} columns | rows, baseline / recent | found | another column too |\n|---|--:|--:|--:|"


@dataclass(frozen=True, kw_only=True)
class Alarms:
    """Shares of the runs without change: a drift signal fired; none could be judged; one fires by its test alone."""

    fired: float
    unjudged: float
    alone: float


def main() -> None:
    """Print both tables and what they were counted on."""
    trigger = load(ROOT / "params.yaml").trigger
    peers = [peer_alarms(name, PEER_SEEDS) for name in PEERS]
    print(ALARM_HEAD, flush=True)
    for kind in kinds().values():
        for size in SIZES:
            ours = alarms(kind, size, trigger, SEEDS)
            beside = [found.get(f"{kind.name} {size[0]} {size[1]}", "–") for found in peers]
            cells = [kind.name, _sizes(size), *(f"{share:.1%}" for share in (ours.fired, ours.unjudged, ours.alone)), *beside]
            print(f"| {' | '.join(cells)} |", flush=True)
    print(f"\n{caption(trigger)}\n\n{POWER_HEAD}", flush=True)
    for size in POWER_SIZES:
        for name, (found, others) in power(size, trigger, SEEDS).items():
            print(f"| {name} | {_sizes(size)} | {found:.1%} | {others:.1%} |", flush=True)


def caption(trigger: TriggerParams) -> str:
    """What both tables were counted on, and what the first has to stay below."""
    limit = trigger.significance + 3 * np.sqrt(trigger.significance * (1 - trigger.significance) / SEEDS)
    shipped = f"significance {trigger.significance}, min_change {trigger.drift.min_change}, min_rows {trigger.drift.min_rows}"
    return (
        f"Ratchet: {SEEDS} runs a line, seeds 0 to {SEEDS - 1}, {shipped}; its tests alone: min_change 0, min_rows 2. "
        f"Neither share may be above {trigger.significance:.0%} + 3 standard errors = {limit:.1%}.\n"
        f"Peers: {PEER_SEEDS} runs a line, seeds 0 to {PEER_SEEDS - 1}; in brackets the share of columns (Evidently) or of "
        "columns by chunk (NannyML)."
    )


def alarms(kind: Kind, size: tuple[int, int], trigger: TriggerParams, seeds: int) -> Alarms:
    """Count over the seeds 0, 1, …"""
    progress(f"false alarms, {kind.name}, {_sizes(size)} rows, {seeds} runs")
    alone = trigger.model_copy(update={"drift": trigger.drift.model_copy(update={"min_change": 0.0, "min_rows": 2})})
    states = [(signal_states(sides, kind, trigger), signal_states(sides, kind, alone)) for sides in runs(kind, size, seeds)]
    return Alarms(
        fired=float(np.mean(["fired" in shipped for shipped, _ in states])),
        unjudged=float(np.mean([shipped == {"underpowered"} for shipped, _ in states])),
        alone=float(np.mean(["fired" in tested for _, tested in states])),
    )


def runs(kind: Kind, size: tuple[int, int], seeds: int) -> Iterator[Sides]:
    """Both profiles, seed by seed."""
    for seed in range(seeds):
        old, new = (rows(kind, n, (seed, side)) for side, n in enumerate(size))
        yield learned(old, kind), sketched(new, kind)


def learned(frame: pd.DataFrame, kind: Kind) -> dict[str, Any]:
    """The profile that a bundle would have of these training rows, of which the last fifth are the newest."""
    newest = np.arange(len(frame)) >= 0.8 * len(frame)
    return of_training(frame, newest, of(kind), frame[LABEL], frame[PREDICTED])


def sketched(frame: pd.DataFrame, kind: Kind) -> dict[str, Any]:
    """The profile of rows, with their labels and predictions."""
    return profile(frame, of(kind), frame[LABEL], frame[PREDICTED])


def signal_states(sides: Sides, kind: Kind, trigger: TriggerParams) -> set[str]:
    """The states of the three drift signals."""
    old, new = sides
    found = drift(new | {"labels": None}, new["labels"], old, of(kind), trigger)
    return {signal.state for signal in drift_signals(found, trigger)}


def power(size: tuple[int, int], trigger: TriggerParams, seeds: int) -> dict[str, tuple[float, float]]:
    """By distribution of the column that is shifted: how often it is found, and how often any other is."""
    progress(f"power, {_sizes(size)} rows, {seeds} runs")
    kind = numbers(WIDE)
    found = {name: np.zeros((seeds, 2)) for name in NUMBERS}
    for seed in range(seeds):
        old, frame = learned(rows(kind, size[0], (seed, 0)), kind), rows(kind, size[1], (seed, 1))
        new = sketched(frame, kind)
        for place, name in enumerate(NUMBERS):
            column = kind.numeric[place][0]
            fired = fired_columns((old, with_shift(new, frame, column, SHIFT * SIGMA[name])), kind, trigger)
            found[name][seed] = column in fired, bool(fired - {column})
    return {name: (float(each[:, 0].mean()), float(each[:, 1].mean())) for name, each in found.items()}


def with_shift(sketch: dict[str, Any], frame: pd.DataFrame, column: str, by: float) -> dict[str, Any]:
    """The profile of a frame in which every number of one column is larger."""
    own = profile(frame[[column]] + by, columns_of(numeric=[column]))
    return sketch | {"columns": sketch["columns"] | own["columns"]}


def fired_columns(sides: Sides, kind: Kind, trigger: TriggerParams) -> set[str]:
    """What drift is called in."""
    old, new = sides
    found = drift(new | {"labels": None}, new["labels"], old, of(kind), trigger)
    return {row.column for row in found if row.state == "fired"}


def of(kind: Kind) -> Columns:
    """The settings that name a family's feature columns."""
    text, categorical, numeric = ([name for name, _ in drawn] for drawn in (kind.text, kind.categorical, kind.numeric))
    return columns_of(text=text, categorical=categorical, numeric=numeric)


def _sizes(size: tuple[int, int]) -> str:
    return f"{size[0]:,} / {size[1]:,}"


if __name__ == "__main__":
    main()
