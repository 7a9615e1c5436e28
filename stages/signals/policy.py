"""From signals and facts to one of five verdicts, by the clauses of `trigger.policy` in params.yaml."""

import difflib
from collections.abc import Mapping
from typing import Any

from stages.errors import UsageError
from stages.sections import Clause, Policy

VERDICTS = ("rollback", "blocked", "investigate", "retrain")  # in order of precedence; `skip` when none holds


def decide(policy: Policy, holds: Mapping[str, bool]) -> tuple[str, list[str]]:
    """The first verdict whose clause holds, with the names that made it hold; one that only holds because of a `not` has none.

    Parameters
    ----------
    holds : every signal and fact by name; True where it fired or is the case. What is unknown or underpowered is False.

    Raises
    ------
    UsageError
        Where a clause names something that does not exist.
    """
    clauses = {verdict: getattr(policy, verdict) for verdict in VERDICTS if getattr(policy, verdict) is not None}
    for verdict, clause in clauses.items():
        check(clause, holds, verdict)
    for verdict, clause in clauses.items():
        if evaluate(clause, holds):
            return verdict, sorted(because(clause, holds))
    return "skip", []


def evaluate(clause: Clause, holds: Mapping[str, bool]) -> bool:
    """Whether a clause holds."""
    if isinstance(clause, str):
        return holds[clause]
    ((word, body),) = clause.items()
    if word == "not":
        return not evaluate(body, holds)
    return (any if word == "any" else all)(evaluate(part, holds) for part in body)


def because(clause: Clause, holds: Mapping[str, bool]) -> set[str]:
    """The names that make a clause hold; what is absent gives no name."""
    if isinstance(clause, str):
        return {clause}
    ((word, body),) = clause.items()
    return set() if word == "not" else set().union(*(because(part, holds) for part in body if evaluate(part, holds)))


def check(clause: Any, known: Mapping[str, bool], place: str) -> None:
    """Refuse a clause that is malformed or names an unknown signal."""
    where = f"params.yaml: trigger.policy.{place}"
    if isinstance(clause, str):
        if clause not in known:
            near = difflib.get_close_matches(clause, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(known))}"
            raise UsageError(f"{where} must name signals and facts, got {clause!r}; {hint}")
        return
    if not isinstance(clause, dict) or len(clause) != 1:
        raise UsageError(f"{where} must be a name or one of any, all, not, got {clause!r}; nest the clauses")
    ((word, body),) = clause.items()
    if word not in ("any", "all", "not") or (word != "not" and not (isinstance(body, list) and body)):
        raise UsageError(f"{where} must use any: [...], all: [...] or not: name, got {word!r}; mend the clause")
    for part in [body] if word == "not" else body:
        check(part, known, place)
