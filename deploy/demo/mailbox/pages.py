"""The pages that show the caught mails to a person, and the same mails as JSON.

GET /                 the list, newest first; ?ke=ADDRESS for one recipient's
GET /surat/{id}       one mail
GET /messages?to=     JSON: a list, newest first, of {id, message_id, from, to: [], subject, text, received}
GET /messages/{id}    JSON: one
GET /healthz
"""

import re
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from deploy.demo.mailbox.store import Mail, Store
from services.kernel.base.local_time import local

MONTHS = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")
ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")


def when(received: str) -> str:
    """24 Nov 2026 10.15 WIB; "" for a text that is no time."""
    try:
        here = local(datetime.fromisoformat(received))
    except ValueError:
        return ""
    return f"{here.day} {MONTHS[here.month - 1]} {here.year} {here:%H.%M %Z}"


def linked(text: str) -> Markup:
    """The text, escaped, with its web addresses as links."""
    parts, end = [], 0
    for found in ADDRESS.finditer(text):
        address = escape(found.group())
        parts += [escape(text[end : found.start()]), Markup('<a href="{0}">{0}</a>').format(address)]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def create(store: Store) -> Starlette:
    """The application that shows `store`."""
    templates = Environment(loader=FileSystemLoader(Path(__file__).with_name("templates")), autoescape=True)
    templates.filters.update(when=when, linked=linked)

    def found(request: Request) -> Mail:
        mail = store.mail(request.path_params["id"])
        if mail is None:
            raise HTTPException(404, "Surat itu tidak ada.")
        return mail

    async def list_page(request: Request) -> Response:
        to = request.query_params.get("ke", "").strip() or None
        return HTMLResponse(templates.get_template("list.html").render(mails=store.mails(to), to=to))

    async def mail_page(request: Request) -> Response:
        return HTMLResponse(templates.get_template("mail.html").render(mail=found(request)))

    async def messages(request: Request) -> Response:
        return JSONResponse([mail.as_json() for mail in store.mails(request.query_params.get("to"))])

    async def message(request: Request) -> Response:
        return JSONResponse(found(request).as_json())

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok")

    return Starlette(
        routes=[
            Route("/", list_page),
            Route("/surat/{id}", mail_page),
            Route("/messages", messages),
            Route("/messages/{id}", message),
            Route("/healthz", healthz),
        ]
    )
