"""The train stage on a small data set: the same data give the same bundle, and the card says what it is."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from threadpoolctl import threadpool_info, threadpool_limits

from stages import artefacts, train
from stages.artefacts import dvc_md5
from stages.errors import InputError, UsageError
from stages.modelling import bundle
from stages.partitions import Partitions

FIRST = date(2026, 3, 2)


def rows(n: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    size = random.normal(size=n)
    color = random.choice(["red", "blue"], n)
    return pd.DataFrame({"color": color, "size": size, "label": np.where(size + (color == "red") > 0.5, "yes", "no")})


def write(batches: dict[str, pd.DataFrame], folder: Path = artefacts.TRAINING) -> None:
    out = Partitions(folder)
    for name, frame in batches.items():
        out.write(name, frame.astype({"color": "str", "label": "str", "size": "float64"}))
    out.close()


@pytest.fixture
def here(project, monkeypatch):
    """Two days of training rows, in a small project to stand in."""
    monkeypatch.chdir(project.folder)
    write({(FIRST + timedelta(days=day)).isoformat(): rows(60, day) for day in range(2)})
    return project.folder


def settings(folder: Path, **changes) -> None:
    whole = yaml.safe_load((folder / "params.yaml").read_text())
    whole["train"] |= changes
    (folder / "params.yaml").write_text(yaml.safe_dump(whole))


def test_the_bundle_says_what_it_was_trained_on(here, capsys):
    train.main()
    kept = bundle.load(artefacts.CANDIDATE, ["sklearn"])
    assert (kept.card["trained_from"], kept.card["trained_through"], kept.card["rows"]) == ("2026-03-02", "2026-03-03", 120)
    assert kept.card["training"] == dvc_md5(artefacts.TRAINING)
    assert kept.card["versions"].keys() == {"python", "scikit-learn", "numpy", "scipy", "pandas", "skops"}
    assert kept.profile["rows"] == 120
    assert sum(kept.profile["labels"]["counts"].values()) == 120
    assert capsys.readouterr().out == "train: sklearn.linear_model.LogisticRegression on 120 rows through 2026-03-03\n"


def test_training_twice_gives_the_same_bytes(here):
    train.main()
    first = dvc_md5(artefacts.CANDIDATE)
    train.main()
    assert dvc_md5(artefacts.CANDIDATE) == first


@pytest.mark.parametrize("estimator", ["ensemble.HistGradientBoostingClassifier", "ensemble.RandomForestClassifier"])
def test_another_estimator_needs_no_code(here, estimator):
    settings(here, estimator=f"sklearn.{estimator}", arguments={})
    train.main()
    frame = rows(60, 0)
    answers = bundle.load(artefacts.CANDIDATE, ["sklearn"]).model.predict(frame[["color", "size"]])
    assert (answers == frame["label"]).mean() > 0.9


def test_no_trusted_row_is_one_line_about_the_data(here):
    write({"2026-03-02": rows(0, 0)})
    with pytest.raises(InputError, match="data/training must hold labelled rows, got none; wait for feedback"):
        train.main()
    assert not artefacts.CANDIDATE.exists()


def test_a_model_that_cannot_be_fitted_leaves_the_last_candidate(here):
    train.main()
    before = dvc_md5(artefacts.CANDIDATE)
    settings(here, arguments={"C": -1})
    with pytest.raises(UsageError, match=r"params\.yaml: train must describe a model that fits 120 rows"):
        train.main()
    assert dvc_md5(artefacts.CANDIDATE) == before


def test_missing_training_data_name_the_stage_that_makes_them(here):
    for file in artefacts.TRAINING.iterdir():
        file.unlink()
    with pytest.raises(InputError, match="run `dvc repro validate`"):
        train.main()


def answers_of(batches: dict[str, pd.DataFrame]) -> dict | None:
    """The sketch of the forerunner's answers."""
    write(batches)
    train.main()
    return bundle.read_profile(artefacts.CANDIDATE)["predictions"]


def test_the_profile_has_answers_on_rows_that_their_model_never_saw(here):
    # A forest that learned from the last day would know "late"; the forerunner has never heard of it.
    settings(here, estimator="sklearn.ensemble.RandomForestClassifier", arguments={})
    found = answers_of({"2026-03-02": rows(60, 0), "2026-03-03": rows(60, 1), "2026-03-04": rows(40, 2).assign(label="late")})
    assert found["counts"].keys() == {"no", "yes"}
    assert sum(found["counts"].values()) == 40


def test_the_newest_batches_of_a_fifth_of_the_rows_are_answered():
    # Of 135 rows a fifth is 27: 10 + 15 are too few. Of 125 it is 25: they are enough.
    weeks = {"2026-W09": 10, "2026-W10": 100, "2026-W11": 15, "2026-W12": 10}
    assert train.newest_batches(weeks) == ["2026-W12", "2026-W11", "2026-W10"]
    assert train.newest_batches(weeks | {"2026-W09": 0}) == ["2026-W12", "2026-W11"]
    assert train.newest_batches({"2026-W01": 100, "2026-02": 30}) == ["2026-02"]  # newest in time, not in the alphabet
    assert train.newest_batches({"2026-W10": 10, "2026-W11": 500}) == ["2026-W11"]
    assert train.newest_batches({"2026-W10": 10}) == []


def test_the_forerunner_is_bounded_and_takes_rows_from_everywhere(here, monkeypatch):
    monkeypatch.setattr(train, "FORWARD_ROWS", 10)
    first, last = rows(500, 0), rows(90, 1)
    assert sum(answers_of({"2026-03-02": first, "2026-03-03": last})["counts"].values()) == 10
    assert train._spread(last).index.tolist() == [0, 9, 19, 29, 39, 49, 59, 69, 79, 89]


def test_of_one_batch_nothing_is_answered_beforehand(here):
    (artefacts.TRAINING / "2026-03-03.parquet").unlink()
    assert answers_of({"2026-03-02": rows(60, 0)}) is None


def test_older_rows_that_teach_nothing_are_no_error(here):
    assert answers_of({"2026-03-02": rows(60, 0).assign(label="yes"), "2026-03-03": rows(60, 1)}) is None


def test_numbers_are_answered_with_numbers(here, make_params):
    frame = pd.concat([rows(60, 0), rows(60, 1)], ignore_index=True)
    frame["label"] = 2 * frame["size"] + 1
    params = make_params(
        {"task": "regression", "train.estimator": "sklearn.linear_model.LinearRegression", "train.arguments": {}}
    )
    newest = np.arange(120) >= 60
    said = train.forward(frame, newest, params)
    # The labels are a line, which the older rows show as well.
    assert said.to_numpy() == pytest.approx(frame["label"][newest].to_numpy())


def test_the_model_does_not_depend_on_the_number_of_cores(here, monkeypatch):
    threads, learn = set(), train.fit

    def watched(*inputs):
        threads.update(library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas")
        return learn(*inputs)

    monkeypatch.setattr(train, "fit", watched)
    with threadpool_limits(limits=2, user_api="blas"):
        train.main()
    assert threads == {1}
