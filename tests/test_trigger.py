"""The trigger: every signal and fact from a hand-made world, and the stage on a small data set."""

import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy.stats import binomtest
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier

from stages import artefacts, trigger
from stages.artefacts import dvc_md5, write_json
from stages.decision.ledger import Entry, Ledger, write_ledger
from stages.errors import InputError
from stages.evidence.scores import Predictions
from stages.modelling import bundle
from stages.partitions import Partitions
from stages.settings import load
from stages.signals.drift import feature_drift
from stages.signals.events import Events
from stages.signals.measure import signals
from stages.signals.profile import profile
from stages.signals.signal import Signal
from stages.signals.world import World, facts
from stages.trigger import judge

TODAY = date(2026, 3, 29)
CLASSES = np.array(["no", "yes"], dtype=object)
NO_KPI = pd.DataFrame({"date": pd.to_datetime([]), "kpi": pd.Series(dtype="str"), "value": pd.Series(dtype="float64")})


@pytest.fixture
def params(make_params):
    """Round numbers to count with."""
    return make_params(
        {
            "trigger.cadence_days": 21,
            "trigger.cool_down_days": 14,
            "trigger.min_new_labels": 100,
            "trigger.max_performance_drop": 0.02,
            "trigger.max_correction_rate": 0.3,
            "trigger.max_quarantined": 0.05,
            "trigger.deployment_days": 7,
            "trigger.drift": {"significance": 0.05, "min_change": 0.1, "min_rows": 50},
            "gate.primary": "accuracy",
            "gate.confidence": 0.95,
        }
    )


def rows(n: int, red: float = 0.5) -> pd.DataFrame:
    count = round(n * red)
    return pd.DataFrame({"color": ["red"] * count + ["blue"] * (n - count), "size": np.linspace(1, 2, n)})


def said(right: int, n: int) -> Predictions:
    truth = np.array(["yes"] * n, dtype=object)
    return Predictions(truth, np.array(["yes"] * right + ["no"] * (n - right), dtype=object), None, CLASSES)


def promotion(days_ago: int, version: int = 2, **more) -> Entry:
    return Entry(kind="promotion", as_of=TODAY - timedelta(days=days_ago), bundle=f"v{version}.dir", version=version, **more)


def ledger(*entries: Entry) -> Ledger:
    return Ledger(model="m", entries=[promotion(300, 0), *entries])


@pytest.fixture
def quiet(params):
    """A world in which nothing happens: version 2 was promoted ten days ago and promised an accuracy of 0.8."""
    fresh = rows(200).assign(label="yes")
    return World(
        as_of=TODAY,
        validation={
            "batches": {"raw/b.csv": {"batch": "b", "role": "holdout", "rows": 100, "quarantined": 1}},
            "recent": ["b"],
            "feedback": {"correct": 10, "confirm": 90, "skip": 5},
        },
        ledger=ledger(promotion(200, 1), promotion(15, metric="accuracy", promised=0.8, rows=500)),
        events=Events(),
        kpi=NO_KPI,
        profile=profile(rows(500), pd.Series(["yes"] * 500), params.columns),
        recent=rows(200),
        new_labels=150,
        fresh=fresh,
        said=said(160, 200),
    )


def measured(world: World, params) -> list[Signal]:
    return signals(world, feature_drift(world.recent, world.profile, params.columns, params.trigger.drift), params)


def state(world: World, params, name: str) -> str:
    return next(signal.state for signal in measured(world, params) if signal.name == name)


def fact(world: World, params, name: str) -> bool:
    return facts(world, measured(world, params), params)[name]


def test_a_quiet_world_is_left_alone(quiet, params):
    report = judge(quiet, params)
    assert (report["verdict"], report["reasons"]) == ("skip", ["no clause of the policy holds"])
    assert [name for name, signal in report["signals"].items() if signal["state"] == "fired"] == ["new_labels"]
    assert report["signals"]["kpi_fall"]["state"] == "unknown"
    assert not report["facts"]["kpi_stable"]


