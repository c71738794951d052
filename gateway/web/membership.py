"""Joining, logging in and out, and the visitor's own page."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gateway.composed.composition import dashboard
from gateway.composed.upcoming import is_upcoming
from gateway.edge.identity import Identities
from gateway.web.pages import Page
from gateway.web.visit import Visit, local_path
from services.kernel.base.problem import Malformed, Problem


async def join_form(visit: Visit) -> Response:
    """Five fields, of which two are required, besides a contact."""
    found = await visit.read_all(regions=visit.get_public("/v1/regions", limit=100))
    if "regions" in found.problems:
        raise found.problems["regions"]
    return visit.render("join.html", regions=found.answers["regions"]["items"])


async def join(visit: Visit) -> Response:
    form = await visit.form()
    region, _, subdistrict = form.text("subdistrict").partition("/")
    document = {**form.filled("name", "library", "email", "phone"), "region": region, "subdistrict": subdistrict}
    document["language"] = visit.words.language
    missing = [name for name in ("name", "library", "subdistrict") if not document.get(name)]
    if not form.filled("email", "phone"):
        missing += ["email", "phone"]
    if missing:
        raise Malformed(errors={name: [""] for name in missing})
    await visit.send("POST", "/v1/members", document, form.key)
    if not form.text("email"):
        # Login codes need an e-mail address or a linked Telegram account, so this page names who can help.
        return visit.redirect(f"/wilayah/{region}", "gabung-tanpa-email")
    return visit.redirect("/masuk", "gabung")


async def login_form(visit: Visit) -> Response:
    """First the form for the contact; after a code was requested, the form for the code."""
    lead_to = visit.fields.get("lanjut") or visit.parameter("lanjut")
    return visit.render(
        "login.html",
        lead_to=local_path(lead_to, ""),
        contact=visit.fields.get("contact", "").strip(),
        sent="code" in visit.fields,
    )


async def send_code(visit: Visit) -> Response:
    """Send a code if the contact is a member's. The page is the same if the contact is unknown."""
    form = await visit.form()
    if not form.text("contact"):
        raise Malformed(errors={"contact": [""]})
    await visit.send("POST", "/v1/login/code", {"contact": form.text("contact")}, form.key)
    visit.fields = {"contact": form.text("contact"), "lanjut": form.text("lanjut"), "code": ""}
    return await login_form(visit)


def log_in(identities: Identities) -> Page:
    """The form target that checks the code."""

    async def attempt(visit: Visit) -> Response:
        form = await visit.form()
        document = {"contact": form.text("contact"), "code": form.text("code")}
        answer = await visit.send("POST", "/v1/login", document, form.key)
        session = visit.caller.ensure_session()
        _forget_token(identities, session.token)
        visit.caller.set_session(session.logged_in(answer["token"]))
        return visit.redirect(local_path(form.text("lanjut"), "/saya"), "masuk")

    return attempt


def log_out(identities: Identities) -> Page:
    """The form target that ends a session. The cookie is cleared even while members is down."""

    async def attempt(visit: Visit) -> Response:
        form = await visit.form()
        session = visit.caller.ensure_session()
        if session.token:
            try:
                await visit.send("POST", "/v1/logout", {"token": session.token}, form.key)
            except Problem:
                visit.failed = None  # the token stays valid until it expires, but this browser forgets the token
            _forget_token(identities, session.token)
        visit.caller.set_session(session.logged_out())
        return visit.redirect("/", "keluar")

    return attempt


async def own_page(visit: Visit) -> Response:
    """The visitor's seats, history and messages. Parts that are unavailable are named."""
    visit.require_person()
    composed = await dashboard(visit.forwarding, visit.caller)
    found = await visit.read_all(
        preferences=visit.get("/v1/me/preferences"),
        regions=visit.get_public("/v1/regions", limit=100),
    )
    items = (composed.answers["participation"] or {"items": []})["items"]
    return visit.render(
        "own.html",
        me=composed.answers["me"],
        seats=[item for item in items if item["seat"] in {"taken", "line"} and _is_open_seat(visit, item)],
        history=[item for item in reversed(items) if item["attended"]],
        inbox=composed.answers["inbox"],
        preferences=found.answers["preferences"],
        certificates=list(reversed((composed.answers["certificates"] or {"items": ()})["items"])),
        areas=rated_areas(composed.answers["competence"]),
        consultations=(composed.answers["consultations"] or {"items": ()})["items"],
        mentorships=(composed.answers["mentorships"] or {"items": ()})["items"],
        regions={region["region"]: region for region in (found.answers["regions"] or {"items": ()})["items"]},
        missing=sorted(composed.problems),
    )


async def change_preferences(visit: Visit) -> Response:
    """Change the language of messages, and whether they are sent by e-mail."""
    visit.require_person()
    form = await visit.form()
    document = {"language": form.text("language"), "email": form.text("email") == "yes"}
    await visit.send("PUT", "/v1/me/preferences", document, form.key)
    return visit.redirect("/saya", "simpan")


def rated_areas(competence: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The areas with ratings, each with the highest level given by another person, or else by oneself."""
    areas = []
    for area in (competence or {"areas": ()})["areas"]:
        rated = [pair for unit in area["units"] for pair in unit["aspects"].values()]
        second = max((pair["second"] for pair in rated if pair["second"]), default=None)
        own = max((pair["self"] for pair in rated if pair["self"]), default=None)
        if second or own:
            areas.append({"area": area["area"], "name": area["name"], "level": second or own, "second": bool(second)})
    return areas


def _is_open_seat(visit: Visit, item: dict[str, Any]) -> bool:
    return item.get("state") == "published" and is_upcoming(item, visit.now)


def _forget_token(identities: Identities, token: str | None) -> None:
    if token:
        identities.forget(token)
