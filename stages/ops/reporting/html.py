"""A report as one HTML page that needs nothing else: no script, no network, pictures inside.

Every word is escaped, and the page forbids itself all but its own style and its pictures. These stand in `img`, where an SVG runs
no script and its names meet no others.
"""

import base64
from html import escape

from stages.ops.printing import printable
from stages.ops.reporting.blocks import Block, Cell, Folded, Mark, Page, Picture, Points, Section, Table, Words
from stages.ops.reporting.style import STYLE
from stages.ops.verdict import MARK

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def html(page: Page) -> str:
    """The report as a page."""
    facts = "\n".join(f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>" for name, value in page.facts)
    sections = "\n".join(_section(own, page) for own in page.sections)
    return f"""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{_text(page.title)}: {_text(page.verdict)}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<header class="{page.tone}">
<p>{_text(page.title)}</p>
<h1><b>{_text(page.verdict)}</b>: {_text(page.headline)}</h1>
<dl>
{facts}
</dl>
</header>
{sections}
<footer>{_text(f"Made by ratchet {page.command} from {page.source}.")}</footer>
</main>
</body>
</html>
"""


def _section(section: Section, page: Page) -> str:
    blocks = "\n".join(_block(block, page) for block in section.blocks)
    return f"<section>\n<h2>{_text(section.title)}</h2>\n{blocks}\n</section>"


def _block(block: Block, page: Page) -> str:
    match block:
        case Words():
            return f"<p>{_text(block.text)}</p>"
        case Points():
            return "<ul>\n" + "\n".join(f"<li>{_text(item)}</li>" for item in block.items) + "\n</ul>"
        case Table():
            return _table(block)
        case Picture():
            return _picture(block, page.pictures.get(block.name))
        case Folded():
            inside = "\n".join(_block(own, page) for own in block.blocks)
            return f"<details><summary>{_text(block.title)}</summary>\n{inside}\n</details>"


def _picture(picture: Picture, svg: str | None) -> str:
    if svg is None:
        return f"<p>{_text(f'The picture {picture.name}.svg is left out: it is not here as its stage drew it.')}</p>"
    data = base64.b64encode(svg.encode("utf-8")).decode("ascii")
    drawn = f'<div class="wide"><img alt="{_text(picture.text)}" src="data:image/svg+xml;base64,{data}"></div>'
    return f"<figure>{drawn}<figcaption>{_text(picture.text)}</figcaption></figure>"


def _table(table: Table) -> str:
    kind = "" if table.numbers else ' class="words"'  # on a phone their cells stand below each other, each with its name
    head = "".join(f"<th{_side(name, table)}>{_text(name)}</th>" for name in table.head)
    rows = "\n".join("<tr>" + "".join(map(_cell, row, table.head, [table] * len(row))) + "</tr>" for row in table.rows)
    return f'<div class="wide"><table{kind}>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table></div>'


def _cell(cell: Cell, name: str, table: Table) -> str:
    if isinstance(cell, Mark):
        return f'<td class="{cell.outcome}">{MARK[cell.outcome]} {cell.outcome}</td>'
    named = "" if table.numbers or name == table.head[0] else f' data-name="{_text(name)}"'
    return f"<td{_side(name, table)}{named}>{_text(cell)}</td>"


def _side(name: str, table: Table) -> str:
    return ' class="number"' if name in table.numbers else ""


def _text(words: str) -> str:
    return escape(printable(" ".join(words.split())), quote=True)
