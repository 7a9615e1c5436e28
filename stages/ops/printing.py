"""How the verbs print: one width, one kind of table, and text that cannot do anything to the terminal."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

PIPED = 140  # columns where nobody's terminal sets a width
LONGEST = 120  # characters of a name that are shown


def paper() -> Console:
    """Where a verb prints."""
    return Console(width=None if Console().is_terminal else PIPED, highlight=False, emoji=False)


def lines(*names: str, numbers: tuple[str, ...] = ()) -> Table:
    """A table without borders: long text is folded, the columns named in `numbers` stand at the right."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in names:
        table.add_column(name, overflow="fold", justify="right" if name in numbers else "left", no_wrap=name in numbers)
    return table


def printable(text: str) -> str:
    """Text from a file with its control characters spelled out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def visible(text: str) -> str:
    """The same on one line; what is very long is cut."""
    return printable(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…")


def plain(text: str) -> Text:
    """A cell of a table with text from a file: no markup, no control characters."""
    return Text(visible(text))
