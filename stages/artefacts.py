"""Where files live and how they are written: whole or not at all, with the same bytes for the same content."""

import functools
import hashlib
import json
import math
import os
import re
from pathlib import Path
from typing import Any

import yaml

from stages.errors import InputError

PARAMS = Path("params.yaml")
RAW = Path("data/raw")
FEEDBACK = Path("data/feedback")
GOLDEN = Path("data/golden")
KPI = Path("data/kpi.csv")
EVENTS = Path("data/events.yaml")
RELEASES = Path("data/releases.yaml")
TRAINING = Path("data/training")
HOLDOUT = Path("data/holdout")
RECENT = Path("data/recent")
QUARANTINE = Path("data/quarantine")
BASELINE = Path("models/baseline")
CANDIDATE = Path("models/candidate")
LEDGER = Path("models/ledger.yaml")
EVALUATIONS = Path("models/evaluations")
VALIDATION = Path("metrics/validation.json")
TRIGGER = Path("metrics/trigger.json")
EVALUATION = Path("metrics/evaluation.json")
COMPARISON = Path("metrics/comparison.json")
GOLDEN_ANSWERS = Path("metrics/golden.csv")
LATENCY = Path("metrics/latency.json")
DECISION = Path("metrics/decision.json")
PLOTS = Path("metrics/plots")

LITTER = frozenset({".DS_Store", "Thumbs.db"})  # what desktops leave in folders; .dvcignore names them too
DIGITS = 6  # metrics are kept to a millionth: finer than any decision, coarser than the last bits of a sum


def evaluation_of(md5: str) -> Path:
    """Where the evaluation of a promoted bundle is kept, by the md5 of its folder."""
    return EVALUATIONS / f"{md5.removesuffix('.dir')}.json"


def answers_of(md5: str) -> Path:
    """Where the golden answers of a promoted bundle are kept, likewise."""
    return EVALUATIONS / f"{md5.removesuffix('.dir')}.csv"


def rounded(value: Any) -> Any:
    """Round every float of a JSON-like value to `DIGITS`; NaN and infinities become None, because JSON has no words for them."""
    if isinstance(value, dict):
        return {str(k): rounded(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(v) for v in value]
    if isinstance(value, float):
        return round(float(value), DIGITS) + 0.0 if math.isfinite(value) else None
    return value


def shown(value: float | None) -> str:
    """A metric as people read it."""
    return "undefined" if value is None else f"{value:.4f}"


def write_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    draft.write_text(text, encoding="utf-8", newline="\n")
    draft.replace(path)


def json_text(value: dict[str, Any]) -> str:
    """JSON with sorted keys and rounded floats."""
    return json.dumps(rounded(value), indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write `json_text`."""
    write_text(path, json_text(value))


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object; a missing or broken file is one line with the stage that makes it."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path} must exist, got nothing there; run `dvc repro` to make it") from None
    except (ValueError, OSError, RecursionError) as error:
        raise InputError(f"{path} must be readable JSON, got {type(error).__name__}; run `dvc repro` to make it anew") from None
    if not isinstance(value, dict):
        raise InputError(f"{path} must hold a JSON object, got {type(value).__name__}; run `dvc repro` to make it anew")
    return value


@functools.cache
def _loader() -> type[yaml.SafeLoader]:
    """YAML 1.2's booleans and floats, as DVC reads them: `No` is text, `1e-5` a number."""
    kinds = {
        "tag:yaml.org,2002:bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
        "tag:yaml.org,2002:float": (
            r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
            "-+.0123456789",
        ),
    }
    old = yaml.SafeLoader.yaml_implicit_resolvers.items()
    kept = {first: [(tag, words) for tag, words in found if tag not in kinds] for first, found in old}

    class Yaml12(yaml.SafeLoader):
        yaml_implicit_resolvers = kept

    for tag, (words, first) in kinds.items():
        Yaml12.add_implicit_resolver(tag, re.compile(f"^(?:{words})$"), list(first))
    return Yaml12


def read_yaml(path: Path) -> Any:
    """Read YAML; a broken file is one line that names the place."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_loader())
    except FileNotFoundError:
        raise InputError(f"{path} must exist, got nothing there; restore it with `git checkout -- {path}`") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise InputError(f"{path} line {line} must be valid YAML, got: {error.problem}; mend that line") from None
    except (ValueError, OSError, RecursionError, yaml.YAMLError) as error:  # ValueError: a day that only YAML knows
        raise InputError(f"{path} must be UTF-8 YAML, got {type(error).__name__}; mend the file") from None


@functools.cache
def yaml_dumper() -> type[yaml.SafeDumper]:
    """Quotes what either YAML would not read back as text: PyYAML alone writes the text `1e5` as a number of YAML 1.2."""
    old, new = yaml.SafeDumper.yaml_implicit_resolvers, _loader().yaml_implicit_resolvers
    both = {first: [*old.get(first, []), *new.get(first, [])] for first in {**old, **new}}

    class Yaml12(yaml.SafeDumper):
        yaml_implicit_resolvers = both

    Yaml12.add_representer(str, _text)
    return Yaml12


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """What does not print is spelled out in double quotes: elsewhere PyYAML reads its own line ends back as blanks."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if text.isprintable() else '"')


def yaml_text(value: Any) -> str:
    """YAML that `read_yaml` reads back as `value`: one line a key, in the order given."""
    return yaml.dump(value, Dumper=yaml_dumper(), sort_keys=False, allow_unicode=True, width=math.inf)


def file_md5(path: Path) -> str:
    """The md5 of a file's bytes, as DVC counts it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


def dvc_md5(path: Path) -> str:
    """The md5 that DVC gives a file, or a folder (`….dir`, over its sorted listing).

    Raises
    ------
    InputError
        Where nothing is at `path`.
    """
    if path.is_file():
        return file_md5(path)
    if not path.is_dir():
        raise InputError(f"{path} must exist, got nothing there; run `dvc pull` or `dvc repro`")
    files = sorted(
        (file.relative_to(path).as_posix(), file) for file in path.rglob("*") if file.is_file() and file.name not in LITTER
    )
    listing = [{"md5": file_md5(file), "relpath": name} for name, file in files]
    return hashlib.md5(json.dumps(listing, sort_keys=True).encode()).hexdigest() + ".dir"
