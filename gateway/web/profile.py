"""The visitor's profile: name, phone, place, background, consents and Telegram account."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gateway.web.visit import Visit

ARCHIVE = "name-in-archive"
PARTNER = "share-with-partner"
PAGE = "/saya/ubah"


async def show(visit: Visit) -> Response:
    """The form with the current values, and the consents."""
    visit.require_person()
    me = await visit.get("/v1/me")
    found = (
        await visit.read_all(regions=visit.get_public("/v1/regions", limit=100), consents=visit.get("/v1/me/consents"))
    ).answers
    consents = found["consents"]
    given = {(one["purpose"], one["partner"]) for one in (consents or {"items": ()})["items"]}
    return visit.render(
        "profile.html",
        me=me,
        current=_current_values(me),
        regions=(found["regions"] or {"items": ()})["items"],
        texts=None if consents is None else {one["purpose"]: one for one in consents["purposes"]},
        archive=(ARCHIVE, None) in given,
        partners=sorted(partner for purpose, partner in given if purpose == PARTNER and partner),
    )


async def change(visit: Visit) -> Response:
    visit.require_person()
    form = await visit.form()
    region, _, subdistrict = form.text("subdistrict").partition("/")
    document: dict[str, Any] = form.filled("name", "phone", "library")
    if subdistrict:
        document |= {"region": region, "subdistrict": subdistrict}
    double = form.text("double_role")
    document["background"] = {
        "education": form.text("education") or None,
        "appointed": form.text("appointed") or None,
        "double_role": None if not double else double == "yes",
    }
    await visit.send("PUT", "/v1/me", document, form.key)
    return visit.redirect(PAGE, "simpan")


async def agree(visit: Visit) -> Response:
    """Give or withdraw the consent to be named in the archive."""
    visit.require_person()
    form = await visit.form()
    if form.text("given") == "yes":
        document = {"wording": form.whole_number("wording")}
        await visit.send("POST", f"/v1/me/consents/{ARCHIVE}", document, form.key)
    else:
        await visit.send("DELETE", f"/v1/me/consents/{ARCHIVE}", {}, form.key)
    return visit.redirect(PAGE, "simpan")


async def offer_telegram(visit: Visit) -> Response:
    """The token to send to the bot. The token is shown once and valid for half an hour."""
    visit.require_person()
    form = await visit.form()
    answer = await visit.send("POST", "/v1/me/telegram", {}, form.key)
    return visit.render("telegram_link.html", token=answer["token"], expires=answer["expires"])


async def unlink_telegram(visit: Visit) -> Response:
    """Unlink the Telegram account, so no more messages are sent there."""
    visit.require_person()
    form = await visit.form()
    await visit.send("DELETE", "/v1/me/telegram", {}, form.key)
    return visit.redirect(PAGE, "simpan")


def _current_values(me: dict[str, Any]) -> dict[str, str]:
    background = me["background"]
    double = background["double_role"]
    return {
        "name": me["name"] or "",
        "phone": me["contacts"]["phone"] or "",
        "library": me["library"],
        "subdistrict": f"{me['region']}/{me['subdistrict']}",
        "education": background["education"] or "",
        "appointed": background["appointed"] or "",
        "double_role": "" if double is None else ("yes" if double else "no"),
    }