@pytest.mark.parametrize(("days", "expected"), [(20, "quiet"), (21, "fired")])
def test_the_cadence_counts_days_since_the_last_promotion(quiet, params, days, expected):
    assert state(replace(quiet, ledger=ledger(promotion(days))), params, "cadence") == expected


def test_without_any_attempt_the_cadence_is_unknown(quiet, params):
    assert state(replace(quiet, ledger=ledger()), params, "cadence") == "unknown"


def test_an_attempt_restarts_the_cadence_and_the_cool_down(quiet, params):
    tried = Entry(kind="attempt", as_of=TODAY - timedelta(days=7), bundle="x.dir", verdict="hold")
    world = replace(quiet, ledger=ledger(promotion(40), tried))
    assert state(world, params, "cadence") == "quiet"
    assert judge(world, params)["verdict"] == "blocked"
    assert judge(world, params)["reasons"] == ["cool_down: the last attempt was on 2026-03-22"]
    today = tried.model_copy(update={"as_of": TODAY})
    assert judge(replace(quiet, ledger=ledger(promotion(40), today)), params)["verdict"] == "retrain"


@pytest.mark.parametrize(
    ("right", "n", "expected"),
    [
        (160, 200, "quiet"),  # as promised
        (150, 200, "quiet"),  # 5 points less, but its upper bound 0.75 + 1.65 * 0.031 = 0.801 reaches the promise
        (140, 200, "fired"),  # 10 points less, upper bound 0.754
        (30, 40, "underpowered"),
    ],
)
def test_performance_must_fall_by_more_than_chance(quiet, params, right, n, expected):
    world = replace(quiet, fresh=rows(n).assign(label="yes"), said=said(right, n))
    assert state(world, params, "performance") == expected


def test_performance_is_unknown_without_fresh_labels_or_a_promise_in_the_same_metric(quiet, params):
    assert state(replace(quiet, said=None), params, "performance") == "unknown"
    other = ledger(promotion(15, metric="f1_macro", promised=0.8))
    assert state(replace(quiet, ledger=other), params, "performance") == "unknown"


def test_drift_names_the_column_and_the_share(quiet, params):
    # red and blue change by 40 points each; the first by name is shown
    world = replace(quiet, recent=rows(200, red=0.9))
    found = judge(world, params)["signals"]["feature_drift"]
    assert found["state"] == "fired"
    assert found["why"] == "color blue: 50.0% → 10.0%"
    assert state(replace(quiet, recent=rows(10, red=0.9)), params, "feature_drift") == "underpowered"


def test_a_shift_of_labels_is_seen_and_none_is_unknown(quiet, params):
    world = replace(quiet, fresh=quiet.fresh.assign(label="no"))
    assert state(world, params, "label_shift") == "fired"
    assert state(replace(quiet, fresh=quiet.fresh.head(0)), params, "label_shift") == "unknown"


@pytest.mark.parametrize(
    ("correct", "confirm", "expected"), [(30, 70, "quiet"), (35, 65, "quiet"), (45, 55, "fired"), (0, 0, "unknown")]
)
def test_the_correction_rate_must_exceed_the_limit_by_more_than_chance(quiet, params, correct, confirm, expected):
    validation = quiet.validation | {"feedback": {"correct": correct, "confirm": confirm, "skip": 9}}
    assert state(replace(quiet, validation=validation), params, "correction_rate") == expected
    if correct:
        beyond = binomtest(correct, correct + confirm, 0.3, alternative="greater").pvalue < 0.05
        assert beyond == (expected == "fired")


