"""The house: imports go down only, nothing runs on import, errors are caught by name, files are short and name no machine."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLOORS = [  # from top to bottom; a room knows those below it, never those beside or above
    ["ops"],
    ["health"],
    ["adoption"],
    ["validate", "trigger", "train", "evaluate", "gate"],
    ["intake"],
    ["history", "labels"],
    ["reading"],
    ["signals"],
    ["decision"],
    ["evidence"],
    ["modelling"],
    ["settings"],
    ["sections"],
    ["drawing", "partitions"],
    ["drawing"],
    ["artefacts"],
    ["errors"],
]
FLOOR = {room: k for k, rooms in enumerate(FLOORS) for room in rooms}
FILES = [file for file in sorted((ROOT / "stages").rglob("*.py")) if "templates" not in file.relative_to(ROOT).parts]
CODE = [
    *FILES,
    *sorted((ROOT / "desk").rglob("*.py")),
    *(ROOT / f"{name}.py" for name in ("ratchet", "compare_models", "schema")),
]
PURE = {  # what a module may call while it is imported, beside classes: it builds a constant or a command, and touches nothing
    "add_typer", "arange", "array", "astype", "bool_", "capitalize", "compile", "date", "dict", "field", "float64", "fromkeys",
    "frozenset", "index", "int64", "items", "join", "large_string", "len", "list", "log", "max", "min", "range", "resolve",
    "replace", "round", "schema", "set", "sorted", "str", "string", "timedelta", "tuple", "uint64", "unique", "with_suffix",
}  # fmt: skip


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def room_of(file: Path) -> str:
    return file.relative_to(ROOT / "stages").parts[0].removesuffix(".py")


def rooms_imported(file: Path) -> set[str]:
    names = set()
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(file)} must import by full names"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name.split(".")[1] for name in names if name.startswith("stages.")}


def test_every_file_of_stages_lies_in_a_room():
    assert {room_of(file) for file in FILES} - {"__init__"} <= set(FLOOR)


@pytest.mark.parametrize("file", [file for file in FILES if room_of(file) != "__init__"], ids=name_of)
def test_a_room_imports_only_what_lies_below_it(file):
    own = room_of(file)
    assert {room for room in rooms_imported(file) - {own} if FLOOR[room] <= FLOOR[own]} == set()


@pytest.mark.parametrize("file", sorted((ROOT / "desk").rglob("*.py")), ids=name_of)
def test_the_desk_imports_nothing_of_the_stages(file):
    assert rooms_imported(file) == set()


def calls_on_import(node: ast.AST) -> list[str]:
    """The functions that are called when a statement is imported: not those called inside functions, nor decorators."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return []
    found = [ast.unparse(node.func).split(".")[-1]] if isinstance(node, ast.Call) else []
    for child in ast.iter_child_nodes(node):
        found += [] if child in getattr(node, "decorator_list", []) else calls_on_import(child)
    return found


def is_main_guard(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"


@pytest.mark.parametrize("file", [file for file in CODE if file.name != "schema.py"], ids=name_of)
def test_nothing_runs_on_import(file):
    for node in tree_of(file).body:
        if is_main_guard(node):
            continue
        assert not isinstance(node, ast.For | ast.While | ast.With | ast.Try), f"line {node.lineno}"
        if isinstance(node, ast.Expr):
            assert isinstance(node.value, ast.Constant) or calls_on_import(node) == ["add_typer"], f"line {node.lineno}"
        called = {name for name in calls_on_import(node) if not name[0].isupper()}
        assert called <= PURE, f"line {node.lineno}"


@pytest.mark.parametrize("file", CODE, ids=name_of)
def test_errors_are_caught_by_name(file):
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.ExceptHandler) and ast.unparse(node.body[-1]) != "raise":  # to clean up and go on failing is fine
            caught = "everything" if node.type is None else ast.unparse(node.type)
            assert caught not in ("everything", "Exception", "BaseException"), f"line {node.lineno}"


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_a_file_is_short_enough_to_read_at_once(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) < 250


def committed() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize(
    "pattern",
    ["/".join(["", "work", ""]), "/".join(["", "root", ""]), "/".join(["", "tmp", "venv"]), ".".join(["files", "pythonhosted"])],
)
def test_no_committed_file_names_a_machine_or_a_registry(pattern):
    assert [name_of(file) for file in committed() if pattern.encode() in file.read_bytes()] == []
