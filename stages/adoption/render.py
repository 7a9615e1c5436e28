"""The files of a new repository as text, from the templates: params.yaml, dvc.yaml, schema.py.

`python -m stages.adoption.render` writes dvc.yaml for the params.yaml it stands beside; `ratchet upgrade` calls it.
"""

import json
import math
import string
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from pandas.api.types import is_numeric_dtype

from stages.adoption.guess import Column
from stages.artefacts import PARAMS, read_yaml, write_text, yaml_dumper
from stages.reading.codes import pseudonymous

TEMPLATES = Path(__file__).parent / "templates"
DVC_YAML = Path("dvc.yaml")
COMMENTS_AT = 26  # where the comments of params.yaml start, but for longer values
MOST_VALUES, LEAST_ROWS = 10, 10  # a list of allowed values is only safe where there are few, and none is rare

PLOTS = {
    "classification": (
        "calibration.svg", "calibration_baseline.csv", "calibration_candidate.csv",
        "confusion.csv", "confusion_change.svg", "gain.svg",
    ),
    "regression": ("errors.csv", "gain.svg"),
}  # fmt: skip
SHOWN = {
    "classification": """\
  - metrics/plots/calibration.svg
  - metrics/plots/confusion_change.svg
  - metrics/plots/drift.svg
  - metrics/plots/gain.svg
  - metrics/plots/golden.svg
  - metrics/plots/performance.svg
  - metrics/plots/quarantine.svg
  - metrics/plots/reviewers.svg
  - Confusion matrix of the candidate on the holdout:
      template: confusion
      x: actual
      y:
        metrics/plots/confusion.csv: predicted
""",
    "regression": """\
  - metrics/plots/drift.svg
  - metrics/plots/gain.svg
  - metrics/plots/golden.svg
  - metrics/plots/performance.svg
  - metrics/plots/quarantine.svg
  - metrics/plots/reviewers.svg
  - The candidate on the holdout (on the diagonal is right):
      template: scatter
      x: actual
      y:
        metrics/plots/errors.csv: predicted
""",
}


class _ByPath(string.Template):
    """A template whose names are places in params.yaml: `${trigger.drift.min_rows}`."""

    braceidpattern = r"[a-z_]+(?:\.[a-z_]+)*"


def params_yaml(settings: dict[str, Any], template: str | None = None) -> str:
    """The text of params.yaml: the template's comments, with the values of nested `settings` where it leaves them open."""
    text = template or (TEMPLATES / "params.yaml.tmpl").read_text(encoding="utf-8")
    values = {place: _flow(value) for place, value in _places(settings, "")}
    return "".join(_line(line, values) for line in text.splitlines())


def dvc_yaml(model: str, task: str, template: str | None = None) -> str:
    """The text of dvc.yaml for a model's name and task."""
    text = template or (TEMPLATES / "dvc.yaml.tmpl").read_text(encoding="utf-8")
    outs = "\n".join(f"      - metrics/plots/{name}:\n          cache: false\n          persist: true" for name in PLOTS[task])
    return string.Template(text).substitute(model=model, plot_outs=outs, plots=SHOWN[task])


def schema_py(columns: list[Column], frame: pd.DataFrame) -> str:
    """The text of schema.py: a pandera schema with what the rows show.

    Parameters
    ----------
    frame : the columns as the stages read them (text, float64, UTC times), rows in the order of their times.
    """
    text = (TEMPLATES / "schema.py.tmpl").read_text(encoding="utf-8")
    rules = [_rule(own, frame[own.name]) for own in columns if own.role not in (None, "target")]
    rules += [
        _known(own.name, frame[own.name]) for own in columns if own.role == "target" and not is_numeric_dtype(frame[own.name])
    ]
    return string.Template(text).substitute(rules="\n".join(f"        {rule}" for rule in rules))


def _places(value: Any, prefix: str) -> list[tuple[str, Any]]:
    """Every place of nested settings with its value; an inner dict is a place too."""
    if not isinstance(value, dict):
        return [(prefix, value)]
    inner = [pair for name, part in value.items() for pair in _places(part, f"{prefix}.{name}" if prefix else str(name))]
    return [(prefix, value), *inner]


def _flow(value: Any) -> str:
    apart = json.loads(json.dumps([value]))  # one value in two places would be written as an anchor: nothing to edit by hand
    text = yaml.dump(apart, Dumper=yaml_dumper(), default_flow_style=True, sort_keys=False, allow_unicode=True, width=math.inf)
    return text.strip()[1:-1]


def _line(line: str, values: dict[str, str]) -> str:
    if "${" not in line:
        return f"{line}\n"
    setting, _, comment = line.partition("  # ")
    return f"{_ByPath(setting).substitute(values):<{COMMENTS_AT - 2}}  # {comment}\n"


def _rule(own: Column, values: pd.Series) -> str:
    name = json.dumps(own.name, ensure_ascii=False)
    if own.role == "id":
        return f'{name}: pa.Column("str", unique=True),'
    if own.role == "time":
        return f'{name}: pa.Column("datetime64[us, UTC]"),'
    check, note = _numbers(values) if own.role == "numeric" else _words(own, values)
    nullable = ", nullable=True" if values.isna().any() else ""
    kind = "float64" if own.role == "numeric" else "str"
    return f'{name}: pa.Column("{kind}"{check}{nullable}, required=False),{note}'


def _known(name: str, labels: pd.Series) -> str:
    """The classes: any other label is a typo until somebody lists it."""
    classes = json.dumps(sorted(pseudonymous(labels).dropna().unique()), ensure_ascii=False)
    return f'{json.dumps(name, ensure_ascii=False)}: pa.Column("str", pa.Check.isin({classes}), required=False, nullable=True),'


def _numbers(values: pd.Series) -> tuple[str, str]:
    """Only a count is safely bounded: what was never negative may be so in winter."""
    present = values.dropna()
    note = f"  # seen: {present.min():g} … {present.max():g}"
    count = len(present) and present.min() == 0 and (present == present.round()).all()
    return (", pa.Check.ge(0)" if count else ""), note


def _words(own: Column, values: pd.Series) -> tuple[str, str]:
    """A list of allowed values, where both halves of the time saw the same few; otherwise new ones are to be expected."""
    if own.role == "text" or own.distinct > MOST_VALUES:
        return "", ""
    counts = values.value_counts()
    older, newer = (set(half.dropna()) for half in (values.iloc[: len(values) // 2], values.iloc[len(values) // 2 :]))
    if older != newer or counts.min() < LEAST_ROWS:
        return "", f"  # {own.distinct} values seen, some rare or new: no list"
    return f", pa.Check.isin({json.dumps(sorted(counts.index), ensure_ascii=False)})", ""


if __name__ == "__main__":
    found = read_yaml(PARAMS)
    write_text(DVC_YAML, dvc_yaml(found["model"], found["task"]))
