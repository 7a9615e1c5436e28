"""params.yaml is the manual of the settings: every key has a typed field and a comment, and every field a key."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from stages.settings import Params

TEXT = (Path(__file__).resolve().parents[2] / "params.yaml").read_text(encoding="utf-8")
LINES = TEXT.splitlines()


def fields(model: type[BaseModel], place: str = "") -> set[str]:
    """The dotted names of all fields, sections and values."""
    found = set()
    for name, field in model.model_fields.items():
        found.add(place + name)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            found |= fields(field.annotation, f"{place}{name}.")
    return found


def lines_of_keys(node: yaml.MappingNode, place: str = "") -> dict[str, int]:
    """Each dotted key with the line it stands on, counted from 0."""
    found = {}
    for key, value in node.value:
        found[place + key.value] = key.start_mark.line
        if isinstance(value, yaml.MappingNode):
            found |= lines_of_keys(value, f"{place}{key.value}.")
    return found


KEYS = lines_of_keys(yaml.compose(TEXT))
FIELDS = fields(Params)


def parents(key: str) -> list[str]:
    parts = key.split(".")
    return [".".join(parts[:k]) for k in range(1, len(parts) + 1)]


def test_every_field_has_a_key():
    assert FIELDS - set(KEYS) == set()


def test_every_key_has_a_field_or_lies_in_one_that_is_free():
    """Free are the arguments of an estimator, floors by metric, and the clauses of the policy."""
    sections = {place for field in FIELDS for place in parents(field)[:-1]}
    free = FIELDS - sections
    assert {key for key in KEYS if key not in FIELDS and not free & set(parents(key))} == set()


@pytest.mark.parametrize("key", sorted(FIELDS))
def test_every_key_is_explained_by_a_comment(key):
    """A value by a comment on its line, a section by those of its values or one of its own."""
    own = {place for place in FIELDS if place == key or place.startswith(f"{key}.")}
    explained = {place for place in own | set(parents(key)) if "  # " in LINES[KEYS[place]]}
    assert explained


@pytest.mark.parametrize("key", sorted(KEYS))
def test_no_comment_stands_without_words(key):
    _, mark, comment = LINES[KEYS[key]].partition("  #")
    assert not mark or len(comment.strip()) > 10


def test_editors_are_told_where_the_schema_is():
    assert LINES[0] == "# yaml-language-server: $schema=params.schema.json"


def test_no_key_stands_twice():
    class Strict(yaml.SafeLoader):
        pass

    def mapping(loader: Strict, node: yaml.MappingNode) -> dict[Any, Any]:
        names = [key.value for key, _ in node.value]
        assert sorted(set(names)) == sorted(names)
        return yaml.SafeLoader.construct_mapping(loader, node, deep=True)

    Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)
    assert yaml.load(TEXT, Strict)
