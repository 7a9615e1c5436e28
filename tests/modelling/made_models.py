"""The columns and training settings of small models: a text, a category and a number."""

from typing import Any

from stages.sections import Columns, Train

COLUMNS = Columns(
    id="id",
    time="at",
    target="y",
    text=["words"],
    categorical=["kind"],
    numeric=["size"],
    prediction=None,
    model_version=None,
    group=None,
)


LOGISTIC = "sklearn.linear_model.LogisticRegression"


def training(estimator: str = LOGISTIC, arguments: dict[str, Any] | None = None, **others: Any) -> Train:
    """How a model is trained: plainly, but for what `others` name."""
    plain: dict[str, Any] = {
        **{"search": {}, "class_weight": None, "source_weights": {}, "calibration": None},
        **{"tfidf": {}, "min_category_rows": 2, "packages": ["sklearn"]},
    }
    return Train.model_validate({"estimator": estimator, "arguments": arguments or {}} | plain | others)
