"""From `params.yaml` to a scikit-learn pipeline: columns in, estimator out."""

import importlib
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils import get_tags
from sklearn.utils._param_validation import InvalidParameterError
from sklearn.utils.validation import has_fit_parameter

from stages.errors import UsageError
from stages.modelling.rows import Array
from stages.sections import Columns, Train


def features(frame: pd.DataFrame, columns: Columns) -> pd.DataFrame:
    """The feature columns of `frame` as every model sees them: text and categories without gaps, numbers as float64.

    Returns
    -------
    DataFrame of shape (rows, text + categorical + numeric), in that order.
    """
    words = {name: frame[name].astype("str").fillna("") for name in (*columns.text, *columns.categorical)}
    numbers = {name: frame[name].astype("float64") for name in columns.numeric}
    return pd.DataFrame(words | numbers)


def build(columns: Columns, train: Train, seed: int) -> Pipeline:
    """An unfitted pipeline.

    Raises
    ------
    UsageError
        Where the estimator cannot be imported or refuses its arguments.
    """
    estimator = _estimator(train, seed)
    inputs = ColumnTransformer(
        [
            *((f"text_{name}", _tfidf(train), name) for name in columns.text),
            (
                "categorical",
                OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=train.min_category_rows),
                columns.categorical,
            ),
            (
                "numeric",
                make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler()),
                columns.numeric,
            ),
        ],
        sparse_threshold=1.0 if get_tags(estimator).input_tags.sparse else 0.0,
    )
    return Pipeline([("inputs", inputs), ("estimator", estimator)])


def dummy(task: str) -> Pipeline:
    """Version 0: a scikit-learn dummy, so that the first candidate has something to beat."""
    estimator = DummyClassifier(strategy="prior") if task == "classification" else DummyRegressor()
    return Pipeline([("estimator", estimator)])


def targets(labels: pd.Series, task: str) -> Array:
    """The labels as the task reads them: text for classes, float64 for regression; shape (rows,)."""
    if task == "classification":
        return labels.astype("str").to_numpy(dtype=object)
    return pd.to_numeric(labels).to_numpy(dtype="float64")


def fit(pipeline: Pipeline, frame: pd.DataFrame, labels: Array, weights: Array | None = None) -> Pipeline:
    """Fit, and make ready to be kept: vocabulary positions become Python ints, which skops keeps far faster than NumPy's."""
    with one_line(len(frame), "train.arguments"):
        pipeline.fit(frame, labels, **counted(pipeline, weights))
    for vectorizer in _vectorizers(pipeline):
        vectorizer.vocabulary_ = {term: int(position) for term, position in sorted(vectorizer.vocabulary_.items())}
        # A memory address: scikit-learn only caches a check with it (none for characters), and it would change the bytes.
        vars(vectorizer).pop("_stop_words_id", None)
    return pipeline


def counted(pipeline: Pipeline, weights: Array | None) -> dict[str, Array]:
    """The weights of rows as an argument of the pipeline's fit; nothing where all rows are alike.

    Raises
    ------
    UsageError
        Where the estimator cannot weigh rows.
    """
    if weights is None:
        return {}
    step, estimator = pipeline.steps[-1]
    if not has_fit_parameter(estimator, "sample_weight"):
        raise UsageError(
            "params.yaml: train.class_weight and train.source_weights must go with an estimator whose fit takes sample_weight, "
            f"got {type(estimator).__name__}; name another one, or set them to null and {{}}"
        )
    return {f"{step}__sample_weight": weights}


@contextmanager
def one_line(rows: int, key: str) -> Iterator[None]:
    """What scikit-learn says of a model that cannot be fitted to so many rows as one line about params.yaml."""
    try:
        yield
    except (ValueError, TypeError) as error:
        # scikit-learn names its own parameters in InvalidParameterError; any other message may quote a row.
        said = str(error).splitlines()[0] if isinstance(error, InvalidParameterError) else type(error).__name__
        raise UsageError(
            f"params.yaml: train must describe a model that fits {rows} rows, got: {said}; "
            f"check that task, train.estimator and {key} go together"
        ) from None


def _vectorizers(pipeline: Pipeline) -> list[TfidfVectorizer]:
    if "inputs" not in pipeline.named_steps:
        return []
    fitted = pipeline.named_steps["inputs"].named_transformers_.values()
    return [part for part in fitted if isinstance(part, TfidfVectorizer)]


def _tfidf(train: Train) -> TfidfVectorizer:
    try:
        settings = {name: tuple(value) if name == "ngram_range" else value for name, value in train.tfidf.items()}
        return TfidfVectorizer(**settings)
    except TypeError as error:
        raise UsageError(f"params.yaml: train.tfidf must hold TfidfVectorizer's arguments, got: {error}") from None


def _estimator(train: Train, seed: int) -> Any:
    module, _, name = train.estimator.rpartition(".")
    try:
        kind = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError):  # ValueError: no module at all
        raise UsageError(
            f"params.yaml: train.estimator must be importable, got {train.estimator!r}; check its spelling"
        ) from None
    if not (isinstance(kind, type) and hasattr(kind, "fit") and hasattr(kind, "predict")):
        raise UsageError(f"params.yaml: train.estimator must be a class with fit and predict, got {train.estimator!r}; name one")
    seeded = {"random_state": seed} if "random_state" in inspect.signature(kind).parameters else {}
    try:
        return kind(**(seeded | train.arguments))
    except TypeError as error:
        raise UsageError(f"params.yaml: train.arguments must be arguments of {train.estimator}, got: {error}") from None
