"""What happened around the model, from `data/events.yaml`: what went live, broke, was promoted, frozen, or changed for good."""

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from stages.artefacts import read_yaml
from stages.errors import InputError

Kind = Literal["campaigns", "freezes", "one_offs"]
KINDS: tuple[Kind, ...] = ("campaigns", "freezes", "one_offs")


def _day(value: Any) -> date:
    try:
        return value if type(value) is date else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("be a day (2026-10-04)") from None


def _words(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("be a few words")
    return " ".join(value.split())


Day = Annotated[date, BeforeValidator(_day)]
Words = Annotated[str, BeforeValidator(_words)]


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    what: Words


class Moment(_Event):
    """A lasting change of the world: a product launch, a new law."""

    at: Day


class Deployment(Moment):
    """Something went live."""

    name: Words


class Incident(_Event):
    """Something is broken, from `opened` until before `closed`."""

    opened: Day
    closed: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Incident":
        if self.closed and self.closed < self.opened:
            raise ValueError(f"close on its day or later, got {self.closed} after {self.opened}")
        return self


class Window(_Event):
    """A campaign, a data freeze or a one-off (a storm, an outage elsewhere: not to be learned from), both days included.

    `segments` (`column=value`) say where; none: everywhere.
    """

    starts: Day
    ends: Day
    segments: list[str] = []

    @model_validator(mode="after")
    def _possible(self) -> "Window":
        if self.ends < self.starts:
            raise ValueError(f"end on its first day or later, got {self.ends} after {self.starts}")
        bad = [own for own in self.segments if not all(own.partition("="))]
        if bad:
            raise ValueError(f"name segments as column=value, got {bad[0]!r}")
        return self

    @property
    def words(self) -> str:
        """The event with its days."""
        return f"{self.what} ({self.starts} to {self.ends})"


class Events(BaseModel):
    """All of `data/events.yaml`; every list may be empty."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    deployments: Annotated[list[Deployment], Field(default_factory=list)]
    incidents: Annotated[list[Incident], Field(default_factory=list)]
    campaigns: Annotated[list[Window], Field(default_factory=list)]
    freezes: Annotated[list[Window], Field(default_factory=list)]
    changes: Annotated[list[Moment], Field(default_factory=list)]
    one_offs: Annotated[list[Window], Field(default_factory=list)]

    def deployed(self, as_of: date, days: int) -> list[Deployment]:
        """What went live in the `days` before `as_of`, oldest first."""
        found = [event for event in self.deployments if event.at <= as_of and (as_of - event.at).days <= days]
        return sorted(found, key=lambda event: event.at)

    def open_incidents(self, as_of: date) -> list[Incident]:
        """What is broken on `as_of`."""
        return [event for event in self.incidents if event.opened <= as_of and (event.closed is None or as_of < event.closed)]

    def overlapping(self, kind: Kind, first: date, last: date) -> list[Window]:
        """The windows of a kind that share a day with `first` to `last`."""
        return [event for event in getattr(self, kind) if event.starts <= last and first <= event.ends]

    def running(self, kind: Kind, as_of: date) -> list[Window]:
        """The windows of a kind that include `as_of`."""
        return self.overlapping(kind, as_of, as_of)


def read_events(path: Path, columns: Sequence[str] | None = None) -> Events:
    """Read `data/events.yaml`.

    Parameters
    ----------
    columns : those that segments may name; None: any.

    Raises
    ------
    InputError
        Where an event is malformed, impossible or there twice; the message names the place.
    """
    found = read_yaml(path)
    try:
        events = Events.model_validate({} if found is None else _no_gaps(found))
    except ValidationError as error:
        raise InputError(f"{path}: {_explain(error)}; mend the event") from None
    problem = next(_problems(events, columns), None)
    if problem:
        raise InputError(f"{path}: {problem}")
    return events


def _no_gaps(found: Any) -> Any:
    """A key without a value is an empty list."""
    return {key: [] if value is None else value for key, value in found.items()} if isinstance(found, dict) else found


def _explain(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "the file"
    if first["type"] == "extra_forbidden":
        known = Events.model_fields if len(first["loc"]) == 1 else ["what", "at", "name", *_fields(Incident), *_fields(Window)]
        near = difflib.get_close_matches(str(first["loc"][-1]), known, n=1)
        return f"{place} must be a known key" + (f", did you mean {near[0]}?" if near else f" ({', '.join(known)})")
    if first["type"] == "missing":
        return f"{place} must be there, got nothing"
    if first["type"] == "value_error":
        rule = first["msg"].removeprefix("Value error, ")
        return f"{place} must {rule}" + ("" if ", got " in rule else f", got {first['input']!r}")
    rules = {
        "list_type": "be a list of events",
        "model_type": "have the keys of an event",
        "model_attributes_type": "be keys with lists",
    }
    return f"{place} must {rules.get(first['type'], first['msg'])}, got {type(first['input']).__name__}"


def _fields(event: type[BaseModel]) -> list[str]:
    return [name for name in event.model_fields if name != "what"]


def _problems(events: Events, columns: Sequence[str] | None) -> Iterator[str]:
    """What is wrong with events that are possible each for itself."""
    for name, count in Counter((event.name, event.at) for event in events.deployments).items():
        if count > 1:
            yield f"deployments must be there once, got {name[0]} on {name[1]} {count} times; delete one"
    for kind in KINDS:
        windows = getattr(events, kind)
        for k, one in enumerate(windows):
            yield from (_twice(kind, j, k, windows[j], one) for j in range(k) if _collide(windows[j], one))
            yield from _unknown_columns(f"{kind}.{k}", one, columns)


def _collide(one: Window, other: Window) -> bool:
    """Whether two windows claim the same days of the same rows."""
    same = bool(set(one.segments) & set(other.segments)) or not (one.segments or other.segments)
    return same and one.starts <= other.ends and other.starts <= one.ends


def _twice(kind: str, j: int, k: int, one: Window, other: Window) -> str:
    where = " on the same segments" if one.segments else ""
    return f"{kind}.{k} must not overlap {kind}.{j}{where}, got {other.words} and {one.words}; make them one, or mend the days"


def _unknown_columns(place: str, window: Window, columns: Sequence[str] | None) -> Iterator[str]:
    for segment in window.segments:
        name = segment.partition("=")[0]
        if columns is not None and name not in columns:
            near = difflib.get_close_matches(name, columns, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(columns)}"
            yield f"{place} must name segments of known columns, got {segment!r}; {hint}"


def later(day: date, days: int) -> date:
    """`days` after `day`, at most the last day that a date can name (`ends: 9999-12-31` is how people write "open")."""
    return day + timedelta(days=min(days, (date.max - day).days))
