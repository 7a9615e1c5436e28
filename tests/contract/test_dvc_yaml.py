"""dvc.yaml tells the truth: all code, data and parameters that a stage reads or writes are declared, and nothing else is."""

import ast
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from stages import artefacts, sections, settings, train, trigger, validate
from stages.decision.ledger import Entry, Ledger, write_ledger

ROOT = Path(__file__).resolve().parents[2]
STAGES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
CHANGES_NOTHING = {"parallel"}  # where the work runs; its result is the same everywhere
PLACES = {name: str(value) for name, value in vars(artefacts).items() if name.isupper() and isinstance(value, Path)}


def declared(stage: str, *kinds: str) -> list[str]:
    """The paths that a stage declares as deps, outs, metrics or plots."""
    listed = [entry for kind in kinds for entry in STAGES[stage].get(kind, [])]
    return [next(iter(entry)) if isinstance(entry, dict) else entry for entry in listed]


def tree_of(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"))


def imported(file: str) -> set[str]:
    """The repository's files that one file imports: modules, the packages they lie in, and `schema.py` by name."""
    names = set()
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "importlib.import_module":
            names |= {str(word.value) for word in node.args[:1] if isinstance(word, ast.Constant)}
    found = set()
    for name in names:
        parts = name.split(".")
        places = ["/".join(parts[:k]) + "/__init__.py" for k in range(1, len(parts) + 1)] + ["/".join(parts) + ".py"]
        found |= {place for place in places if (ROOT / place).is_file()}
    return found


def closure(file: str) -> set[str]:
    """Every file of the repository that runs when `file` does."""
    seen: set[str] = set()
    waiting = {file, "stages/__init__.py"}
    while waiting:
        seen |= waiting
        waiting = set().union(*(imported(one) for one in waiting)) - seen
    return seen


def lies_in(key: str, place: str) -> bool:
    return key == place or key.startswith(f"{place}.")


def covered(key: str, stage: str) -> bool:
    """Whether a change of the parameter `key` reruns the stage."""
    return any(lies_in(key, own) for own in STAGES[stage]["params"])


def unread(keys: set[str], stage: str) -> set[str]:
    """The parameters that a stage declares and that none of `keys` lies in."""
    return {own for own in STAGES[stage]["params"] if not any(lies_in(key, own) for key in keys)}


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_runs_its_own_module_and_says_what_it_answers(stage):
    assert STAGES[stage]["cmd"] == f"python -m stages.{stage}"
    assert "?" in STAGES[stage]["desc"]


@pytest.mark.parametrize("stage", STAGES)
def test_the_code_among_the_deps_is_what_the_stage_imports(stage):
    code = {path for path in declared(stage, "deps") if path.endswith(".py")}
    assert code == closure(f"stages/{stage}.py")


@pytest.mark.parametrize("stage", STAGES)
def test_lists_are_in_order_and_hold_nothing_twice(stage):
    for kind in ("deps", "outs", "metrics", "plots", "params"):
        names = declared(stage, kind)
        assert names == sorted(set(names)), kind


def places_used(stage: str) -> set[str]:
    """The places that the stage's module names (`artefacts.TRAINING`), and those its rooms read by themselves."""
    found = set()
    for file in closure(f"stages/{stage}.py") - {"stages/artefacts.py", "stages/settings.py"}:
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "artefacts":
                place = {"evaluation_of": "EVALUATIONS"}.get(node.attr, node.attr)
                found |= {PLACES[place]} if place in PLACES else set()
    return found - {PLACES["PARAMS"]}


@pytest.mark.parametrize("stage", STAGES)
def test_the_data_that_is_declared_is_the_data_that_the_code_names(stage):
    data = {path for path in declared(stage, "deps", "outs", "metrics", "plots") if not path.endswith(".py")}
    used = places_used(stage)
    assert {path for path in data if not any(path == place or path.startswith(f"{place}/") for place in used)} == set()
    assert {place for place in used if not any(path == place or path.startswith(f"{place}/") for path in data)} == set()


def test_no_path_is_written_twice_and_what_is_read_is_written_before_or_given():
    written: set[str] = set()
    for stage in STAGES:  # in the order of the file, which is that of the graph
        outs = declared(stage, "outs", "metrics", "plots")
        assert not written & set(outs)
        assert not {path for path in declared(stage, "deps") if path in outs}
        written |= set(outs)


# --- parameters


def params_read(stage: str) -> set[str]:
    """Every `params.section` and `params.section.key` in the code of a stage."""
    found = set()
    for file in closure(f"stages/{stage}.py") - {"stages/settings.py", "stages/sections.py"}:
        for node in ast.walk(tree_of(file)):
            text = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
            head, *keys = text.split(".")
            if head == "params" and keys and keys[0] in set(settings.Params.model_fields) - CHANGES_NOTHING:
                section = settings.Params.model_fields[keys[0]].annotation
                known = section.model_fields if isinstance(section, type) and issubclass(section, BaseModel) else {}
                found.add(".".join(keys[:2]) if len(keys) > 1 and keys[1] in known else keys[0])
    return found


@pytest.mark.parametrize("stage", STAGES)
def test_every_parameter_that_the_code_names_reruns_the_stage(stage):
    own = STAGES[stage]["params"]
    partly = {key for key in params_read(stage) if any(lies_in(name, key) for name in own)}  # `gate = params.gate`: keys follow
    assert {key for key in params_read(stage) - partly if not covered(key, stage)} == set()


@pytest.mark.parametrize("stage", STAGES)
def test_every_parameter_that_is_declared_is_read(stage):
    sections = {key.split(".")[0] for key in params_read(stage)}
    assert {key for key in STAGES[stage]["params"] if key.split(".")[0] not in sections} == set()


def section_paths(model: type[BaseModel], place: str = "") -> dict[type[BaseModel], str]:
    """Where each section of the settings stands: {Columns: "columns.", Drift: "trigger.drift."}."""
    found = {model: place}
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            found |= section_paths(field.annotation, f"{place}{name}.")
    return found


@pytest.fixture
def keys_read(monkeypatch) -> set[str]:
    """Collects the key of every value that is read from the settings (not of the sections on the way to it)."""
    places, found = section_paths(settings.Params), set()
    plain = BaseModel.__getattribute__

    def recording(self: settings.Section, name: str) -> Any:
        value = plain(self, name)
        if name not in type(self).model_fields or name in CHANGES_NOTHING or isinstance(self, sections.Limits):
            return value
        if not isinstance(value, BaseModel) or isinstance(value, sections.Limits):  # which limits they are, nobody knows later
            found.add(places[type(self)] + name if type(self) in places else "labels.sources")
        return value

    monkeypatch.setattr(settings.Section, "__getattribute__", recording, raising=False)
    return found


def small_loop(project) -> None:
    for day in range(1, 6):
        rows = [f"{day}{k},2026-10-0{day},{color},{k},{color}" for k, color in enumerate(["red", "blue"] * 4, start=1)]
        project.write(f"raw/2026-10-0{day}.csv", "\n".join(["id,at,color,size,label", *rows, ""]))
    project.write("feedback/2026-10.csv", "id,label,reviewer,action\n11,red,ann,correct\n")
    project.write("golden/set.csv", "id,label,color,size\ng,red,red,1\n")


def test_a_run_of_validate_reads_the_parameters_it_declares_and_no_others(project, keys_read):
    small_loop(project)
    params = settings.load(project.folder / "params.yaml")
    keys_read.clear()  # what the settings themselves look at while they load
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validate, "load", lambda: params)
        project.validate()
    assert {key for key in keys_read if not covered(key, "validate")} == set()
    assert unread(keys_read, "validate") == set()


