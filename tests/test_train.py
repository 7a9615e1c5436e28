"""The train stage on a small data set: the same data give the same bundle, and the card says what it is."""

import numpy as np
import pandas as pd
import pytest
from made_training import days, rows, settings, write
from threadpoolctl import threadpool_info, threadpool_limits

from stages import artefacts, train
from stages.artefacts import dvc_md5
from stages.errors import InputError, UsageError
from stages.modelling import bundle


@pytest.fixture
def here(project, monkeypatch):
    """Two days of training rows, in a small project to stand in."""
    monkeypatch.chdir(project.folder)
    write(days(2))
    return project.folder


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


@pytest.mark.parametrize(
    ("estimator", "arguments"),
    [("ensemble.HistGradientBoostingClassifier", {"max_iter": 20}), ("ensemble.RandomForestClassifier", {"n_estimators": 20})],
)
def test_another_estimator_needs_no_code(here, estimator, arguments):
    settings(here, estimator=f"sklearn.{estimator}", arguments=arguments)
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


def test_the_forerunner_is_bounded_and_takes_rows_from_everywhere(here, monkeypatch):
    monkeypatch.setattr(train, "FORWARD_ROWS", 10)
    first, last = rows(500, 0), rows(90, 1)
    assert sum(answers_of({"2026-03-02": first, "2026-03-03": last})["counts"].values()) == 10


def test_the_profile_shows_the_newest_batches_by_themselves(here):
    answers_of({"2026-03-02": rows(60, 0).assign(color="red"), "2026-03-03": rows(60, 1).assign(color="blue")})
    found = bundle.read_profile(artefacts.CANDIDATE)
    assert found["columns"]["color"]["counts"] == {"blue": 60, "red": 60}
    assert found["newest"]["columns"]["color"]["counts"] == {"blue": 60}
    assert (found["newest"]["rows"], found["newest"]["predictions"]) == (60, None)


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
    whole = train.training_rows(frame, np.repeat([0, 1], 60), params)
    said = train.forward(whole, train.recipe_of(params, None), params.task)
    # The labels are a line, which the older rows show as well.
    assert said.to_numpy() == pytest.approx(frame["label"][60:].to_numpy())


def test_the_model_does_not_depend_on_the_number_of_cores(here, monkeypatch):
    threads, learn = set(), train.learn

    def watched(*inputs):
        threads.update(library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas")
        return learn(*inputs)

    monkeypatch.setattr(train, "learn", watched)
    with threadpool_limits(limits=2, user_api="blas"):
        train.main()
    assert threads == {1}


def test_batches_stand_in_the_order_of_time_not_of_the_alphabet(here):
    write({"2026-W01": rows(100, 0), "2026-02": rows(30, 1)})  # February, which the alphabet puts before the weeks
    train.main()
    assert sum(bundle.read_profile(artefacts.CANDIDATE)["predictions"]["counts"].values()) == 30
