"""From signals and facts to one of five verdicts, by the clauses of `trigger.policy` in params.yaml.

A clause is a name, or `any`, `all`, `not` over clauses. Names are signals, facts, and the verdicts of lower precedence: in the
clause of `blocked`, the name `retrain` holds where the clause of `retrain` does. What is unknown or underpowered does not hold,
and its `not` does not hold either (Kleene's logic): a verdict needs what is known.
"""

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from stages.errors import UsageError
from stages.sections import Clause, Policy
from stages.signals.facts import Fact
from stages.signals.signal import Signal

Verdict = Literal["rollback", "blocked", "investigate", "retrain", "skip"]
VERDICTS: tuple[Verdict, ...] = ("rollback", "blocked", "investigate", "retrain")  # by precedence; `skip` when none holds
Holds = Mapping[str, bool | None]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A verdict, and why.

    `held`: the names that made its clause hold, in the order of the clause; of `skip` the names that kept every clause from
    holding. `overruled`: the names that made a verdict of lower precedence hold, where the clause builds on one.
    """

    verdict: Verdict
    text: str
    held: tuple[str, ...] = ()
    overruled: tuple[str, ...] = ()


def decide(policy: Policy, holds: Holds) -> Decision:
    """The first verdict whose clause holds.

    Parameters
    ----------
    holds : every signal and fact by name: True where it fired or is so, False where it is quiet or not so, None where that
        cannot be told.

    Raises
    ------
    UsageError
        Where a clause is malformed or names something that does not exist.
    """
    clauses: dict[Verdict, Any] = {verdict: getattr(policy, verdict) for verdict in VERDICTS}
    for k, verdict in enumerate(VERDICTS):
        _check(clauses[verdict], verdict, {*holds, *VERDICTS[k + 1 :]})
    found = _reached(clauses, holds)
    verdict = _first(found)
    if verdict == "skip":
        return Decision(verdict=verdict, text="no clause holds", held=_spared(clauses, holds))
    own = list(because(clauses[verdict], {**holds, **found}))
    lower = [name for below in own if below in clauses for name in _expanded(below, clauses, {**holds, **found})]
    held = tuple(dict.fromkeys(name for name in own if name not in clauses))
    overruled = tuple(dict.fromkeys(name for name in lower if name not in held))
    return Decision(verdict=verdict, text=_flow(clauses[verdict]), held=held, overruled=overruled)


def known(signals: Mapping[str, Signal], facts: Mapping[str, Fact]) -> dict[str, bool | None]:
    """Every signal and fact by name, as `decide` wants them."""
    states: dict[str, bool | None] = {"fired": True, "quiet": False}
    return {name: states.get(own.state) for name, own in signals.items()} | {name: own.holds for name, own in facts.items()}


def reasons(decision: Decision, signals: Mapping[str, Signal], facts: Mapping[str, Fact]) -> list[str]:
    """The verdict's reasons in words, the deciding ones first."""
    why = {name: own.why for name, own in signals.items()} | {name: own.why for name, own in facts.items()}
    held = [f"{name}: {why[name]}" for name in decision.held]
    if decision.verdict != "skip":
        against = [f"this outweighs {name}: {why[name]}" for name in decision.overruled]
        return [*held, *against] or [f"the clause of {decision.verdict} holds because of what is absent: {decision.text}"]
    fired = [name for name, own in signals.items() if own.state == "fired"]
    unused = [f"{name} fired, which the policy does not act on by itself: {why[name]}" for name in fired]
    dark = [name for name, own in signals.items() if own.state in ("unknown", "underpowered")]
    blind = [f"could not be told: {', '.join(dark)}"] if dark else []
    return [*held, *(unused or ["no signal fired"]), *blind]


def evaluate(clause: Clause, holds: Holds) -> bool | None:
    """Whether a clause holds; None where that hangs on something that cannot be told."""
    if isinstance(clause, str):
        return holds[clause]
    ((word, body),) = clause.items()
    if word == "not":
        found = evaluate(body, holds)
        return None if found is None else not found
    parts, settles = [evaluate(part, holds) for part in body], word == "any"
    return settles if settles in parts else None if None in parts else not settles


def because(clause: Clause, holds: Holds) -> Iterator[str]:
    """The names that make a clause hold, in its order; what is absent gives no name."""
    if isinstance(clause, str):
        yield clause
        return
    ((word, body),) = clause.items()
    for part in body if word != "not" else ():
        if evaluate(part, holds):
            yield from because(part, holds)


def _expanded(verdict: str, clauses: Mapping[Any, Any], holds: Holds) -> Iterator[str]:
    """The names behind a verdict that a clause builds on."""
    for name in because(clauses[verdict], holds):
        yield from _expanded(name, clauses, holds) if name in clauses else (name,)


def _reached(clauses: Mapping[Verdict, Clause | None], holds: Holds) -> dict[str, bool | None]:
    """Whether the clause of each verdict holds, the lowest first, because a higher one may build on it."""
    found: dict[str, bool | None] = {}
    for verdict in reversed(VERDICTS):
        clause = clauses[verdict]
        found[verdict] = clause is not None and evaluate(clause, {**holds, **found}) is True
    return found


def _first(reached: Holds) -> Verdict:
    return next((verdict for verdict in VERDICTS if reached[verdict]), "skip")


def _spared(clauses: Mapping[Verdict, Clause | None], holds: Holds) -> tuple[str, ...]:
    """The names under a `not` without which there would be another verdict."""
    named = dict.fromkeys(name for clause in clauses.values() for name in _negated(clause, under=False))
    return tuple(name for name in named if holds.get(name) and _first(_reached(clauses, {**holds, name: False})) != "skip")


def _negated(clause: Clause | None, *, under: bool) -> Iterator[str]:
    if isinstance(clause, dict):
        ((word, body),) = clause.items()
        for part in [body] if word == "not" else body:
            yield from _negated(part, under=under or word == "not")
    elif clause and under:
        yield clause


def _flow(clause: Clause) -> str:
    """The clause as params.yaml writes it, on one line.

    Examples
    --------
    >>> _flow({"all": ["drift", {"not": "campaign"}]})
    '{all: [drift, {not: campaign}]}'
    """
    return json.dumps(clause).replace('"', "")


def _check(clause: Any, verdict: str, known: set[str], place: str = "") -> None:
    """Refuse a clause that is malformed or names something unknown."""
    where = f"params.yaml: trigger.policy.{verdict}{place}"
    if isinstance(clause, str):
        _check_name(clause, verdict, known, where)
    elif clause is not None or place:
        if not isinstance(clause, dict) or len(clause) != 1:
            raise UsageError(f"{where} must be a name or one of any, all, not, got {clause!r}; nest the clauses")
        ((word, body),) = clause.items()
        if word not in ("any", "all", "not") or (word != "not" and not (isinstance(body, list) and body)):
            raise UsageError(f"{where} must use any: [...], all: [...] or not: clause, got {clause!r}; mend the clause")
        for k, part in enumerate([body] if word == "not" else body):
            _check(part, verdict, known, f"{place}.{word}" + ("" if word == "not" else f".{k}"))


def _check_name(name: str, verdict: str, known: set[str], where: str) -> None:
    if name in known:
        return
    if name in (*VERDICTS, "skip"):
        lower = ", ".join(VERDICTS[VERDICTS.index(verdict) + 1 :]) or "none"
        raise UsageError(f"{where} must only build on verdicts of lower precedence ({lower}), got {name!r}; name the signals")
    near = difflib.get_close_matches(name, sorted(known), n=1)
    hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(known))}"
    raise UsageError(f"{where} must name signals and facts, got {name!r}; {hint}")
