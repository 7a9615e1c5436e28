"""Reasons that nobody measures: the calendar, a person's request, an event, version 0."""

from stages.settings import Params
from stages.signals.signal import Signal, state
from stages.signals.world import World


def planned(world: World, params: Params) -> list[Signal]:
    """The signals first_model, request, cadence and event."""
    return [_first_model(world), _request(world, params), _cadence(world, params), _event(world)]


def _first_model(world: World) -> Signal:
    version = world.ledger.live.version
    return Signal(name="first_model", state=state(version == 0), why=f"version {version} is in production")


def _request(world: World, params: Params) -> Signal:
    """A reason that somebody gave, until an attempt was made for it."""
    asked = params.trigger.asked
    if not asked:
        return Signal(name="request", state="quiet", why="nobody asked")
    answered = world.ledger.answered(asked, world.as_of)
    if answered:
        return Signal(name="request", state="quiet", why=f"{asked}: answered by the attempt of {answered}")
    return Signal(name="request", state="fired", why=asked)


def _cadence(world: World, params: Params) -> Signal:
    last, limit = world.ledger.last_attempt(world.as_of), params.trigger.cadence_days
    if last is None:
        return Signal(name="cadence", state="unknown", threshold=limit, why="no attempt yet")
    days = (world.as_of - last).days
    why = f"{days} day{'' if days == 1 else 's'} since the last attempt or promotion"
    return Signal(name="cadence", state=state(days >= limit), value=days, threshold=limit, why=why)


def _event(world: World) -> Signal:
    """A lasting change of the world that the baseline has seen nothing of."""
    through = world.trained_through
    unseen = [change for change in world.events.changes if through < change.at <= world.as_of]
    if not unseen:
        return Signal(name="event", state="quiet", why="no lasting change is on record since the baseline's training data ended")
    newest, more = max(unseen, key=lambda change: change.at), len(unseen) - 1
    earlier = f" (nor {more} before it)" if more else ""
    why = f"{newest.what}, on {newest.at}: the baseline has not seen it{earlier}"
    return Signal(name="event", state="fired", value=(world.as_of - newest.at).days, why=why)
