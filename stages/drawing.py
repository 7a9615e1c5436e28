"""Pictures as SVG: the same content gives the same bytes, in colours that colour-blind people tell apart, with names as text."""

import io
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stages.artefacts import write_text

if TYPE_CHECKING:  # heavy, and needed only to draw
    from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#F0E442")  # Okabe and Ito's
BAD, GREY = "#D55E00", "#777777"
WIDTH = 8.0  # inches: 768 pixels in a browser


def svg(height: float, fill: Callable[["Figure"], object]) -> str:
    """A picture of `WIDTH` and `height` inches that `fill` draws."""
    import matplotlib
    from matplotlib.figure import Figure

    settings: Any = {"svg.hashsalt": "ratchet", "font.size": 9, "svg.fonttype": "path", "text.parse_math": False}
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # a letter the font lacks is drawn as a box
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        fill(figure)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def draw(path: Path, height: float, fill: Callable[["Figure"], object]) -> None:
    """Write such a picture, whole or not at all."""
    write_text(path, svg(height, fill))


def draw_words(path: Path, words: str) -> None:
    """Write a picture that says why there is nothing to see."""
    draw(path, 1.0, lambda figure: figure.text(0.5, 0.5, words, ha="center", va="center", fontsize=11))


def short(words: str, letters: int) -> str:
    """Words on one line, at most so many letters of them; what cannot be drawn (a control character) is a blank."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())
    return line if len(line) <= letters else f"{line[: letters - 1]}…"
