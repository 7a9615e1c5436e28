"""`ratchet ci request`: a person's reason for retraining, written where the trigger looks for it."""

import json
from datetime import date

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
    answered = read_ledger(artefacts.LEDGER).answered(asked, date.max)
    if answered:
        raise UsageError(f"REASON must be a new one, got that of the attempt of {answered}; say what is different this time")
    text = artefacts.PARAMS.read_text(encoding="utf-8")
    node = _node(yaml.compose(text, Loader=yaml.SafeLoader), "trigger", "request")
    start, end = node.start_mark.index, node.end_mark.index
    artefacts.write_text(artefacts.PARAMS, text[:start] + json.dumps(asked, ensure_ascii=False) + text[end:])
    return True


def _node(node: yaml.Node | None, *keys: str) -> yaml.ScalarNode:
    """The value of a nested key, with its place in the text."""
    for key in keys:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        node = next((value for name, value in pairs if name.value == key), None)
    if not isinstance(node, yaml.ScalarNode):
        raise UsageError("params.yaml: trigger.request must be there, got no such key; add `request: null` under `trigger`")
    return node
