"""A situation of the playbook: a world, and what the trigger has to say in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from made_world import made_params

from stages.settings import Params
from stages.signals.world import World
from stages.trigger import judge

POLICIES = Path(__file__).resolve().parents[2] / "docs/policies"


@dataclass(frozen=True, kw_only=True)
class Situation:
    """`what` happens, `do` what a person does about it.

    `held` are the names that decide, `fired` and `dark` signals that fired or could not be told, whether they decide or not;
    `again` is the day of the next look. Settings are those of `policy` (a file of docs/policies), then `settings` by dotted key.
    """

    what: str
    world: Callable[[Params], World]
    verdict: str
    held: tuple[str, ...] = ()
    fired: tuple[str, ...] = ()
    dark: tuple[str, ...] = ()
    again: str = "2026-04-05"  # the Sunday on which the next batch is complete
    do: str
    policy: str = "hybrid"
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def params(self) -> Params:
        return made_params({**policy_settings(self.policy), **self.settings})

    @cached_property
    def report(self) -> dict[str, Any]:
        """What the trigger says."""
        return judge(self.world(self.params), self.params)


def policy_settings(name: str) -> dict[str, Any]:
    """The settings of a file in docs/policies, by dotted key."""
    found = yaml.safe_load((POLICIES / f"{name}.yaml").read_text(encoding="utf-8"))
    return {f"trigger.{key}": value for key, value in found["trigger"].items()}
