"""The pages in Chromium, as wide as a small phone and as a desk."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.unit.gateway.conftest import client, coordinator, harness
from tests.unit.gateway.test_notice_pages import visitor
from tests.unit.gateway.test_pages import DESK_PAGES, OPEN_PAGES, OWN_PAGES

__all__ = ["client", "coordinator", "harness", "visitor"]

NOTICE_PAGES = ("/saya/pemberitahuan", "/pengumuman", "/pengurus/kiriman")
OUTSIDE = """() => {
    const outside = box => box.right > document.documentElement.clientWidth + 1;
    const found = [...document.querySelectorAll('body *:not(.skip)')]
        .filter(each => outside(each.getBoundingClientRect())).map(each => each.outerHTML.slice(0, 80));
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const range = document.createRange();
        range.selectNodeContents(texts.currentNode);
        if (outside(range.getBoundingClientRect())) found.push(texts.currentNode.data.slice(0, 80));
    }
    return found;
}"""
"""The elements and texts that reach beyond the right edge of the window, also those that a scrolling parent hides."""


@pytest.fixture
def chromium() -> Iterator[Page]:
    found = shutil.which("chromium")
    assert found, "`make test` installs Chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_on_a_page_lies_beyond_the_edge_of_the_window(coordinator, chromium, width):
    chromium.set_viewport_size({"width": width, "height": 800})
    style = coordinator.open("/").partition('rel="stylesheet" href="')[2].partition('"')[0]
    sheet = coordinator.open(style)
    outside = {}
    for path in (*OPEN_PAGES, *OWN_PAGES, *DESK_PAGES, *NOTICE_PAGES):
        chromium.set_content(coordinator.open(path))
        assert coordinator.page.status_code == 200, path
        chromium.add_style_tag(content=sheet)
        outside[path] = chromium.evaluate(OUTSIDE)
    assert {path: found for path, found in outside.items() if found} == {}
