"""The policy: clauses over signals, facts and lower verdicts, what is not known, and clauses that cannot be meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.errors import UsageError
from stages.sections import Policy
from stages.signals.facts import Fact
from stages.signals.policy import VERDICTS, Decision, because, decide, evaluate, known, reasons
from stages.signals.signal import Signal

HOLDS = {"cadence": True, "drift": True, "campaign": False, "incident": False, "kpi": None}


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
    assert decide(policy(retrain=clause), HOLDS).verdict == ("retrain" if holds else "skip")


@pytest.mark.parametrize(
    ("clause", "holds"),
    [
        ("kpi", None),
        ({"not": "kpi"}, None),  # what is not known is not quiet
        ({"not": {"not": "kpi"}}, None),
        ({"any": ["kpi", "drift"]}, True),  # the other one settles it
        ({"any": ["kpi", "campaign"]}, None),
        ({"all": ["kpi", "campaign"]}, False),
        ({"all": ["kpi", "drift"]}, None),
        ({"all": ["drift", {"not": "kpi"}]}, None),
    ],
)
def test_what_is_not_known_neither_holds_nor_does_its_not(clause, holds):
    assert evaluate(clause, HOLDS) is holds
    assert decide(policy(retrain=clause), HOLDS).verdict == ("retrain" if holds else "skip")


CLAUSES = st.recursive(
    st.sampled_from(sorted(HOLDS)),
    lambda inner: st.one_of(
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=8,
)


@given(clause=CLAUSES, holds=st.fixed_dictionaries({name: st.sampled_from([True, False, None]) for name in HOLDS}))
def test_a_clause_that_holds_would_hold_whatever_the_unknown_turned_out_to_be(clause, holds):
    found = evaluate(clause, holds)
    dark = [name for name, own in holds.items() if own is None]
    for bits in range(2 ** len(dark)):
        told = {**holds, **{name: bool(bits >> k & 1) for k, name in enumerate(dark)}}
        if found is not None:
            assert evaluate(clause, told) is found
        if found:
            assert all(holds[name] for name in because(clause, holds))


def test_the_first_verdict_that_holds_wins():
    clauses = dict.fromkeys(VERDICTS, "cadence")
    for verdict in ("rollback", "blocked", "investigate", "retrain"):
        assert decide(policy(**clauses), HOLDS) == Decision(verdict=verdict, text="cadence", held=("cadence",))
        del clauses[verdict]
    assert decide(policy(), HOLDS) == Decision(verdict="skip", text="no clause holds")


def test_only_the_names_that_made_the_clause_hold_are_its_reasons_in_the_order_of_the_clause():
    # `all: [drift, campaign]` does not hold, so drift is no reason although it fired.
    assert decide(policy(retrain={"any": [{"all": ["drift", "campaign"]}, "cadence"]}), HOLDS).held == ("cadence",)
    found = decide(policy(retrain={"any": ["drift", {"all": ["cadence", {"not": "incident"}, "drift"]}]}), HOLDS)
    assert found.held == ("drift", "cadence")
    assert decide(policy(retrain={"not": "incident"}), HOLDS).held == ()


def test_a_clause_builds_on_a_verdict_below_it():
    both = policy(blocked={"all": [{"any": ["drift"]}, "retrain"]}, retrain={"any": ["cadence", "incident"]})
    assert decide(both, HOLDS) == Decision(
        verdict="blocked", text="{all: [{any: [drift]}, retrain]}", held=("drift",), overruled=("cadence",)
    )
    assert decide(both, {**HOLDS, "cadence": False}).verdict == "skip"
    nothing = policy(blocked={"all": ["drift", "retrain"]})
    assert decide(nothing, HOLDS).verdict == "skip"  # a verdict without a clause is never reached


def test_whether_a_verdict_is_reached_is_known_even_where_its_signals_are_not():
    found = decide(policy(investigate={"all": ["drift", {"not": "retrain"}]}, retrain="kpi"), HOLDS)
    assert (found.verdict, found.held) == ("investigate", ("drift",))


@pytest.mark.parametrize(
    ("verdict", "name"), [("blocked", "blocked"), ("blocked", "rollback"), ("retrain", "investigate"), ("retrain", "skip")]
)
def test_a_clause_cannot_build_on_its_own_verdict_or_one_above(verdict, name):
    with pytest.raises(UsageError, match=rf"trigger\.policy\.{verdict}.* of lower precedence .*, got '{name}'"):
        decide(policy(**{verdict: {"any": ["drift", name]}}), HOLDS)


def test_a_skip_names_what_kept_the_clauses_from_holding():
    ours = policy(retrain={"any": [{"all": ["cadence", {"not": "drift"}]}, {"all": ["incident", {"not": "campaign"}]}]})
    assert decide(ours, HOLDS).held == ("drift",)
    assert decide(ours, {**HOLDS, "cadence": False}).held == ()  # without drift it would be a skip as well


def test_an_unknown_name_is_refused_with_its_place_and_the_nearest_one_even_where_another_verdict_holds():
    with pytest.raises(
        UsageError,
        match=r"trigger\.policy\.retrain\.any\.1\.not must name signals and facts, got 'cadance'; did you mean cadence",
    ):
        decide(policy(rollback="drift", retrain={"any": ["drift", {"not": "cadance"}]}), HOLDS)
    with pytest.raises(UsageError, match="known: cadence, campaign, drift, incident, investigate, kpi, retrain"):
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
        {1: ["cadence"]},
        ["cadence"],
        {},
        True,
    ],
)
def test_a_clause_that_cannot_be_meant_is_refused_in_one_line(clause):
    with pytest.raises(UsageError, match=r"^params\.yaml: trigger\.policy\.blocked\S* must") as error:
        decide(policy(blocked=clause), HOLDS)
    assert "\n" not in str(error.value)


SIGNALS = {
    name: Signal(name=name, state=state, why=why)
    for name, state, why in [
        ("cadence", "fired", "30 days"),
        ("kpi_fall", "unknown", "no KPI"),
        ("new_labels", "quiet", "12"),
        ("performance", "underpowered", "3 rows"),
    ]
}
FACTS = {"cool_down": Fact(holds=True, why="tried yesterday"), "kpi_stable": Fact(holds=None, why="no KPI")}


def test_a_quiet_signal_is_false_and_one_that_is_not_known_is_neither():
    found = known(SIGNALS, FACTS)
    assert found == {
        "cadence": True, "kpi_fall": None, "new_labels": False, "performance": None, "cool_down": True, "kpi_stable": None,
    }  # fmt: skip


def test_reasons_say_what_decided_and_what_it_outweighs():
    found = decide(policy(blocked={"all": ["cool_down", "retrain"]}, retrain="cadence"), known(SIGNALS, FACTS))
    assert reasons(found, SIGNALS, FACTS) == ["cool_down: tried yesterday", "this outweighs cadence: 30 days"]


def test_the_reasons_of_a_skip_hide_nothing():
    blind = "could not be told: kpi_fall, performance"
    unused = "cadence fired, which the policy does not act on by itself: 30 days"
    assert reasons(decide(policy(), known(SIGNALS, FACTS)), SIGNALS, FACTS) == [unused, blind]
    quiet = {**SIGNALS, "cadence": Signal(name="cadence", state="quiet", why="3 days")}
    assert reasons(decide(policy(), known(quiet, FACTS)), quiet, FACTS) == ["no signal fired", blind]
    spared = decide(policy(retrain={"all": ["cadence", {"not": "cool_down"}]}), known(SIGNALS, FACTS))
    assert reasons(spared, SIGNALS, FACTS) == ["cool_down: tried yesterday", unused, blind]


def test_a_clause_that_holds_because_of_what_is_absent_says_so():
    found = decide(policy(retrain={"not": "new_labels"}), known(SIGNALS, FACTS))
    assert reasons(found, SIGNALS, FACTS) == ["the clause of retrain holds because of what is absent: {not: new_labels}"]