@pytest.mark.parametrize(("quarantined", "expected"), [(5, False), (6, True)])
def test_too_much_quarantine_is_poor_data(quiet, params, quarantined, expected):
    validation = quiet.validation | {
        "batches": {"raw/b.csv": {"batch": "b", "role": "holdout", "rows": 100, "quarantined": quarantined}}
    }
    assert fact(replace(quiet, validation=validation), params, "poor_data") is expected


@pytest.mark.parametrize(("labels", "expected"), [(99, True), (100, False)])
def test_few_new_labels_block_all_but_the_first_model(quiet, params, labels, expected):
    assert fact(replace(quiet, new_labels=labels), params, "few_labels") is expected
    assert fact(replace(quiet, new_labels=labels, ledger=ledger()), params, "few_labels") is False


def test_the_dummy_is_reason_enough(quiet, params):
    report = judge(replace(quiet, ledger=ledger(), said=None), params)
    assert (report["verdict"], report["reasons"]) == ("retrain", ["first_model: version 0 is in production"])


def test_a_request_asks_in_its_own_words(quiet, make_params):
    params = make_params({"trigger.request": "a new product", "trigger.min_new_labels": 100})
    report = judge(quiet, params)
    assert (report["verdict"], report["reasons"]) == ("retrain", ["request: a new product"])


EVENTS = {
    "incident": {"incidents": [{"opened": TODAY, "what": "outage"}]},
    "freeze": {"freezes": [{"starts": TODAY, "ends": TODAY, "what": "year end"}]},
    "campaign": {"campaigns": [{"starts": TODAY, "ends": TODAY, "what": "spring"}]},
    "deployment": {"deployments": [{"at": TODAY, "name": "form", "what": "New form"}]},
}


@pytest.mark.parametrize(("event", "reason"), [("incident", "open_incident: outage"), ("freeze", "data_freeze: year end")])
def test_an_incident_or_a_freeze_blocks_whatever_speaks_for_retraining(quiet, params, event, reason):
    world = replace(quiet, ledger=ledger(promotion(100)), events=Events.model_validate(EVENTS[event]))
    report = judge(world, params)
    assert (report["verdict"], report["reasons"]) == ("blocked", [reason])


def test_drift_in_a_campaign_is_investigated(quiet, params):
    world = replace(quiet, recent=rows(200, red=0.9), events=Events.model_validate(EVENTS["campaign"]))
    report = judge(world, params)
    assert report["verdict"] == "investigate"
    assert "campaign: spring" in report["reasons"]


def kpi(last: float) -> pd.DataFrame:
    days = [pd.Timestamp(TODAY) - pd.Timedelta(days=day) for day in range(35)]
    return pd.DataFrame({"date": days, "kpi": "solved", "value": [last] * 7 + [0.7, 0.71] * 14})


def test_drift_is_investigated_where_the_business_is_known_to_be_stable(quiet, params):
    drifted = replace(quiet, recent=rows(200, red=0.9))
    assert judge(drifted, params)["verdict"] == "skip"  # an absent KPI is unknown, not stable
    assert judge(replace(drifted, kpi=kpi(0.7)), params)["verdict"] == "investigate"


def test_a_fall_of_the_business_right_after_a_deployment_is_rolled_back(quiet, params):
    fallen = replace(quiet, kpi=kpi(0.5))
    assert judge(fallen, params)["verdict"] == "skip"
    report = judge(replace(fallen, events=Events.model_validate(EVENTS["deployment"])), params)
    assert report["verdict"] == "rollback"
    assert "previous_version" in " ".join(report["reasons"])
    promoted = replace(fallen, ledger=ledger(promotion(200, 1), promotion(3)))
    assert judge(promoted, params)["verdict"] == "rollback"
    first = replace(promoted, ledger=ledger(promotion(3, 1)))
    assert judge(first, params)["verdict"] != "rollback"  # there is nothing to go back to


def test_a_clause_that_holds_because_of_what_is_absent_says_so(quiet, make_params):
    policy = {"rollback": None, "blocked": None, "investigate": None, "retrain": {"not": "open_incident"}}
    report = judge(quiet, make_params({"trigger.policy": policy}))
    assert (report["verdict"], report["reasons"]) == ("retrain", ["the clause retrain holds because of what is absent"])


