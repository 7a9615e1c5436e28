"""The policy: clauses over signals, the order of verdicts, and clauses that cannot be meant."""

import pytest

from stages.errors import UsageError
from stages.sections import Policy
from stages.signals.policy import VERDICTS, because, decide, evaluate

HOLDS = {"cadence": True, "drift": True, "campaign": False, "incident": False}


def policy(**clauses) -> Policy:
    """A policy whose other clauses are absent; clauses are taken unchecked, as a file could hold them."""
    return Policy.model_construct(**(dict.fromkeys(VERDICTS) | clauses))


@pytest.mark.parametrize(
    ("clause", "holds"),
    [
        ("cadence", True),
        ("incident", False),
        ({"any": ["incident", "drift"]}, True),
        ({"any": ["incident", "campaign"]}, False),
        ({"all": ["cadence", "drift"]}, True),
        ({"all": ["cadence", "incident"]}, False),
        ({"not": "incident"}, True),
        ({"not": {"any": ["incident", "drift"]}}, False),
        ({"all": [{"not": "incident"}, {"any": [{"all": ["campaign", "drift"]}, "cadence"]}]}, True),
    ],
)
def test_clauses_nest(clause, holds):
    assert evaluate(clause, HOLDS) is holds
    assert decide(policy(retrain=clause), HOLDS)[0] == ("retrain" if holds else "skip")


def test_the_first_verdict_that_holds_wins():
    clauses = dict.fromkeys(VERDICTS, "cadence")
    for verdict in ("rollback", "blocked", "investigate", "retrain"):
        assert decide(policy(**clauses), HOLDS) == (verdict, ["cadence"])
        del clauses[verdict]
    assert decide(policy(), HOLDS) == ("skip", [])


def test_only_the_names_that_made_the_clause_hold_are_its_reasons():
    # `all: [drift, campaign]` does not hold, so drift is no reason although it fired.
    clause = {"any": [{"all": ["drift", "campaign"]}, "cadence"]}
    assert because(clause, HOLDS) == {"cadence"}
    assert decide(policy(retrain={"all": ["drift", {"not": "incident"}]}), HOLDS) == ("retrain", ["drift"])
    assert decide(policy(retrain={"not": "incident"}), HOLDS) == ("retrain", [])


def test_an_unknown_name_is_refused_with_the_nearest_one_even_where_another_verdict_holds():
    with pytest.raises(
        UsageError, match=r"trigger\.policy\.retrain must name signals and facts, got 'cadance'; did you mean cadence"
    ):
        decide(policy(rollback="drift", retrain={"any": [{"not": "cadance"}]}), HOLDS)
    with pytest.raises(UsageError, match="known: cadence, campaign, drift, incident"):
        decide(policy(blocked="zzz"), HOLDS)


@pytest.mark.parametrize(
    "clause",
    [
        {"any": ["cadence"], "all": ["drift"]},
        {"none": ["cadence"]},
        {"any": "cadence"},
        {"any": []},
        {"all": []},
        {"not": ["cadence"]},
        {"not": None},
        {"any": [None]},
        {"any": [1]},
        ["cadence"],
        {},
        True,
    ],
)
def test_a_clause_that_cannot_be_meant_is_refused_in_one_line(clause):
    with pytest.raises(UsageError, match=r"^params\.yaml: trigger\.policy\.blocked must") as error:
        decide(policy(blocked=clause), HOLDS)
    assert "\n" not in str(error.value)
