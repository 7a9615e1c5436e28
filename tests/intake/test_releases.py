"""Releases: read with the place of what is wrong, written whole and one at a time, and only what they name is released."""

import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from stages.errors import InputError, Refused
from stages.intake import releases as module
from stages.intake.releases import (
    HEADER,
    Release,
    append_release,
    is_line,
    read_releases,
)

ROOT = Path(__file__).resolve().parents[2]
MD5, OTHER_MD5 = "0123456789abcdef" * 2, "f" * 32
ONE = Release(batch="raw/2026-W40.csv", rule="size: greater_than(0)", record_id="T1", file=MD5, by="Ada", reason="a refund")
ALL = replace(ONE, record_id=None)
ENTRY = "- {batch: raw/a.csv, rule: 'x: y', record_id: T1, file: " + MD5 + ", by: Ada, reason: fine}\n"
HOSTILE = [
    "1e5", "12e34", "No", "null", "~", "- a", "# x", "a: b", "", " ", "2026-01-01", "!!python/object:os.system", "&a", "*a",
    "'", '"', "0x1F", "1_000", "12:30:00", "=", "<<", "[a]", "{a}", "%", "|", ">", "---", "...", "a\nb", "a\n- b: c", "\t",
    "\x00", "\x1b[31m", "\x7f", "\x85", "\u2028", "\ufeff", "\ufffe", "é", "e\u0301", "日本", "😀", "\u202eabc", "[red]x[/red]",
    "x" * 10_000, "a " * 5_000,
]  # fmt: skip
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@pytest.fixture
def path(tmp_path):
    """Where releases are kept, in an empty folder."""
    return tmp_path / "data" / "releases.yaml"


# --- reading


def test_no_file_and_an_empty_list_hold_no_releases(path):
    assert read_releases(path) == []
    path.parent.mkdir()
    for text in ("", HEADER, HEADER + "[]\n"):
        path.write_text(text)
        assert read_releases(path) == []


@pytest.mark.parametrize("name", ["data/releases.yaml", "stages/adoption/templates/start/releases.yaml"])
def test_every_loop_starts_with_the_same_empty_file(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert text.startswith(HEADER)
    assert name.startswith("data/") or text == HEADER + "[]\n"
    assert HEADER.count("\n") == 3


def test_git_keeps_the_releases_and_not_their_draft():
    names = ["data/releases.yaml", "data/.releases.yaml.part"]
    done = subprocess.run(["git", "check-ignore", "--no-index", *names], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == names[1:]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("by: Ada, ", "", r"entry 2: by must be valid, got: Field required"),
        ("record_id: T1, ", "", r"entry 2: record_id must be valid, got: Field required"),  # forgotten, it would mean all rows
        ("record_id: T1", "record_id: 42", r"entry 2: record_id must be valid, got: .*string.*quotes"),
        ("record_id: T1", "record_id: 1e5", r"entry 2: record_id must be valid, got: .*string"),
        ("reason: fine", "reason: fine, until: now", r"entry 2: until must be valid, got: Unexpected keyword argument"),
        ("reason: fine", "reason: ' '", r"entry 2: reason must be valid, got: be one line with a letter or digit"),
        ("by: Ada", 'by: "Ada\\nBob"', r"entry 2: by must be valid, got: be one line"),
        (MD5, MD5[1:], r"entry 2: file must be valid, got: String should match"),
        (MD5, "g" * 32, r"entry 2: file must be valid, got: String should match"),
        ("batch: raw/a.csv", "batch: ''", r"entry 2: batch must be valid"),
    ],
)
def test_a_wrong_entry_is_named_with_its_key(path, old, new, message):
    path.parent.mkdir()
    path.write_text(ENTRY + ENTRY.replace(old, new))
    with pytest.raises(InputError, match=message) as caught:
        read_releases(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: b\n", r"the file must be valid, got: Input should be a valid list"),
        ("- just text\n", r"entry 1 must be valid"),
        ("- [1]\n", r"entry 1 must be valid"),
        ("- {a: b\n", r"must be valid YAML"),
        ("[" * 3000, r"releases\.yaml must be UTF-8 YAML, got RecursionError; mend the file"),
        ("- !!python/object/apply:os.system ['true']\n", r"must be valid YAML"),
    ],
)
def test_a_file_that_is_no_list_of_entries_is_one_line(path, text, message):
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        read_releases(path)


def test_an_entry_that_says_nothing_cannot_be_made():
    with pytest.raises(ValidationError):
        replace(ONE, reason="\n")


# --- writing


