"""A file is held against what its sender said of it, and a manifest that cannot be checked in full is none."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from stages.errors import InputError
from stages.reading.manifests import hold_to_manifest

CONTENT = b"id\n1\n2\n"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
NO_OBJECT = "a.csv.manifest.json must be a JSON object with rows and sha256, got something else; mend it"
ROWS = "a.csv.manifest.json must give rows as a whole number without quotes, got {}; mend it"
HASH = "a.csv.manifest.json must give sha256 as 64 hexadecimal digits in quotes, got {}; mend it"
KEY = "a.csv.manifest.json must have no keys but rows and sha256, got {}"


def held(folder: Path, manifest: Any) -> None:
    (folder / "a.csv").write_bytes(CONTENT)
    text = manifest if isinstance(manifest, bytes) else json.dumps(manifest).encode()
    (folder / "a.csv.manifest.json").write_bytes(text)
    hold_to_manifest(folder / "a.csv", 2)


def test_without_a_manifest_there_is_nothing_to_compare(tmp_path):
    hold_to_manifest(tmp_path / "a.csv", 2)


@pytest.mark.parametrize(
    "manifest", [{"rows": 2, "sha256": SHA256}, {"rows": 2}, {"sha256": SHA256.upper()}, {}, b'\xef\xbb\xbf{"rows": 2}']
)
def test_a_file_that_is_what_its_manifest_says_passes(tmp_path, manifest):
    held(tmp_path, manifest)


@pytest.mark.parametrize(
    ("manifest", "why"),
    [
        ({"rows": 3}, "a.csv must have 3 rows as its manifest says, got 2; deliver it again"),
        ({"rows": 2, "sha256": "0" * 64}, "a.csv must have the sha256 of its manifest, got another one; deliver it again"),
        ({"rows": "2"}, ROWS.format("a text of 1")),
        ({"rows": 2.0}, ROWS.format("float")),
        ({"rows": True}, ROWS.format("bool")),
        ({"rows": None}, ROWS.format("null")),
        ({"rows": [2]}, ROWS.format("list")),
        ({"sha256": "0"}, HASH.format("a text of 1")),
        ({"sha256": SHA256[:-1] + "g"}, HASH.format("a text of 64")),
        ({"sha256": None}, HASH.format("null")),
        ({"row": 2}, KEY.format("'row'; did you mean 'rows'?")),
        ({"rows": 2, "sha-256": SHA256}, KEY.format("'sha-256'; did you mean 'sha256'?")),
        ({"md5": "0"}, KEY.format("'md5'; remove it")),
        ({"x" * 1000: 0}, KEY.format(f"'{'x' * 40}'; remove it")),
        ([], NO_OBJECT),
        (b"{", NO_OBJECT),
        (b"", NO_OBJECT),
        (b'{"rows": "\xff"}', NO_OBJECT),
        (b"[" * 5000, NO_OBJECT),
        (b'{"rows": ' + b"[" * 4000 + b"]" * 4000 + b"}", NO_OBJECT),
        (b'{"rows": ' + b"1" * 9000 + b"}", NO_OBJECT),  # more digits than Python reads
        (b" " * 10_000 + b"{}", NO_OBJECT),  # no manifest is so long
    ],
)  # fmt: skip
def test_a_file_that_is_not_what_its_manifest_says_is_refused(tmp_path, manifest, why):
    with pytest.raises(InputError) as refused:
        held(tmp_path, manifest)
    assert str(refused.value) == f"{tmp_path}/{why}"