def write(folder, batches: dict[str, pd.DataFrame]) -> None:
    out = Partitions(folder)
    for name, frame in batches.items():
        out.write(name, frame)
    out.close()


@pytest.fixture
def here(project, monkeypatch):
    """Files of a small project: the baseline learned through 2026-03-02, two newer training days, nothing else special."""
    monkeypatch.chdir(project.folder)
    params = load()
    frame = rows(80).assign(label=["yes", "no"] * 40)
    tree = Pipeline([("size", ColumnTransformer([("size", "passthrough", ["size"])])), ("estimator", DecisionTreeClassifier())])
    tree.fit(frame[["color", "size"]], frame["label"].to_numpy(object))
    card = {"trained_through": "2026-03-02"}
    bundle.save(artefacts.BASELINE, tree, profile(frame, frame["label"], params.columns), card)
    one = Entry(
        kind="promotion", as_of="2026-03-05", bundle=dvc_md5(artefacts.BASELINE), version=1, metric="accuracy", promised=0.9
    )
    write_ledger(artefacts.LEDGER, Ledger(model="m", entries=[promotion(300, 0), one]))
    write(artefacts.TRAINING, {f"2026-03-0{day}": frame for day in (1, 2, 3, 4)})
    write(artefacts.RECENT, {"2026-03-06": frame.drop(columns="label")})
    artefacts.KPI.write_text("date,kpi,value\n")
    artefacts.EVENTS.write_text("")
    batches = {"raw/2026-03-06.csv": {"batch": "2026-03-06", "role": "immature", "rows": 80, "quarantined": 0}}
    feedback = {"correct": 0, "confirm": 0, "skip": 0}
    write_json(artefacts.VALIDATION, {"as_of": "2026-03-06", "batches": batches, "recent": ["2026-03-06"], "feedback": feedback})
    return project.folder


def test_only_rows_the_baseline_never_saw_are_new(here, capsys):
    trigger.main()
    report = json.loads(artefacts.TRIGGER.read_text())
    # Of four days of 80 rows two are newer than what the baseline learned; the newest one (as many as judge) is fresh.
    assert report["signals"]["new_labels"]["value"] == 160
    assert report["signals"]["performance"]["n"] == 80
    assert report["as_of"] == "2026-03-06"
    assert capsys.readouterr().out.startswith(f"trigger: {report['verdict']} (")


def test_the_report_lists_every_signal_and_fact_and_reproduces(here):
    trigger.main()
    first = artefacts.TRIGGER.read_bytes()
    trigger.main()
    assert artefacts.TRIGGER.read_bytes() == first
    report = json.loads(first)
    assert set(report) == {"as_of", "verdict", "reasons", "signals", "facts", "drift"}
    named = set(report["signals"]) | set(report["facts"])
    policy = yaml.safe_dump(load().trigger.policy.model_dump())
    assert all(name in policy for name in named - {"new_labels", "label_shift"})


def test_a_baseline_that_saw_everything_has_no_fresh_rows(here):
    write_json(artefacts.BASELINE / "card.json", {"trained_through": "2026-03-04"})
    trigger.main()
    found = json.loads(artefacts.TRIGGER.read_text())
    assert found["signals"]["performance"]["state"] == "unknown"
    assert found["facts"]["few_labels"]


@pytest.mark.parametrize(
    "path", [artefacts.LEDGER, artefacts.EVENTS, artefacts.KPI, artefacts.VALIDATION, artefacts.BASELINE / "card.json"]
)
def test_a_missing_file_is_one_line(here, path):
    path.unlink()
    with pytest.raises(InputError, match=f"{path} must exist") as error:
        trigger.main()
    assert "\n" not in str(error.value)
