"""A browser for tests: opens pages, fills in their forms and sends them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx


@dataclass
class FormSeen:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[FormSeen] = []
        self.open = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "form":
            self.open = True
            self.forms.append(FormSeen(given.get("action") or "", given.get("method") or "get"))
        elif self.open and tag in {"input", "textarea", "select"} and given.get("name"):
            form = self.forms[-1]
            if "required" in given:
                form.required.add(str(given["name"]))
            if given.get("type") not in {"checkbox", "radio", "file"} or "checked" in given:
                form.fields.setdefault(str(given["name"]), given.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = False


class Browser:
    """Follows redirects as a browser does; ``page`` is the last answer."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.page: httpx.Response | Any = None

    def open(self, path: str) -> str:
        self.page = self.client.get(path, follow_redirects=True, headers={"Accept": "text/html"})
        return self.text

    @property
    def text(self) -> str:
        return str(self.page.text)

    @property
    def forms(self) -> list[FormSeen]:
        parser = _Forms()
        parser.feed(self.text)
        return parser.forms

    def form(self, action: str) -> FormSeen:
        return next(form for form in self.forms if form.action == action)

    def send(self, form: FormSeen, *, follow: bool = True, files: Any = None, **entered: str) -> str:
        data = form.fields | entered
        self.page = self.client.post(form.action, data=data, files=files, follow_redirects=follow)
        return self.text

    def submit(self, action: str, **entered: str) -> str:
        return self.send(self.form(action), **entered)

    def log_in(self, contact: str = "sari@contoh.id") -> None:
        self.open("/masuk")
        self.submit("/masuk/kode", contact=contact)
        self.submit("/masuk", code="123456")
