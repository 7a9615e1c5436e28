"""What happened around the model: deployments, incidents, campaigns, freezes, from `data/events.yaml`."""

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from stages.artefacts import read_yaml
from stages.errors import InputError


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    what: str


class Deployment(_Event):
    """Something went live."""

    at: date
    name: str


class Incident(_Event):
    """Something is broken, from `opened` until before `closed`."""

    opened: date
    closed: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Incident":
        if self.closed and self.closed < self.opened:
            raise ValueError("closed must not be before opened")
        return self


class Window(_Event):
    """A campaign or a data freeze, both days included."""

    starts: date
    ends: date
    segments: list[str] = []

    @model_validator(mode="after")
    def _in_order(self) -> "Window":
        if self.ends < self.starts:
            raise ValueError("ends must not be before starts")
        return self


class Events(BaseModel):
    """All of `data/events.yaml`; every list may be empty."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    deployments: Annotated[list[Deployment], Field(default_factory=list)]
    incidents: Annotated[list[Incident], Field(default_factory=list)]
    campaigns: Annotated[list[Window], Field(default_factory=list)]
    freezes: Annotated[list[Window], Field(default_factory=list)]

    def deployed(self, as_of: date, days: int) -> list[str]:
        """What went live in the `days` before `as_of`."""
        return [event.name for event in self.deployments if as_of - timedelta(days=days) <= event.at <= as_of]

    def open_incidents(self, as_of: date) -> list[str]:
        """What is broken on `as_of`."""
        return [
            event.what for event in self.incidents if event.opened <= as_of and (event.closed is None or as_of < event.closed)
        ]

    def running(self, kind: str, as_of: date) -> list[str]:
        """The `campaigns` or `freezes` that run on `as_of`."""
        return [event.what for event in getattr(self, kind) if event.starts <= as_of <= event.ends]


def read_events(path: Path) -> Events:
    """Read `data/events.yaml`.

    Raises
    ------
    InputError
        Where an event is malformed or its window is impossible; the message names the place.
    """
    try:
        return Events.model_validate(read_yaml(path) or {})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise InputError(
            f"{path}: {place} must be valid, got: {first['msg'].removeprefix('Value error, ')}; mend the event"
        ) from None
