"""What a model said, made quick to score: classes as numbers, and of many rows only some."""

from dataclasses import replace

import numpy as np

from stages.evidence import classes
from stages.evidence.scores import Predictions
from stages.modelling.rows import evenly


def coded(said: Predictions) -> Predictions:
    """The same with classes as whole numbers in their order, which scorers read faster; labels of no class come last."""
    if said.classes is None:
        return said
    (truth, answer), _ = classes.coded([said.truth, said.answer], [said.classes])
    return replace(said, truth=truth, answer=answer, classes=np.arange(len(said.classes)))


def thinned(said: Predictions, most: int) -> Predictions:
    """At most `most` rows, evenly spaced."""
    return said.rows(evenly(len(said.truth), most))
