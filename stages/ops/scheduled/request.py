"""`ratchet ci request`: a person's reason for retraining, written where the trigger looks for it."""

import json
from datetime import date
from typing import Any

import yaml

from stages import artefacts
from stages.decision.ledger import read_ledger
from stages.errors import UsageError
from stages.ops.printing import printable


def request(reason: str) -> bool:
    """Write a reason into `trigger.request` of params.yaml, and touch nothing else there; a blank one changes nothing.

    Raises
    ------
    UsageError
        Where params.yaml has no such key, or an attempt was made for this very reason.
    """
    asked = printable(" ".join(reason.split()))  # YAML takes no control characters
    if not asked:
        return False
    answered = read_ledger(artefacts.LEDGER).answered(asked, _as_of())
    if answered:
        raise UsageError(f"REASON must be a new one, got that of the attempt of {answered}; say what is different this time")
    artefacts.write_text(artefacts.PARAMS, with_value(artefacts.PARAMS.read_text(encoding="utf-8"), "trigger.request", asked))
    return True


def _as_of() -> date:
    """The day of the newest run: its own attempts answer nothing, so that a run that broke off can be started again."""
    if not artefacts.VALIDATION.is_file():
        return date.max
    return date.fromisoformat(artefacts.read_json(artefacts.VALIDATION)["as_of"])


def with_value(text: str, key: str, value: Any) -> str:
    """The text of params.yaml with another value for a dotted key, and nothing else changed, comments neither.

    Raises
    ------
    UsageError
        Where there is no such key.
    """
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    for name in key.split("."):
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        node = next((own for key_node, own in pairs if key_node.value == name), None)
    if node is None:
        *sections, last = key.split(".")
        raise UsageError(f"params.yaml: {key} must be there, got no such key; add `{last}: null` under `{'.'.join(sections)}`")
    before, after = text[: node.start_mark.index], text[node.end_mark.index :]
    return before + " " * before.endswith(":") + json.dumps(value, ensure_ascii=False) + after
