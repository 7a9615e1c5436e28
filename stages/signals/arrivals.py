"""How fast batches and labels come in, and what trying at every occasion would cost."""

import math
from datetime import date
from statistics import NormalDist

from stages.settings import Params
from stages.signals.events import later
from stages.signals.volume import delivered
from stages.signals.world import Trained, Week, World

YEAR, WEEK = 365, 7
MONTH = 32  # days after the last day of a month, and it is the month after the next one
POWER = 0.8


def batch_days(world: World) -> int:
    """Days of the newest batch's period; a week where there is none."""
    newest = _newest(world)
    return (newest.last - newest.first).days + 1 if newest else WEEK


def next_batch(world: World) -> date:
    """The last day of the period after the newest file's, blocked or not: the day of the next run."""
    files = delivered(world.validation)
    day = _next_end(date.fromisoformat(files[-1]["last"]) if files else world.as_of, world)
    while day <= world.as_of < date.max:  # a day that a person set may lie behind the newest file
        day = _next_end(day, world)
    return day


def _next_end(day: date, world: World) -> date:
    """The last day of the period that begins after `day`: of a month, or of as many days as the newest batch has."""
    newest = _newest(world)
    if newest and newest.first.day == 1 and later(newest.last, 1).day == 1:
        return later(later(day, MONTH).replace(day=1), -1)
    return later(day, batch_days(world))


def _newest(world: World) -> Week | Trained | None:
    return world.weeks[-1] if world.weeks else next(reversed(world.training.values()), None)


def day_of(missing: int, world: World, params: Params, after: date = date.min) -> date | None:
    """When `missing` more trusted labels of rows since the day `after` should be there, at the pace of the newest batches.

    None where none come in. A row's label comes as much later as the newest trusted label is old today.
    """
    newest = list(world.training.values())[-params.batches.history :]
    rows = sum(own.rows for own in newest)
    if not rows:
        return None
    days = (newest[-1].last - newest[0].first).days + 1
    ahead = max(0, (after - newest[-1].last).days - 1)
    return later(world.as_of, ahead + math.ceil(missing * days / rows))


def cost(world: World, params: Params) -> str:
    """What trying as often as asked would cost, against once a cool-down; "" where that is no more often.

    Of k attempts of models without any gain, at least one passes a proof of confidence c by luck with chance 1 - c^k. To keep
    that chance with r times as many attempts, each must be proven at 1 - (1 - c) / r (Bonferroni). The rows that a proof with
    80 % power needs grow with (z_confidence + z_power)^2.
    """
    every, cool = min(params.trigger.cadence_days, batch_days(world)), params.trigger.cool_down_days
    if every >= cool:
        return ""
    often, seldom, sure = YEAR / every, YEAR / cool, params.gate.confidence
    rows = (reach(1 - (1 - sure) * every / cool) / reach(sure)) ** 2
    pace = "every day" if every == 1 else f"every {every} days"
    return (
        f"an attempt {pace} instead of every {cool} days would mean {often:.0f} a year instead of {seldom:.0f}, a chance of "
        f"{_luck(often, sure)} instead of {_luck(seldom, sure)} that one of them passes by luck alone, or {rows:.1f} times the "
        "holdout rows to keep that chance where it is"
    )


def reach(confidence: float) -> float:
    """How many standard errors a difference must be so that it is proven in 4 of 5 cases."""
    return NormalDist().inv_cdf(confidence) + NormalDist().inv_cdf(POWER)


def _luck(attempts: float, confidence: float) -> str:
    chance = 1 - confidence**attempts
    return "nearly 100%" if chance > 0.995 else f"{chance:.0%}"
