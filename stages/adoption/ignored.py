"""Does Git ignore what a loop has to commit? Then no commit would say what was decided, and on what."""

import re
from collections.abc import Callable

from stages import artefacts, settings
from stages.errors import Refused, ToolError

COMMITTED = (
    artefacts.PARAMS, "dvc.yaml", "dvc.lock", "schema.py", settings.SCHEMA, ".dvc/config", "stages/validate.py",
    *(f"{name}.dvc" for name in (artefacts.RAW, artefacts.FEEDBACK, artefacts.GOLDEN, artefacts.BASELINE)),
    artefacts.KPI, artefacts.EVENTS, artefacts.RELEASES, artefacts.LEDGER, artefacts.EVALUATIONS / "version.json",
    artefacts.VALIDATION, artefacts.DECISION, artefacts.PLOTS / "gain.svg", artefacts.PLOTS / "confusion.csv",
)  # fmt: skip
MATCH = re.compile(r"(?P<source>.+?):(?P<line>\d+):(?P<pattern>[^!].*)\t(?P<path>.+)")  # a pattern with ! lets in


def refuse_ignored(git: Callable[..., str]) -> None:
    """Look whether a loop could be committed in this repository.

    Raises
    ------
    Refused
        Where a file of it would be ignored; the message names the pattern and its file.
    """
    try:
        said = git("check-ignore", "--verbose", "--no-index", "--", *map(str, COMMITTED))
    except ToolError:  # exit code 1: nothing is ignored
        return
    found = next(filter(None, map(MATCH.fullmatch, said.splitlines())), None)
    if found:
        raise Refused(
            f"{found['path']} must go into Git, got {found['pattern']!r} in {found['source']} line {found['line']}, which "
            "ignores it; take that line out, or let it name less"
        )
