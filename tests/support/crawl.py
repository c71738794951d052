"""A visitor who follows every link of the pages, so that no page is broken for whoever is led to it."""

import re
from collections import Counter, deque
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx

OF_A_KIND = 2
"""So many pages of one kind are enough: two topics, two libraries."""
IDENTITY = re.compile(r"^(?=.*\d)[\w.:-]{6,}$")


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "a" and (address := dict(attributes).get("href")):
            self.found.append(address)


def kind_of(address: str) -> str:
    """An address without what it names: `/topik/…`, and the names of what is asked."""
    parts = urlsplit(address)
    path = "/".join("…" if IDENTITY.match(part) else part for part in parts.path.split("/"))
    return path + "?" + "&".join(sorted(piece.partition("=")[0] for piece in parts.query.split("&") if piece))


def crawl(client: httpx.Client, *begin: str) -> dict[str, int]:
    """Every page that can be reached by links, up to ``OF_A_KIND`` of each kind: address → status."""
    waiting, seen, kinds = deque(begin), {}, Counter[str]()
    while waiting:
        address = waiting.popleft()
        if address in seen or kinds[kind_of(address)] >= OF_A_KIND:
            continue
        kinds[kind_of(address)] += 1
        answer = client.get(address, follow_redirects=True, headers={"Accept": "text/html"})
        seen[address] = answer.status_code
        if "text/html" in answer.headers.get("content-type", ""):
            links = _Links()
            links.feed(answer.text)
            for link in links.found:
                target = urlsplit(urljoin(str(answer.url), link))
                here = target.netloc == urlsplit(str(client.base_url)).netloc
                if here and "lang=" not in target.query:  # the same page in other words
                    waiting.append(target.path + (f"?{target.query}" if target.query else ""))
    return seen
