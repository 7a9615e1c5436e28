"""A bundle: the folder in which a model lives, `model.skops`, `profile.json` and `card.json`; same model, same bytes.

skops names the parts of a file by memory address and stamps them with the time, so the same model gives other bytes at
each save. `save` renames the parts in order of appearance and fixes the times. Nothing is ever unpickled, and no type
outside scikit-learn, NumPy and SciPy is loaded unless `train.packages` of `params.yaml` names its package.
"""

import io
import json
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import skops.io
from sklearn.pipeline import Pipeline

from stages.artefacts import dvc_md5, read_json, write_json
from stages.errors import InputError, UntrustedModel

# What scikit-learn's own estimators need beyond what skops trusts by itself; none of them runs code on loading.
TRUSTED_TYPES = {
    "numpy.dtype",
    "scipy.sparse._csr.csr_matrix",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.calibration._TemperatureScaling",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
    "sklearn.tree._tree.Tree",
}
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip file can hold
# What zipfile, json and skops raise on a file that is no whole skops file.
DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError),
    *(ValueError, TypeError, LookupError, AttributeError, ImportError),
)


@dataclass(frozen=True)
class Bundle:
    """A model with what it was trained on."""

    model: Pipeline
    profile: dict[str, Any]
    card: dict[str, Any]
    md5: str


def save(folder: Path, model: Pipeline, profile: dict[str, Any], card: dict[str, Any]) -> None:
    """Write a bundle; the same inputs give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / ".model.skops.part"
    draft.write_bytes(_fixed(skops.io.dumps(model)))
    write_json(folder / "profile.json", profile)
    write_json(folder / "card.json", card)
    draft.replace(folder / "model.skops")


def load(folder: Path, packages: list[str]) -> Bundle:
    """Read a bundle.

    Raises
    ------
    InputError
        Where a file is missing or damaged.
    UntrustedModel
        Where the model holds a type outside the allow-list.
    """
    return Bundle(_model(folder / "model.skops", packages), read_profile(folder), read_card(folder), dvc_md5(folder))


def read_card(folder: Path) -> dict[str, Any]:
    """What the model was trained on, through which date, with which versions and parameters; needs no model to be loaded."""
    return read_json(folder / "card.json")


def read_profile(folder: Path) -> dict[str, Any]:
    """The reference sketches of the training data."""
    return read_json(folder / "profile.json")


def _model(path: Path, packages: list[str]) -> Pipeline:
    if not path.is_file():
        raise InputError(f"{path} must exist, got nothing there; run `dvc pull` or `dvc repro train`")
    try:
        types = skops.io.get_untrusted_types(file=path)
        refused = [name for name in types if not _trusted(name, packages)]
        if not refused:
            return skops.io.load(path, trusted=types)
    except DAMAGE as error:
        raise UntrustedModel(
            f"{path} must be a whole skops file, got {type(error).__name__}; run `dvc checkout` or train again"
        ) from None
    raise UntrustedModel(
        f"{path} must hold only allowed types, got {refused[0]}; "
        "do not load it, or name its package in train.packages if you trust it"
    )


def _trusted(name: str, packages: list[str]) -> bool:
    return name in TRUSTED_TYPES or name.split(".")[0] in set(packages) - {"sklearn"}


def _fixed(content: bytes) -> bytes:
    """The same skops file with its parts numbered in order of appearance and no times."""
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        schema = json.loads(old.read("schema.json"))
        numbers: dict[int, int] = {}
        files: dict[str, str] = {}
        _renumber(schema, numbers, files)
        parts = {"schema.json": json.dumps(schema, separators=(",", ":")).encode()}
        parts |= {new: old.read(name) for name, new in files.items()}
    return _zipped(parts)


def _renumber(node: Any, numbers: dict[int, int], files: dict[str, str]) -> None:
    """Replace, in place, every memory address by its order of appearance."""
    if isinstance(node, dict) and isinstance(
        node.get("__loader__"), str
    ):  # a node of skops, not a dict of the model with such a key
        if "__id__" in node:
            node["__id__"] = numbers.setdefault(node["__id__"], len(numbers))
        if isinstance(node.get("file"), str):
            node["file"] = files.setdefault(node["file"], f"{len(files)}{Path(node['file']).suffix}")
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _renumber(child, numbers, files)


def _zipped(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
        for name, part in parts.items():
            new.writestr(zipfile.ZipInfo(name, EPOCH), part, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
