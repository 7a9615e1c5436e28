"""What a sender says of a file: `<file name>.manifest.json` beside it, with the number of rows and the SHA-256 of the bytes."""

import difflib
import hashlib
import json
import re
from pathlib import Path
from typing import Any

from stages.errors import InputError

MANIFEST = ".manifest.json"
_LONGEST = 10_000  # bytes; two keys take a hundred
_KEYS = ("rows", "sha256")
_SHA256 = re.compile("[0-9a-fA-F]{64}")


def hold_to_manifest(file: Path, rows: int) -> None:
    """Compare a file, of which so many rows were read, with its manifest; without one there is nothing to compare.

    Raises
    ------
    InputError
        Where they differ, or the manifest is not in order: a key that nobody reads would be a check that nobody makes.
    """
    manifest = file.with_name(f"{file.name}{MANIFEST}")
    if not manifest.is_file():
        return
    said = _read(manifest)
    for key in said:
        if key not in _KEYS:
            near = difflib.get_close_matches(key, _KEYS, n=1)
            what = f"did you mean {near[0]!r}?" if near else "remove it"
            raise InputError(f"{manifest} must have no keys but rows and sha256, got {key[:40]!r}; {what}")
    if "rows" in said and (not isinstance(said["rows"], int) or isinstance(said["rows"], bool)):
        raise InputError(f"{manifest} must give rows as a whole number without quotes, got {_kind(said['rows'])}; mend it")
    if "sha256" in said and not (isinstance(said["sha256"], str) and _SHA256.fullmatch(said["sha256"])):
        raise InputError(f"{manifest} must give sha256 as 64 hexadecimal digits in quotes, got {_kind(said['sha256'])}; mend it")
    if "rows" in said and said["rows"] != rows:
        raise InputError(f"{file} must have {said['rows']} rows as its manifest says, got {rows}; deliver it again")
    if "sha256" in said and said["sha256"].lower() != _sha256(file):
        raise InputError(f"{file} must have the sha256 of its manifest, got another one; deliver it again")


def _read(manifest: Path) -> dict[str, Any]:
    try:
        with manifest.open("rb") as file:
            content = file.read(_LONGEST + 1)
        said = json.loads(content.decode("utf-8-sig")) if len(content) <= _LONGEST else None
    except (OSError, RecursionError, ValueError):
        said = None
    if not isinstance(said, dict):
        raise InputError(f"{manifest} must be a JSON object with rows and sha256, got something else; mend it")
    return said


def _kind(value: object) -> str:
    if isinstance(value, str):
        return f"a text of {len(value)}"
    return "null" if value is None else type(value).__name__


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
