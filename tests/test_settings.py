"""Every wrong parameter is one line that names the key, the rule and what to do."""

import copy
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from stages import settings
from stages.errors import InputError, UsageError

ROOT = Path(__file__).resolve().parents[1]
REAL: dict[str, Any] = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))


def changed(key: str, value: Any) -> dict[str, Any]:
    """The real settings with one value replaced by its dotted key."""
    found = copy.deepcopy(REAL)
    *sections, last = key.split(".")
    place = found
    for section in sections:
        place = place[section]
    place[last] = value
    return found


def loaded(path: Path, found: Any) -> settings.Params:
    path.write_text(found if isinstance(found, str) else yaml.safe_dump(found), encoding="utf-8")
    return settings.load(path)


def complaint(path: Path, found: Any) -> str:
    """The message of the one UsageError that `found` raises, without the path in front."""
    with pytest.raises(UsageError) as refused:
        loaded(path, found)
    message = str(refused.value)
    assert "\n" not in message
    assert message.startswith(f"{path}: ")
    return message.removeprefix(f"{path}: ")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "params.yaml"


def test_the_committed_params_load():
    assert settings.load(ROOT / "params.yaml").columns.features == [
        *REAL["columns"]["text"], *REAL["columns"]["categorical"], *REAL["columns"]["numeric"],
    ]  # fmt: skip


def test_the_committed_json_schema_is_that_of_the_settings():
    assert (ROOT / settings.SCHEMA).read_text(encoding="utf-8") == settings.schema_text()