def test_entries_are_added_below_those_that_are_there(path):
    append_release(path, [ONE])
    first = path.read_text(encoding="utf-8")
    append_release(path, [replace(ONE, record_id="T2"), replace(ONE, record_id="T3")])
    text = path.read_text(encoding="utf-8")
    assert first.startswith(HEADER + "- batch: raw/2026-W40.csv\n  rule: 'size: greater_than(0)'\n  record_id: T1\n")
    assert text.startswith(first)  # the diff that a reviewer sees adds lines only
    assert [entry.record_id for entry in read_releases(path)] == ["T1", "T2", "T3"]
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_the_comment_at_the_top_stays(path):
    path.parent.mkdir()
    path.write_text("# ours\n# and theirs\n" + ENTRY)
    append_release(path, [ONE])
    assert path.read_text().startswith("# ours\n# and theirs\n- batch: raw/a.csv\n")
    assert len(read_releases(path)) == 2


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_rules_and_ids_are_read_back_as_they_were(path, text):
    entries = [replace(ONE, record_id=text), replace(ONE, rule=text or "-", batch=text or "-")]
    append_release(path, entries)
    assert read_releases(path) == entries
    assert [entry["record_id"] for entry in yaml.safe_load(path.read_text(encoding="utf-8"))] == [text, "T1"]


@given(batch=texts, rule=texts, record_id=st.none() | texts, reason=texts.filter(is_line))
def test_whatever_is_written_is_read_back(tmp_path_factory, batch, rule, record_id, reason):
    path = tmp_path_factory.mktemp("r") / "releases.yaml"
    entry = Release(batch=batch, rule=rule, record_id=record_id, file=MD5, by="Ada", reason=reason)
    append_release(path, [entry])
    append_release(path, [replace(entry, file=OTHER_MD5)])
    assert read_releases(path) == [entry, replace(entry, file=OTHER_MD5)]


@pytest.mark.parametrize(("there", "new"), [(ONE, ONE), (ALL, ONE), (ALL, ALL), (ONE, replace(ONE, by="Bob", reason="again"))])
def test_what_is_released_already_is_refused(path, there, new):
    append_release(path, [there])
    before = path.read_bytes()
    with pytest.raises(Refused, match=r"must be new, got one that 'Ada' has written already"):
        append_release(path, [replace(ONE, record_id="T9") if there is ONE else replace(ONE, rule="other"), new])
    assert path.read_bytes() == before


@pytest.mark.parametrize("key", ["file", "rule", "batch", "record_id"])
def test_another_file_rule_batch_or_row_is_a_release_of_its_own(path, key):
    other = replace(ONE, **{key: OTHER_MD5 if key == "file" else "other"})
    append_release(path, [ONE])
    append_release(path, [other])
    assert read_releases(path) == [ONE, other]


def test_a_rule_may_follow_its_rows(path):
    append_release(path, [ONE])
    append_release(path, [ALL])
    assert read_releases(path) == [ONE, ALL]


def test_while_one_is_written_another_is_refused_and_told_why(path):
    append_release(path, [ONE])
    before = path.read_bytes()
    draft = path.with_name(".releases.yaml.part")
    draft.write_text("of the other one")
    with pytest.raises(Refused, match=r"one release at a time, got .*\.releases\.yaml\.part; try again, or remove"):
        append_release(path, [ALL])
    assert (path.read_bytes(), draft.read_text()) == (before, "of the other one")


def test_releases_at_once_do_not_lose_one_anothers_entries(path):
    names = [f"T{k}" for k in range(24)]
    start = threading.Barrier(8)

    def write(own: list[str]) -> None:
        start.wait()
        for name in own:
            while True:
                try:
                    append_release(path, [replace(ONE, record_id=name)])
                    break
                except Refused:
                    continue

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, [names[k::8] for k in range(8)]))
    assert sorted(str(entry.record_id) for entry in read_releases(path)) == sorted(names)


def test_a_write_that_fails_leaves_the_old_file_and_no_draft(path, monkeypatch):
    append_release(path, [ONE])
    before = path.read_bytes()

    def full(_: object) -> str:
        raise OSError("disk full")

    monkeypatch.setattr(module, "yaml_text", full)
    with pytest.raises(OSError, match="disk full"):
        append_release(path, [ALL])
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_nothing_is_added_to_a_file_that_cannot_be_read(path):
    path.parent.mkdir()
    path.write_text("- broken: [\n")
    with pytest.raises(InputError, match="must be valid YAML"):
        append_release(path, [ONE])
    assert path.read_text() == "- broken: [\n"
    assert [file.name for file in path.parent.iterdir()] == [path.name]


# --- names and reasons


@pytest.mark.parametrize("text", ["Ada", "7", "Ada Lovelace (ops)", "Zoë", "علی‌رضا", "审核员", "ok : vu", "👩‍💻 ada", "[b]x[/b]"])
def test_a_line_in_any_script_is_a_line(text):
    assert is_line(text)


@pytest.mark.parametrize(
    "text",
    ["", " ", "\u200b", "...", "a\nb", "a\r", "a\tb", "a\x00", "\x1b[31ma", "a\x7f", "a\u2028b", "a\u2029", "a\udcff", "\u202ea"],
)
def test_what_is_blank_breaks_the_line_or_hides_is_none(text):
    assert not is_line(text)
