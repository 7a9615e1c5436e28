"""The bundle: same model, same bytes; what comes back predicts the same; nothing foreign is loaded."""

import contextlib
import json
import os
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import skops.io
from made_models import COLUMNS, training

from stages.artefacts import dvc_md5
from stages.errors import InputError, UntrustedModel
from stages.modelling import bundle
from stages.modelling.estimator import features
from stages.modelling.learning import Recipe, learn
from stages.modelling.rows import Rows
from stages.sections import Train

ROOT = Path(__file__).resolve().parents[2]
WORDS = ["file", "content", "__id__", "__loader__", "schema.json", "alpha", "straße"]


def rows(n: int = 150) -> pd.DataFrame:
    random = np.random.default_rng(3)
    words = [" ".join(random.choice(WORDS, 3)) for _ in range(n)]
    return pd.DataFrame({"words": words, "kind": random.choice(list("abc"), n), "size": random.normal(size=n)})


def labels(frame: pd.DataFrame) -> np.ndarray:
    return np.where(frame["size"] + (frame["kind"] == "a") > 0.3, "yes", "no").astype(object)


def settings(estimator: str, calibration: str | None = None, **arguments: object) -> Train:
    # Words are split at blanks, so that names which mean something to skops are words of the vocabulary.
    return training(f"sklearn.{estimator}", arguments, tfidf={"token_pattern": r"\S+"}, calibration=calibration)


MODELS = {
    "logistic": settings("linear_model.LogisticRegression"),
    "boosting": settings("ensemble.HistGradientBoostingClassifier", max_iter=10),
    "forest": settings("ensemble.RandomForestClassifier", n_estimators=10),
    "sigmoid": settings("linear_model.LogisticRegression", "sigmoid"),
    "isotonic": settings("linear_model.LogisticRegression", "isotonic"),
    "temperature": settings("svm.LinearSVC", "temperature"),
    "vectors": settings("svm.SVC"),
    "neighbours": settings("neighbors.KNeighborsClassifier"),
    "network": settings("neural_network.MLPClassifier", hidden_layer_sizes=[4], max_iter=2000, tol=0.01),
}


def learned(name: str) -> Any:
    """A model that has learned from 150 rows in five batches."""
    frame = rows()
    batches = Rows(inputs=features(frame, COLUMNS), labels=labels(frame), batch=np.repeat(np.arange(5), 30))
    return learn(batches, Recipe(columns=COLUMNS, train=MODELS[name], seed=7)).model


def keep(folder: Path, name: str) -> None:
    bundle.save(folder, learned(name), {"rows": 150}, {"trained_through": "2026-10-04"})