def test_params_cannot_be_changed():
    params = settings.load(ROOT / "params.yaml")
    with pytest.raises(ValidationError, match="frozen"):
        params.split.holdout_batches = 9
    with pytest.raises(ValidationError, match="frozen"):
        params.seed = 1


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("task", "classify", "task must be 'classification' or 'regression', got 'classify'; mend it"),
        ("model", "Ticket Router", "model must match pattern '^[a-z][a-z0-9-]*$', got 'Ticket Router'; mend it"),
        ("seed", -1, "seed must be greater than or equal to 0, got -1; mend it"),
        ("seed", 2**32, "seed must be less than 4294967296, got 4294967296; mend it"),  # the range of scikit-learn's random_state
        ("as_of", "tomorrow", "as_of must be a day in quotes, like \"2026-10-04\", got 'tomorrow'; mend it"),
        ("as_of", "2026-02-30", "as_of must be a day in quotes, like \"2026-10-04\", got '2026-02-30'; mend it"),
        (
            "as_of",
            date(2026, 10, 4),  # unquoted in YAML, which DVC refuses
            'as_of must be a day in quotes, like "2026-10-04", got datetime.date(2026, 10, 4); mend it',
        ),
        ("columns", 3, "columns must be a valid dictionary, got 3; mend it"),
        ("columns.text", "subject", "columns.text must be a valid list, got 'subject'; mend it"),
        ("columns.text", ["subject", 3], "columns.text.1 must be a valid string, got 3; mend it"),
        ("columns.text", ["body", "body"], "columns must name each column once, 'body' has two roles; mend it"),
        ("labels.max_flip", 20, "labels.max_flip must be less than or equal to 1, got 20; mend it"),
        ("labels.max_flip", float("nan"), "labels.max_flip must be a finite number, got nan; mend it"),
        ("labels.min_posterior", 1.0, "labels.min_posterior must be less than 1, got 1.0; mend it"),
        ("labels.sources.agent.trust", 1.5, "labels.sources.agent.trust must be less than 1, got 1.5; mend it"),
        ("batches.volume.block", 1.5, "batches.volume must block from no less than warn (2.0) on, got block: 1.5; mend it"),
        ("split.training_days", "182", "split.training_days must be a valid integer, got '182'; mend it"),
        ("split.training_days", 182.0, "split.training_days must be a valid integer, got 182.0; mend it"),
        ("split.training_days", True, "split.training_days must be a valid integer, got True; mend it"),
        ("split.training_days", None, "split.training_days must be a valid integer, got None; mend it"),
        ("split.training_days", 10**6, "split.training_days must be less than or equal to 36500, got 1000000; mend it"),
        ("split.holdout_batches", 0, "split.holdout_batches must be greater than or equal to 1, got 0; mend it"),
        ("trigger.max_performance_drop", float("inf"), "trigger.max_performance_drop must be a finite number, got inf; mend it"),
        ("trigger.drift.min_rows", 1, "trigger.drift.min_rows must be greater than or equal to 2, got 1; mend it"),
        (
            "trigger.policy.rollback", 3,
            "trigger.policy.rollback must be a signal's name, or any, all or not over clauses, got 3; mend it",
        ),
        (
            "trigger.policy.rollback", {"sum": ["kpi_fall"]},
            "trigger.policy.rollback must be a signal's name, or any, all or not over clauses; mend it",
        ),
        (
            "batches.calendar", ["channel", "langage"],
            "the file must name feature columns in batches.calendar ('language' is the nearest), got 'langage'; mend it",
        ),
        ("train.packages", ["lightgbm"], "train must name an estimator of a package in train.packages (lightgbm); mend it"),
        (
            "train.source_weights", {"agent": 1, "clerk": 2},
            "the file must name sources of labels.sources (agent) in train.source_weights, got 'clerk'; mend it",
        ),
        ("train.source_weights", {"agent": 0}, "train.source_weights.agent must be greater than 0, got 0; mend it"),
        ("train.search", {"C": []}, "train.search.C must have at least 1 item after validation, not 0, got []; mend it"),
        ("evaluate.metrics", [], "evaluate.metrics must have at least 1 item after validation, not 0, got []; mend it"),
        *(
            ("gate.min_gain", value, "gate.min_gain must be a number of 0 or more, or a share of the baseline's value in quotes, "
             f'like "1%", got {value!r}; mend it')
            for value in ("1 %", "-1%", "0.01", -0.1, float("inf"), float("nan"), True, None)
        ),
        ("gate.confidence", 1.0, "gate.confidence must be less than 1, got 1.0; mend it"),
        (
            "gate.primary", "precision",
            "the file must name metrics of evaluate.metrics in gate.primary and gate.floors, got 'precision'; mend it",
        ),
        (
            "gate.floors", {"roc_auc": 0.5},
            "the file must name metrics of evaluate.metrics in gate.primary and gate.floors, got 'roc_auc'; mend it",
        ),
        ("gate.floors", {"accuracy": float("nan")}, "gate.floors.accuracy must be a finite number, got nan; mend it"),
        (
            "gate.critical", ["shape=round"],
            "the file must have `column=value` in gate.critical, with a column of evaluate.segments, got 'shape=round'; mend it",
        ),
        (
            "gate.critical", ["priority"],
            "the file must have `column=value` in gate.critical, with a column of evaluate.segments, got 'priority'; mend it",
        ),
        (
            "gate.max_cost_rise", 0.1,
            "the file must say in evaluate.cost what an answer costs, as gate.max_cost_rise is set, got null; mend it",
        ),
        (
            "evaluate.metrics", ["accuracy", "neg_mean_cost"],
            "the file must say in evaluate.cost what an answer costs, as evaluate.metrics has neg_mean_cost, got null; mend it",
        ),
        (
            "evaluate.cost", {"column": "subject"},
            "the file must name a column of numbers in evaluate.cost.column, got 'subject', which is another kind; mend it",
        ),
        ("approval.allow_author", "yes", "approval.allow_author must be a valid boolean, got 'yes'; mend it"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_one_line_with_key_rule_and_value(path, key, value, message):
    assert complaint(path, changed(key, value)) == message


def test_a_matrix_of_costs_is_refused_where_numbers_are_predicted(path):
    found = changed("task", "regression")
    found["evaluate"]["cost"] = {"matrix": {"a": {"b": 1.0}}}
    assert (
        complaint(path, found)
        == "the file must give evaluate.cost as a column where the task is regression, got a matrix; mend it"
    )


@pytest.mark.parametrize(("key", "value"), [("calibration", "sigmoid"), ("class_weight", "balanced")])
def test_what_only_classes_have_is_refused_where_numbers_are_predicted(path, key, value):
    found = changed("task", "regression")
    found["train"][key] = value
    assert complaint(path, found) == f"the file must have train.{key}: null where task is regression, got {value!r}; mend it"


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("sed", "did you mean seed?"),
        ("split.holdout_batch", "did you mean holdout_batches?"),
        ("trigger.drift.min_chnge", "did you mean min_change?"),
        ("trigger.policy.rolback", "did you mean rollback?"),
        ("labels.xyz", "known keys: sources, min_posterior, min_accuracy, min_seconds, max_flip"),
    ],
)
def test_an_unknown_key_suggests_the_nearest_one(path, key, hint):
    assert complaint(path, changed(key, 1)) == f"{key} must be a known key; {hint}"


