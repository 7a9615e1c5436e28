"""The trigger as a stage: which rows it looks at, what it writes, and where it gives up."""

import json
from typing import Any

import pandas as pd
import pytest
from made_stage import CHANGES, RECENT, REGRESSION, change_baseline, rows, write_rows, write_stage

from stages import artefacts, trigger
from stages.artefacts import read_json, write_json
from stages.errors import InputError
from stages.settings import load

PICTURES = ("drift.svg", "performance.svg")


@pytest.fixture
def stage(make_project, tmp_path, monkeypatch):
    """Writes the small project of `made_stage`, with changes of its settings, and stands in its folder."""

    def made(changes: dict[str, Any] | None = None, **how: Any) -> None:
        monkeypatch.chdir(make_project(tmp_path / "project", {**CHANGES, **(changes or {})}).folder)
        write_stage(load(), **how)

    return made


@pytest.fixture
def run(monkeypatch):
    """Runs the stage, without its pictures, which take as long as all the rest; returns its report."""

    def report(*, pictures: bool = False) -> dict[str, Any]:
        with monkeypatch.context() as patch:
            for name in () if pictures else ("drift_picture", "performance_picture"):
                patch.setattr(trigger, name, lambda *_: None)
            trigger.main()
        return read_json(artefacts.TRIGGER)

    return report


def test_only_rows_that_the_baseline_never_saw_are_new(stage, run, capsys):
    stage()
    report = run()
    assert report["as_of"] == "2026-03-06"
    # two of four training days are newer than what the baseline learned; the newest one, as many as judge, is measured on
    assert (report["signals"]["new_labels"]["value"], report["signals"]["performance"]["n"]) == (160, 80)
    assert report["signals"]["performance"]["value"] == pytest.approx(-0.1)  # 0.9 promised, all right
    # drift: 90 rows on each of two recent days; labels: the 160 new ones
    assert {row["column"]: row["n"] for row in report["drift"]} == {
        "color": 180, "size": 180, "predicted label": 180, "label": 160,
    }  # fmt: skip
    assert capsys.readouterr().out.startswith(f"trigger: {report['verdict']} (")


def test_every_day_since_the_training_data_is_a_week_of_its_own(stage, run):
    stage({"trigger.drift": {"min_change": 0.1, "min_rows": 85}})
    weeks = run()["weeks"]
    # 03-05 both judges (60 rows) and is recent: its 90 accepted rows count. Of 03-03 and 03-04 80 rows are known: too few here.
    assert weeks["drift"]["color"] == {"2026-03-03": None, "2026-03-04": None, "2026-03-05": 0.0, "2026-03-06": 0.0}
    assert [(own["batch"], own["n"]) for own in weeks["performance"]] == [("2026-03-03", 80), ("2026-03-04", 80)]


def test_a_judging_day_that_is_not_recent_is_a_week_too(stage, run):
    stage()
    write_rows(artefacts.RECENT, {"2026-03-06": rows(90).drop(columns="label")})
    assert list(run()["weeks"]["drift"]["color"]) == ["2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06"]


def test_the_labels_that_judge_a_candidate_are_never_read(stage, run):
    stage()
    write_rows(artefacts.HOLDOUT, {"2026-03-05": rows(60), "2026-03-04": rows(60, red=0.2)})
    write_rows(artefacts.RECENT, {"2026-03-06": rows(90).drop(columns="label")})
    run()
    first = artefacts.TRIGGER.read_bytes()
    for file in artefacts.HOLDOUT.iterdir():
        pd.read_parquet(file).drop(columns="label").to_parquet(file, index=False)
    run()
    assert artefacts.TRIGGER.read_bytes() == first


def test_a_batch_of_which_nothing_was_accepted_is_left_out(stage, run):
    stage()
    write_rows(artefacts.RECENT, dict(zip(RECENT, (rows(90), rows(0)), strict=True)))
    report = run()
    assert list(report["weeks"]["drift"]["color"]) == ["2026-03-03", "2026-03-04", "2026-03-05"]
    assert report["signals"]["feature_drift"]["n"] == 90


def test_rows_are_read_batch_by_batch(stage, run, monkeypatch):
    stage()
    read, whole = [], trigger.read_partitions

    def recording(folder, columns, names=None):
        read.append(names)
        return whole(folder, columns, names)

    monkeypatch.setattr(trigger, "read_partitions", recording)
    run()
    assert all(names is not None and len(names) == 1 for names in read)
    # two training days are new, one judges, two are recent: each is read once
    assert [names[0] for names in read] == ["2026-03-03", "2026-03-04", "2026-03-05", "2026-03-05", "2026-03-06"]


