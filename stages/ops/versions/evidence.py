"""The evidence of a run made once more, in memory, from data and models: an edited file is found, whatever vouches for it."""

from stages import artefacts, evaluate, trigger
from stages.errors import Refused
from stages.settings import Params


def same_when_made_again(params: Params) -> None:
    """Refuse a run whose files are not what trigger and evaluate would write again; a clock measures latency, so it is left out.

    Raises
    ------
    Refused
        The message names the file.
    """
    asked = evaluate.ask(params)
    made = evaluate.evidence(evaluate.comparison(asked, params), asked, params)
    made[artefacts.TRIGGER] = artefacts.json_text(trigger.judge(trigger.world_of(params), params))
    for path, text in made.items():
        if path.read_text(encoding="utf-8") != text:
            raise Refused(
                f"{path} must be what the data and the models give, got something else; see `git log -p {path}`, or whether "
                "other packages are installed here; `dvc repro --force --single-item trigger evaluate gate` makes it anew"
            )