def test_a_misspelt_key_is_named_before_the_key_it_leaves_missing(path):
    found = copy.deepcopy(REAL)
    found["labels"]["max_flips"] = found["labels"].pop("max_flip")
    assert complaint(path, found) == "labels.max_flips must be a known key; did you mean max_flip? (and 1 more)"


def test_a_missing_key_is_named(path):
    found = copy.deepcopy(REAL)
    del found["split"]["recent_batches"]
    expected = "split.recent_batches must be there; add it, or start from the file `ratchet init` writes"
    assert complaint(path, found) == expected


def test_features_of_no_kind_are_refused(path):
    found = changed("columns", REAL["columns"] | {"text": [], "categorical": [], "numeric": []})
    assert complaint(path, found).startswith("columns must name at least one of text, categorical, numeric columns")


@pytest.mark.parametrize("text", ["", "3", "- a"])
def test_a_file_that_holds_no_sections_is_refused(path, text):
    assert complaint(path, text).startswith("the file must be a valid dictionary, got ")


def every_key(section: dict[str, Any], place: str = "") -> list[str]:
    found = []
    for name, value in section.items():
        found.append(place + name)
        if isinstance(value, dict) and place + name not in ("train.arguments", "train.tfidf", "gate.floors"):
            found += every_key(value, f"{place}{name}.") if "policy" not in name else [f"{place}{name}.{own}" for own in value]
    return found


@pytest.mark.parametrize("key", every_key(REAL))
def test_no_key_takes_an_object_that_is_neither_text_number_list_nor_section(path, key):
    assert re.match(rf"{re.escape(key)}\S* must .+; mend it", complaint(path, changed(key, b"\x00")))


@pytest.mark.parametrize("key", [key for key in every_key(REAL) if key != "labels.sources.agent"])  # sources are the user's own
def test_no_key_may_be_left_out(path, key):
    found = copy.deepcopy(REAL)
    *sections, last = key.split(".")
    place = found
    for section in sections:
        place = place[section]
    del place[last]
    assert complaint(path, found).startswith(f"{key} must be there; add it")


def test_a_whole_number_passes_for_a_fraction(path):
    assert loaded(path, changed("gate.min_gain", 0)).gate.min_gain == 0.0


def test_the_day_is_read_from_quotes(path):
    assert loaded(path, changed("as_of", "2026-10-04")).as_of == date(2026, 10, 4)


def test_broken_yaml_names_the_line(path):
    with pytest.raises(InputError, match=r"params\.yaml line 2 must be valid YAML, got: .*; mend that line$"):
        loaded(path, "seed: 1\nmodel: a: b\n")


def test_an_impossible_day_outside_quotes_is_one_line(path):
    with pytest.raises(InputError, match=r"params\.yaml must be UTF-8 YAML, got ValueError; mend the file"):
        loaded(path, "as_of: 2026-13-45\n")


def test_a_missing_file_says_how_to_restore_it(path):
    with pytest.raises(InputError, match=r"must exist, got nothing there; restore it with `git checkout"):
        settings.load(path)