def test_the_same_files_give_the_same_bytes(stage, run):
    stage(red=0.9)
    places = [artefacts.TRIGGER, *(artefacts.PLOTS / name for name in PICTURES)]
    run(pictures=True)
    first = [place.read_bytes() for place in places]
    run(pictures=True)
    assert [place.read_bytes() for place in places] == first
    assert b"deployed: form-2" in first[1]
    assert json.loads(first[0])["signals"]["feature_drift"]["why"] == "color blue: 50.0% → 10.0%"


def test_version_zero_is_held_against_nothing(stage, run):
    stage(version=0)
    report = run(pictures=True)
    assert (report["verdict"], report["reasons"]) == ("retrain", ["first_model: version 0 is in production"])
    assert (report["drift"], report["weeks"]) == ([], {"drift": {}, "performance": []})
    assert report["signals"]["performance"]["state"] == "unknown"
    assert report["signals"]["new_labels"]["value"] == 160
    assert all((artefacts.PLOTS / name).is_file() for name in PICTURES)


def test_numbers_are_predicted_as_well(stage, run):
    stage(REGRESSION)
    report = run()
    found = report["signals"]
    assert found["performance"]["value"] == pytest.approx(-0.1)  # 0.9 promised, r2 is 1
    assert (found["calibration"]["state"], found["estimated_performance"]["state"]) == ("unknown", "unknown")
    assert (found["prediction_drift"]["state"], found["label_shift"]["state"]) == ("quiet", "quiet")


def test_a_promise_in_another_metric_is_no_promise(stage, run, monkeypatch):
    stage({"gate.primary": "f1_macro"})
    text = artefacts.LEDGER.read_text().replace("f1_macro", "accuracy")
    artefacts.LEDGER.write_text(text)
    drawn = []
    monkeypatch.setattr(trigger, "drift_picture", lambda *_: None)
    monkeypatch.setattr(trigger, "performance_picture", lambda measured, promise, *_: drawn.append(promise.value))
    trigger.main()
    assert drawn == [None]
    assert read_json(artefacts.TRIGGER)["signals"]["performance"]["state"] == "unknown"


@pytest.mark.parametrize(
    "profile",
    [
        {
            "rows": 160,
            "columns": {"color": {"kind": "categorical", "present": 160, "counts": {"red": 160}}},
            "labels": {"no": 80},
        },
        {"rows": 160, "columns": {}},
        {},
    ],
)
def test_a_profile_of_an_earlier_version_leaves_drift_unknown(stage, run, profile):
    stage()
    change_baseline("profile.json", profile)
    report = run(pictures=True)
    assert {row["state"] for row in report["drift"]} == {"unknown"}
    assert report["facts"]["drift"]["holds"] is None


def test_a_baseline_that_saw_everything_has_no_fresh_rows(stage, run):
    stage()
    card = read_json(artefacts.BASELINE / "card.json")
    change_baseline("card.json", card | {"trained_through": "2026-03-06"})
    report = run()
    assert report["signals"]["performance"]["state"] == "unknown"
    assert report["facts"]["nothing_new"]["holds"]
    assert list(report["weeks"]["drift"]["color"]) == list(RECENT)  # recent rows are looked at in any case


@pytest.mark.parametrize(
    "path",
    [
        artefacts.LEDGER, artefacts.EVENTS, artefacts.KPI, artefacts.VALIDATION,
        *(artefacts.BASELINE / name for name in ("card.json", "model.skops", "profile.json")),
    ],
)  # fmt: skip
def test_a_missing_file_is_one_line(stage, path):
    stage()
    path.unlink()
    with pytest.raises(InputError, match=f"{path} must exist") as error:
        trigger.main()
    assert "\n" not in str(error.value)


def test_a_baseline_that_is_not_the_ledgers_is_one_line(stage):
    stage()
    write_json(artefacts.BASELINE / "card.json", read_json(artefacts.BASELINE / "card.json") | {"rows": 1})
    with pytest.raises(InputError, match="models/baseline must be the bundle of the ledger, got another md5; run `dvc checkout`"):
        trigger.main()


@pytest.mark.parametrize("folder", [artefacts.TRAINING, artefacts.HOLDOUT, artefacts.RECENT])
def test_a_damaged_file_of_rows_is_one_line(stage, folder):
    stage()
    write_rows(artefacts.RECENT, {"2026-03-06": rows(9).drop(columns="label")})
    file = sorted(folder.iterdir())[-1]
    file.write_bytes(b"no parquet")
    with pytest.raises(InputError, match=f"{file} must be parquet") as error:
        trigger.main()
    assert "\n" not in str(error.value)