def rewritten(path: Path, change) -> None:
    """The skops file at `path` with another schema."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts["schema.json"] = json.dumps(change(json.loads(parts["schema.json"]))).encode()
    with zipfile.ZipFile(path, "w") as new:
        for name, part in parts.items():
            new.writestr(name, part)


@pytest.fixture(scope="module")
def good(tmp_path_factory) -> bytes:
    """The bytes of a good model file."""
    folder = tmp_path_factory.mktemp("good")
    keep(folder, "logistic")
    return (folder / "model.skops").read_bytes()


def place(folder: Path, content: bytes) -> Path:
    """A bundle with this model file."""
    folder.mkdir(exist_ok=True)
    (folder / "model.skops").write_bytes(content)
    for name in ("profile.json", "card.json"):
        (folder / name).write_text("{}")
    return folder


def test_two_processes_with_other_hash_seeds_write_the_same_bytes(tmp_path):
    names = ("logistic", "boosting", "forest", "sigmoid", "isotonic", "temperature")
    code = "import sys, test_bundle as t\nfor name in sys.argv[2:]: t.keep(t.Path(sys.argv[1]) / name, name)"
    for seed in ("0", "4711"):
        paths = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": paths}
        subprocess.run([sys.executable, "-c", code, str(tmp_path / seed), *names], env=environment, check=True)
    for name in names:
        assert dvc_md5(tmp_path / "0" / name) == dvc_md5(tmp_path / "4711" / name), name


@pytest.mark.parametrize("name", MODELS)
def test_a_model_that_comes_back_predicts_the_same(tmp_path, name):
    keep(tmp_path, name)
    frame = features(rows(), COLUMNS)
    kept = bundle.load(tmp_path, ["sklearn"])
    assert (kept.model.predict(frame) == learned(name).predict(frame)).all()
    assert kept.profile == {"rows": 150}
    assert kept.card == {"trained_through": "2026-10-04"}
    assert kept.md5 == dvc_md5(tmp_path)


def test_words_that_skops_uses_itself_survive(tmp_path):
    keep(tmp_path, "logistic")
    vocabulary = bundle.load(tmp_path, ["sklearn"]).model.named_steps["inputs"].named_transformers_["text_words"].vocabulary_
    assert set(vocabulary) == set(WORDS)


def test_saving_leaves_no_draft_behind(tmp_path):
    keep(tmp_path, "logistic")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["card.json", "model.skops", "profile.json"]


def test_a_type_of_another_package_is_refused_and_runs_nothing(tmp_path, monkeypatch):
    witness = tmp_path / "ran"
    module = (
        f"from pathlib import Path\nclass Model:\n    def __setstate__(self, state):\n        Path({str(witness)!r}).touch()\n"
    )
    (tmp_path / "stranger.py").write_text(module)
    monkeypatch.syspath_prepend(tmp_path)
    import stranger

    model = stranger.Model()
    model.weight = 1
    folder = place(tmp_path / "bundle", skops.io.dumps(model))
    monkeypatch.delitem(sys.modules, "stranger")
    with pytest.raises(UntrustedModel, match=r"must hold only allowed types, got stranger\.Model") as refusal:
        bundle.load(folder, ["sklearn"])
    assert refusal.value.exit_code == 5
    assert not witness.exists()
    assert "stranger" not in sys.modules
    # The same file is loaded where its package is named, so the refusal above is what kept it from running.
    bundle.load(folder, ["sklearn", "stranger"])
    assert witness.exists()


@pytest.mark.parametrize(("module", "name"), [("os", "system"), ("builtins", "eval"), ("sklearn_evil.tree", "Tree")])
def test_a_file_that_names_a_function_or_a_package_alike_is_refused(tmp_path, good, module, name):
    folder = place(tmp_path / "bundle", good)
    rewritten(folder / "model.skops", lambda schema: schema | {"__module__": module, "__class__": name})
    with pytest.raises(UntrustedModel, match=r"\.skops must"):
        bundle.load(folder, ["sklearn"])


class Bomb:
    """Touches a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_a_renamed_pickle_is_refused_and_runs_nothing(tmp_path):
    witness = tmp_path / "ran"
    folder = place(tmp_path / "bundle", pickle.dumps(Bomb(witness)))
    with pytest.raises(UntrustedModel, match="must be a whole skops file, got BadZipFile"):
        bundle.load(folder, ["sklearn"])
    assert not witness.exists()


def test_a_model_file_cut_short_is_refused(tmp_path, good):
    with pytest.raises(UntrustedModel, match="must be a whole skops file"):
        bundle.load(place(tmp_path / "bundle", good[: len(good) // 2]), ["sklearn"])


def test_no_flipped_byte_ends_in_a_traceback(tmp_path, good):
    random = np.random.default_rng(5)
    for _ in range(120):
        damaged = bytearray(good)
        for place_ in random.integers(0, len(good), 2):
            damaged[place_] = random.integers(0, 256)
        with contextlib.suppress(UntrustedModel):
            bundle.load(place(tmp_path / "bundle", bytes(damaged)), ["sklearn"])


@pytest.mark.parametrize("schema", [{}, [], None, 1, {"__loader__": "ObjectNode"}, {"__loader__": "x", "__class__": 1}])
def test_a_schema_of_another_shape_is_refused(tmp_path, good, schema):
    folder = place(tmp_path / "bundle", good)
    rewritten(folder / "model.skops", lambda _: schema)
    with pytest.raises(UntrustedModel, match="must be a whole skops file"):
        bundle.load(folder, ["sklearn"])


def test_a_missing_model_says_how_to_get_it(tmp_path):
    with pytest.raises(InputError, match=r"model\.skops must exist, got nothing there; run `dvc pull`"):
        bundle.load(tmp_path, ["sklearn"])


def test_a_damaged_card_is_an_input_error(tmp_path, good):
    folder = place(tmp_path / "bundle", good)
    (folder / "card.json").write_text("{")
    with pytest.raises(InputError, match=r"card\.json must be readable JSON"):
        bundle.load(folder, ["sklearn"])
