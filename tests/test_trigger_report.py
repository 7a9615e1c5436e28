"""How signals, facts and policy become one report; each of them has tests of its own in tests/signals."""

from dataclasses import fields, replace

import pytest
from made_world import TODAY, day, kpi, ledger, made_params, made_world, promotion

from stages.decision.ledger import Entry
from stages.signals.signal import Signal
from stages.trigger import judge


def test_a_report_has_the_same_keys_in_any_world():
    for world in (made_world(made_params()), made_world(made_params(), record=ledger())):
        report = judge(world, made_params())
        assert set(report) == {
            "as_of", "verdict", "reasons", "policy", "signals", "facts", "change", "diagnosis", "next_look", "drift", "weeks",
        }  # fmt: skip
        assert set(report["policy"]) == {"clause", "held"}
        assert set(report["next_look"]) == {"on", "why", "evidence"}
        assert set(report["weeks"]) == {"drift", "performance"}
        assert all(set(own) == {field.name for field in fields(Signal)} - {"name"} for own in report["signals"].values())
        assert all(set(own) == {"holds", "why"} for own in report["facts"].values())


def test_a_quiet_world_is_left_alone():
    report = judge(made_world(made_params()), made_params())
    assert (report["as_of"], report["verdict"]) == (TODAY.isoformat(), "skip")
    assert report["reasons"][-1] == "new_labels fired, which the policy does not act on by itself: " + (
        "600 trusted labels are new to the baseline, 500 are asked for"
    )
    assert [name for name, own in report["signals"].items() if own["state"] == "fired"] == ["new_labels"]


def test_drift_is_looked_for_in_the_recent_weeks_alone():
    older = judge(made_world(made_params(), red={"2026-W10": 0.9, "2026-W11": 0.9}), made_params())
    assert older["signals"]["feature_drift"]["state"] == "quiet"
    assert older["weeks"]["drift"]["color"]["2026-W11"] == pytest.approx(0.4)
    newer = judge(made_world(made_params(), red={"2026-W12": 0.9, "2026-W13": 0.9}), made_params())
    assert newer["signals"]["feature_drift"]["why"] == "color blue: 50.0% → 10.0%"
    # 300 rows in each of the two recent weeks; the largest change comes first
    assert [newer["drift"][0][key] for key in ("column", "n", "state")] == ["color", 600, "fired"]


def test_the_labels_that_came_in_since_are_compared_too():
    world = made_world(made_params())
    shifted = replace(world, fresh=world.fresh.assign(label="no"))  # half of the baseline's labels are no
    assert judge(shifted, made_params())["signals"]["label_shift"]["value"] == pytest.approx(0.5)
    none = replace(world, fresh=world.fresh.head(0), said=None)
    assert judge(none, made_params())["signals"]["label_shift"]["state"] == "unknown"


def test_without_recent_weeks_drift_is_unknown():
    report = judge(replace(made_world(made_params()), weeks=(), unlabelled=None), made_params())
    assert report["drift"] == []
    assert {report["signals"][name]["state"] for name in ("feature_drift", "prediction_drift", "label_shift")} == {"unknown"}


def test_a_promotion_a_rollback_and_a_deployment_are_all_held_to_account():
    back = Entry(kind="rollback", as_of=day(5), bundle="v1.dir", rejected="v2.dir")
    form = {"deployments": [{"at": day(5), "name": "form-2", "what": "New form"}]}
    fallen = {"kpi": kpi(0.3, since=5)}
    for world, blamed in (
        (made_world(made_params(), record=ledger(promotion(77, 1), promotion(5)), **fallen), "since version 2"),
        (made_world(made_params(), record=ledger(promotion(77, 1), promotion(50), back), **fallen), "since version 1"),
        (made_world(made_params(), events=form, **fallen), "since form-2"),
    ):
        signals = judge(world, made_params())["signals"]
        signal = signals["kpi_fall_since_change"]
        assert (signal["state"], blamed in signal["why"]) == ("fired", True)
        assert signals["kpi_fall_since_promotion"]["state"] == ("fired" if "version" in blamed else "quiet")


def test_version_zero_is_nothing_that_went_live():
    zero = judge(made_world(made_params(), record=ledger(), kpi=kpi(0.3, since=5)), made_params())
    assert {zero["signals"][f"kpi_fall_since_{what}"]["state"] for what in ("change", "promotion")} == {"quiet"}


def test_the_change_that_is_known_is_told_for_the_ledger_to_keep():
    events = {"changes": [{"at": "2026-03-02", "what": "New law"}]}
    known = judge(made_world(made_params(), events=events), made_params())["change"]
    assert known == {"day": "2026-03-02", "what": "“New law”"}
    assert judge(made_world(made_params()), made_params())["change"] is None
