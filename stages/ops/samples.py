"""`ratchet samples`: how many labelled rows a decision needs, and what those of the last run can show."""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from stages import artefacts, settings
from stages.decision.attempts import golden_confidence, holdout_confidence, tried_on_golden, tried_on_holdout
from stages.decision.ledger import read_ledger
from stages.decision.quality import least_gain
from stages.decision.rule import read
from stages.decision.words import about
from stages.errors import UsageError
from stages.evidence.difference import Difference
from stages.evidence.power import POWER, chance_equal_passes, row_spread, rows_needed, spread_of
from stages.ops.printing import lines, paper, plain
from stages.settings import Params

TIMES = (1.5, 2.0, 3.0, 5.0)  # true gains, in units of the one asked for
GAINS = (0.005, 0.01, 0.02, 0.05)  # the same where none is asked for
MIN_GAIN, DISAGREEMENT, CONFIDENCE = 0.01, 0.1, 0.95  # where neither the command nor a loop says more


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the command says; None: as in params.yaml and the last run."""

    min_gain: float | str | None = None
    disagreement: float | None = None
    confidence: float | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What rows are counted for; `spread` is the standard deviation of one row's difference at a true gain, None: impossible."""

    min_gain: float
    confidence: float
    spread: Callable[[float], float | None]
    words: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """Rows on which a candidate must be shown not to lose more than `margin`, at the confidence that is left."""

    name: str
    found: Difference
    margin: float
    confidence: float


def show_samples(asked: Asked, console: Console | None = None) -> None:
    """Print the rows that proofs of several gains take; in a loop also what the parts of the last run can show.

    Raises
    ------
    UsageError
        Where a relative gain has no last run to refer to.
    """
    console = console or paper()
    params = settings.load() if artefacts.PARAMS.is_file() else None
    comparison = artefacts.read_json(artefacts.COMPARISON) if params and artefacts.COMPARISON.is_file() else None
    plan = _plan(asked, params, read(comparison["holdout"]["primary"]) if comparison else None)
    console.print(
        f"labelled rows with which {POWER:.0%} of the candidates that truly gain so much are proven better", soft_wrap=True
    )
    console.print(f"({plan.words}; confidence {100 * plan.confidence:g} %)\n", soft_wrap=True)
    console.print(_needed(plan))
    if params and comparison:
        _show_parts(list(_parts(comparison, params)), params.gate.primary, console)


def _plan(asked: Asked, params: Params | None, last: Difference | None) -> Plan:
    wanted = asked.min_gain if asked.min_gain is not None else params.gate.min_gain if params else MIN_GAIN
    least = least_gain(wanted, last.baseline if last else None)
    if least is None:
        raise UsageError(
            f"--min-gain must be in the metric's own units here, got {wanted}: no last run says of what; give a number"
        )
    spread, words = _spread(asked.disagreement, last)
    confidence = asked.confidence or (params.gate.confidence if params else CONFIDENCE)
    return Plan(min_gain=least, confidence=confidence, spread=spread, words=words)


def _spread(disagreement: float | None, last: Difference | None) -> tuple[Callable[[float], float | None], str]:
    """How much one row's difference varies, as asked, as measured in the last run, or as assumed; and the words for it."""
    measured = row_spread(last) if last and disagreement is None else None
    if last and measured is not None and (last.won is None or last.lost is None):
        return lambda _: measured, f"one row's difference varies by {measured:.3g}, as in the last run on {last.n:,} rows"
    share, source = DISAGREEMENT if disagreement is None else disagreement, ""
    if last and measured is not None:
        share, source = max((last.won or 0) + (last.lost or 0), 1) / last.n, f", as in the last run on {last.n:,} rows"
    words = f"only one of both models is right on {100 * share:.3g} % of the rows{source}"
    return functools.partial(_of_share, share), words


def _of_share(share: float, gain: float) -> float | None:
    return spread_of(share, gain) if gain <= share else None


def _needed(plan: Plan) -> Table:
    """One line a true gain; the rule as it is, and with `strict`."""
    asked = f"{plan.min_gain:g}"
    names = ("true gain", "proven above 0", *([f"proven above {asked} (strict)"] if plan.min_gain else []))
    table = lines(*names, numbers=names)
    for gain in [times * plan.min_gain for times in TIMES] if plan.min_gain else GAINS:
        spread, kinds = plan.spread(gain), (False, True) if plan.min_gain else (False,)
        rows = [
            spread
            and rows_needed(spread=spread, true_gain=gain, min_gain=plan.min_gain, strict=strict, confidence=plan.confidence)
            for strict in kinds
        ]
        table.add_row(f"{gain:+.4g}", *(about(found) if found else "cannot be" for found in rows))
    return table


def _parts(comparison: dict[str, Any], params: Params) -> Iterator[Part]:
    """The critical segments and the golden set of the last run."""
    gate, ledger, compared = params.gate, read_ledger(artefacts.LEDGER), comparison["compared"]
    left = holdout_confidence(gate.confidence, tried_on_holdout(ledger, compared["holdout"], compared["candidate"]))
    for gain in comparison["segments"]:
        if gain["segment"] in gate.critical:
            yield Part(name=gain["segment"], found=read(gain), margin=gate.max_segment_drop, confidence=left)
    if "golden" in comparison:
        tried = tried_on_golden(ledger, compared["golden"], compared["candidate"])
        left = golden_confidence(gate.confidence, tried, gate.golden_attempts)
        golden = read(comparison["golden"]["primary"])
        yield Part(name="golden set", found=golden, margin=gate.max_golden_drop, confidence=left)


def _show_parts(parts: list[Part], metric: str, console: Console) -> None:
    if not parts:
        console.print("\nno critical segment and no golden set to be held against", soft_wrap=True)
        return
    numbers = ("rows", "drop allowed", "confidence", "an equal model passes", f"rows for {POWER:.0%}")
    table = lines("part of the last run", *numbers, numbers=numbers)
    for part in parts:
        chance, spread = chance_equal_passes(part.found, part.margin, part.confidence), row_spread(part.found)
        rows = spread and rows_needed(spread=spread, true_gain=part.margin, min_gain=0.0, strict=True, confidence=part.confidence)
        table.add_row(
            *(plain(part.name), f"{part.found.n:,}", f"{part.margin:g}", f"{100 * part.confidence:.2f} %"),
            *("unknown" if chance is None else f"{100 * chance:.0f} %", about(rows) if rows else "unknown"),
        )
    console.print(f"\nshown not to lose in {metric}:", soft_wrap=True)
    console.print(table)
