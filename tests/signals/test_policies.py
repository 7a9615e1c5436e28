"""The example policies: each is valid beside the sample's settings, and does what its first line says."""

import pytest
import yaml
from made_world import SAMPLE, attempt, kpi, ledger, made_params, made_world, promotion
from situation import POLICIES, policy_settings

from stages.settings import Params
from stages.trigger import judge

NAMES = sorted(file.stem for file in POLICIES.glob("*.yaml"))
DRIFTED = {"2026-W12": 0.7, "2026-W13": 0.7}
WORSE = {"2026-W09": 0.7, "2026-W10": 0.7}
HURT = {"right": WORSE, "red": DRIFTED}
LONG_AGO = ledger(promotion(77, 1), promotion(40))
STORM = {"one_offs": [{"starts": "2026-03-16", "ends": "2026-03-18", "what": "Storm"}]}
INCIDENT = {"incidents": [{"opened": "2026-03-20", "what": "Scanner sends blanks"}]}
CHANGE = {"changes": [{"at": "2026-02-23", "what": "New product line"}]}


def verdict(name: str, **world) -> str:
    params = made_params(policy_settings(name))
    return judge(made_world(params, **world), params)["verdict"]


def test_every_kind_of_policy_has_an_example():
    assert NAMES == ["drift", "event", "fraud", "hybrid", "performance", "time"]


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_a_part_of_valid_settings(name):
    found = yaml.safe_load((POLICIES / f"{name}.yaml").read_text(encoding="utf-8"))
    assert set(found) == {"trigger"}
    assert isinstance(Params.model_validate({**SAMPLE, "trigger": {**SAMPLE["trigger"], **found["trigger"]}}), Params)
    assert set(found["trigger"]["policy"]) == {"rollback", "blocked", "investigate", "retrain"}


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_explained(name):
    lines = (POLICIES / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    assert sum(line.startswith("# ") for line in lines) >= 3
    assert lines[0].lower().startswith(f"# {name}")
    settings = [line for line in lines if line.startswith("  ") and not line.startswith("   ") and "policy" not in line]
    assert all("  # " in line for line in settings)


def test_the_hybrid_example_is_the_policy_of_the_sample():
    assert policy_settings("hybrid")["trigger.policy"] == SAMPLE["trigger"]["policy"]


@pytest.mark.parametrize(
    ("name", "quiet", "due", "worse", "drifted", "changed"),
    [
        ("time", "skip", "retrain", "skip", "skip", "skip"),
        ("performance", "skip", "skip", "retrain", "skip", "skip"),
        ("drift", "skip", "skip", "skip", "investigate", "skip"),
        ("event", "retrain", "retrain", "retrain", "retrain", "retrain"),  # 600 new labels, 500 are asked for
        ("hybrid", "skip", "retrain", "retrain", "investigate", "retrain"),
        ("fraud", "retrain", "retrain", "retrain", "retrain", "retrain"),  # 14 days after the promotion its week is over
    ],
)
def test_each_reacts_to_its_own_reasons(name, quiet, due, worse, drifted, changed):
    found = [
        verdict(name),
        verdict(name, record=LONG_AGO),
        verdict(name, right=WORSE),
        verdict(name, red=DRIFTED),
        verdict(name, events=CHANGE),
    ]
    assert found == [quiet, due, worse, drifted, changed]


@pytest.mark.parametrize(
    ("name", "no_labels", "hurt"),
    [
        ("time", "skip", "skip"),
        ("performance", "skip", "retrain"),
        ("drift", "blocked", "retrain"),  # without labels there is nothing to learn the drift from
        ("event", "investigate", "retrain"),
        ("hybrid", "investigate", "retrain"),
        ("fraud", "blocked", "retrain"),
    ],
)
def test_drift_that_hurts_and_drift_of_which_nobody_knows(name, no_labels, hurt):
    four_days = ledger(promotion(77, 1), promotion(14), attempt(4)) if name == "fraud" else None
    assert verdict(name, red=DRIFTED, through="2026-W10", kpi=kpi().head(0), record=four_days) == no_labels
    assert verdict(name, **HURT, record=four_days) == hurt


@pytest.mark.parametrize("name", NAMES)
def test_no_example_learns_from_an_open_incident_or_keeps_a_version_that_hurts(name):
    assert verdict(name, **HURT, record=LONG_AGO, events=INCIDENT) == "blocked"
    fallen = {"record": ledger(promotion(77, 1), promotion(50), promotion(5, 3)), "kpi": kpi(fall=0.2, since=5)}
    assert verdict(name, **HURT, **fallen) == "rollback"


@pytest.mark.parametrize("name", NAMES)
def test_no_example_keeps_the_first_model_waiting(name):
    params = made_params({**policy_settings(name), "trigger.min_new_labels": 10_000})
    assert judge(made_world(params, record=ledger()), params)["verdict"] == "retrain"


@pytest.mark.parametrize("name", NAMES)
def test_no_example_tries_twice_in_a_cool_down(name):
    tried = ledger(promotion(77, 1), promotion(40), attempt(1))
    asked = {
        "trigger.request": "now",
        "trigger.cadence_days": 1,
        **{k: v for k, v in policy_settings(name).items() if "policy" in k},
    }
    params = made_params({**policy_settings(name), **asked})
    report = judge(made_world(params, record=tried), params)
    assert (report["verdict"], report["policy"]["held"]) == ("blocked", ["cool_down"])


@pytest.mark.parametrize("name", ["drift", "event", "hybrid", "fraud"])
def test_a_one_off_is_not_learned(name):
    tried = ledger(promotion(77, 1), promotion(14), attempt(4))
    params = made_params({**policy_settings(name), "trigger.min_new_labels": 601})
    world = made_world(params, red={"2026-W12": 0.9}, events=STORM, record=tried)
    assert judge(world, params)["verdict"] == "skip"
