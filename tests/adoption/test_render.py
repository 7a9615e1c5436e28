"""The templates: with the desk's values they are the repository's own files."""

import importlib.util
from pathlib import Path

import pandas as pd
import pandera.pandas as pa
import yaml

from stages import settings
from stages.adoption.guess import Column
from stages.adoption.render import dvc_yaml, params_yaml, schema_py

ROOT = Path(__file__).parents[2]


def test_params_yaml_is_the_template_with_the_desks_values():
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    assert params_yaml(yaml.safe_load(text)) == text


def test_dvc_yaml_is_the_template_with_the_desks_values():
    desk = settings.load(ROOT / "params.yaml")
    assert dvc_yaml(desk.model, desk.task) == (ROOT / "dvc.yaml").read_text(encoding="utf-8")


def test_regression_has_its_own_plots():
    outs = yaml.safe_load(dvc_yaml("demand", "regression"))["stages"]["evaluate"]["outs"]
    names = [name for out in outs for name in out if name.startswith("metrics/plots/")]
    assert names == ["metrics/plots/errors.csv", "metrics/plots/gain.svg"]


def test_comments_start_in_one_column_but_for_long_values():
    text = params_yaml({"a": {"b": 1, "c": "x" * 30}}, "a:\n  b: ${a.b}  # one\n  c: ${a.c}  # two\n")
    assert text == f"a:\n  b: 1{' ' * 20}# one\n  c: {'x' * 30}  # two\n"


def test_values_that_yaml_would_misread_are_quoted():
    odd = ["no", "1", "x: y", "#", "1e5"]
    text = params_yaml({"a": odd}, "a: ${a}  # odd names\n")
    assert yaml.safe_load(text) == {"a": odd}
    assert "'1e5'" in text  # text for PyYAML, a number for DVC


def test_equal_values_are_written_out_each_in_its_place():
    source = {"trust": 0.95, "days": [7]}
    text = params_yaml({"sources": {"raw": source, "agent": source}}, "sources: ${sources}  # where labels come from\n")
    assert text == "sources: {raw: {trust: 0.95, days: [7]}, agent: {trust: 0.95, days: [7]}}  # where labels come from\n"


def test_schema_says_what_the_rows_show(tmp_path):
    frame = pd.DataFrame(
        {
            'od"d': [str(k) for k in range(40)],
            "t": pd.date_range("2026-01-01", periods=40, tz="UTC").astype("datetime64[us, UTC]"),
            "steady": ["x", "y"] * 20,
            "season": ["winter"] * 20 + ["spring"] * 20,
            "count": [float(k % 5) for k in range(40)],
            "degrees": [float(k % 9 + 1) for k in range(40)],
            "queue": ["sales", "billing ", None, "billing"] * 10,
        }
    )
    frame.loc[3, "steady"] = None
    kinds = {
        'od"d': "id",
        "t": "time",
        "steady": "categorical",
        "season": "categorical",
        "count": "numeric",
        "degrees": "numeric",
        "queue": "target",
    }
    columns = [Column(name, role, "", int(frame[name].nunique()), 0) for name, role in kinds.items()]
    path = tmp_path / "schema.py"
    path.write_text(schema_py(columns, frame), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("adopted_schema", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    rules = module.schema.columns
    assert rules['od"d'].unique
    assert [len(rules[name].checks) for name in ("steady", "season", "count", "degrees")] == [1, 0, 1, 0]
    assert [rules[name].nullable for name in ("steady", "season")] == [True, False]
    assert not rules["steady"].required
    assert isinstance(module.schema, pa.DataFrameSchema)
    assert (rules["queue"].required, rules["queue"].nullable) == (False, True)
    assert rules["queue"].checks[0].statistics == {"allowed_values": ["billing", "sales"]}  # labels are read without outer blanks
    module.schema.validate(frame.assign(queue=frame["queue"].str.strip()))


def test_numbers_to_predict_have_no_rule_of_their_own():
    frame = pd.DataFrame({"price": [1.5, 2.5]})
    assert "price" not in schema_py([Column("price", "target", "", 2, 0)], frame)
