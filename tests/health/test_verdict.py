"""Is a loop called what it is: one with a gate, one without, one that has only begun?"""

import pytest
from made_loop import attempt, day, gained, ledger, promotion, seen, simulated

from stages.health.checks import Check
from stages.health.verdict import health, verdict


def judged(made, params, *, bundles=True):
    return health(made.ledger, made.looks, made.golden, made.later if bundles else {}, params)


def outcomes(found) -> dict[str, str]:
    return {own.name: own.outcome for own in found.checks}


@pytest.mark.parametrize("seed", range(5))
def test_a_loop_with_a_gate_is_healthy(make_params, seed):
    found = judged(simulated(gate=True, says=None, seed=seed), make_params())
    assert found.verdict == "healthy"
    assert found.gate["hold"] > 5


@pytest.mark.parametrize("seed", range(5))
def test_a_loop_without_a_gate_is_unhealthy_and_the_first_reasons_say_why(make_params, seed):
    found = judged(simulated(gate=False, says=None, seed=seed), make_params())
    assert found.verdict == "unhealthy"
    assert outcomes(found)["better later"] == "bad"
    assert outcomes(found)["gate"] == "bad"
    said = " | ".join(found.reasons)
    assert "40 of 40 versions went live without the gate's yes: version 1 (no verdict)" in said
    assert "surely fewer than four in five" in said


@pytest.mark.parametrize("seed", range(5))
def test_a_gate_that_always_says_yes_is_found_out_by_what_came_later(make_params, seed):
    found = judged(simulated(gate=False, says="promote", seed=seed), make_params())
    assert outcomes(found)["gate"] == "good"
    assert found.verdict == "unhealthy"
    assert found.reasons[0].startswith("better later: ")


def test_without_any_bundle_the_records_alone_show_that_there_is_no_gate(make_params):
    found = judged(simulated(gate=False, says="hold"), make_params(), bundles=False)
    assert found.verdict == "unhealthy"
    assert outcomes(found)["better later"] == "open"
    assert found.reasons[0].startswith("gate: 40 of 40 versions went live without the gate's yes: version 1 (hold)")


def test_without_any_bundle_promises_that_hold_later_are_evidence(make_params):
    entries = [promotion(k, day(k)) for k in range(1, 8)]
    at_gate = [
        seen(day(k), pair=(f"b{k - 1}", f"b{k}", f"h{k}"), values=(0.79 if k > 1 else 0.2, 0.8), holdout=(f"w{k}",))
        for k in range(1, 8)
    ]
    found = health(ledger(*entries), at_gate, {}, {}, make_params())
    # each of versions 1 to 6 promised 0.80 and had 0.79 on the next holdout: none fell by more than 0.02
    assert (outcomes(found)["promised level"], outcomes(found)["better later"]) == ("good", "open")
    assert found.verdict == "healthy"


@pytest.mark.parametrize("promoted", [0, 1, 4])
def test_four_good_versions_are_too_few_to_tell(make_params, promoted):
    entries = [promotion(k, day(k), "promote" if k > 1 else "review") for k in range(1, promoted + 1)]
    looks = [seen(day(k)) for k in range(promoted + 1)]
    found = health(ledger(*entries), looks, {}, {k: gained(200, 100) for k in range(2, promoted + 1)}, make_params())
    assert found.verdict == "too young to tell"
    assert found.reasons


def test_a_loop_that_never_ran_is_too_young(make_params):
    found = health(ledger(), [], {}, {}, make_params())
    assert found.verdict == "too young to tell"
    assert (found.live.version, found.trigger, found.versions) == (0, {}, ())


def test_verdicts_are_counted_once_a_day(make_params):
    looks = [seen(day(1), "retrain"), seen(day(1), "blocked"), seen(day(2), "skip")]
    found = health(ledger(attempt("x", day(1), "hold"), attempt("y", day(1), "review")), looks, {}, {}, make_params())
    assert (found.trigger, found.gate) == ({"retrain": 1, "skip": 1}, {"hold": 1, "review": 1})


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        (("good", "good", "good", "bad"), "unhealthy"),
        (("good", "open", "good", "none"), "healthy"),
        (("open", "good", "good", "open"), "healthy"),
        (("open", "open", "good", "good"), "too young to tell"),
        (("good", "good", "open", "good"), "too young to tell"),
    ],
)
def test_the_verdict_follows_from_the_checks(outcomes, expected):
    names = ("better later", "promised level", "gate", "golden set")
    assert verdict([Check(name=name, outcome=own, why="x") for name, own in zip(names, outcomes, strict=True)]) == expected
