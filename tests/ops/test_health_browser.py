"""The health of a loop without a gate in a real browser: it fits a phone, and its pictures are seen."""

import pytest
from made_browser import CHROMIUM, DESK, PHONE, Browser
from made_loop import simulated

from stages.health.verdict import health
from stages.ops.reporting.health_page import page
from stages.ops.reporting.html import html

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium or Chrome")
OPEN_ALL = "document.querySelectorAll('details').forEach(own => own.open = true)"
PICTURES = "[...document.images].map(own => own.complete && own.naturalWidth > 0)"


@pytest.mark.parametrize(("width", "scheme"), [(DESK, "light"), (PHONE, "dark")])
def test_the_page_fits_its_width_and_shows_its_pictures(tmp_path, make_params, width, scheme):
    params, made = make_params(), simulated(gate=False, says=None)
    found = health(made.ledger, made.looks, made.golden, made.later, params)
    path = tmp_path / "health.html"
    path.write_text(html(page(found, made.ledger, ["this clone is shallow"], params)), encoding="utf-8")
    browser = Browser(tmp_path / "profile")
    try:
        browser.open(path, width, scheme)
        browser.tell(OPEN_ALL)
        assert browser.tell("document.documentElement.scrollWidth") <= width
        assert browser.tell(PICTURES) == [True] * 3
        assert browser.tell("document.querySelector('h1').textContent") == "unhealthy: bad answers on better later, gate"
        assert (browser.requests(), browser.complaints()) == ([path.as_uri()], [])
    finally:
        browser.close()
