"""The train stage on a small data set: the same data give the same bundle, and the card says what it is."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

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
    assert sum(kept.profile["labels"].values()) == 120
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