def test_a_run_of_train_reads_the_parameters_it_declares_and_no_others(project, keys_read):
    small_loop(project)
    project.validate()
    params = settings.load(project.folder / "params.yaml")
    keys_read.clear()
    with pytest.MonkeyPatch.context() as patch, project.as_home():
        patch.setattr(train, "load", lambda: params)
        train.main()
    assert {key for key in keys_read if not covered(key, "train")} == set()
    assert unread(keys_read, "train") == set()


def test_a_run_of_trigger_reads_the_parameters_it_declares_and_no_others(project, keys_read):
    small_loop(project)
    project.validate()
    with project.as_home():
        train.main()
        artefacts.CANDIDATE.rename(artefacts.BASELINE)
        card = artefacts.read_json(artefacts.BASELINE / "card.json")
        artefacts.write_json(artefacts.BASELINE / "card.json", card | {"trained_through": "2026-10-02"})
        zero, one = (
            Entry(kind="promotion", as_of=f"2026-10-0{1 + version}", bundle=bundle, version=version)
            for version, bundle in enumerate(["v0.dir", artefacts.dvc_md5(artefacts.BASELINE)])
        )
        write_ledger(artefacts.LEDGER, Ledger(model="m", entries=[zero, one]))
        artefacts.EVENTS.write_text("")
        artefacts.KPI.write_text("date,kpi,value\n")
        params = settings.load()
        keys_read.clear()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(trigger, "load", lambda: params)
            trigger.main()
    assert {key for key in keys_read if not covered(key, "trigger")} == set()
    assert unread(keys_read, "trigger") == set()
