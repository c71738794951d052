"""Libraries: the list, the page of one library, and its staff."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gateway.web.listings import items_of
from gateway.web.visit import Visit
from services.kernel.base.problem import Malformed

PAGE = 30


async def libraries(visit: Visit) -> Response:
    """All libraries by name, or those that match a part of the name or a region."""
    name, region = visit.parameter("nama").strip(), visit.parameter("wilayah")
    query = {"name": name[:100], "region": region, "after": visit.parameter("lanjutan"), "limit": PAGE}
    found = await visit.read_all(
        libraries=visit.get_public("/v1/libraries", **query),
        regions=visit.get_public("/v1/regions", limit=100),
    )
    lists = items_of(found.answers)
    return visit.render(
        "libraries.html",
        name=name,
        region=region,
        names={one["region"]: one["name"] for one in lists["regions"] or ()},
        following=(found.answers["libraries"] or {}).get("next"),
        **lists,
    )


async def library(visit: Visit) -> Response:
    """One library; its staff for visitors who may know, and the form to join the staff."""
    identity = visit.parameter("library")
    library = await visit.get_public(f"/v1/libraries/{identity}")
    calls = {"region": visit.get_public(f"/v1/regions/{library['region']}")}
    if visit.person:
        calls["me"] = visit.get("/v1/me")
        calls["staff"] = visit.get(f"/v1/libraries/{identity}/affiliations", limit=100)
    found = (await visit.read_all(**calls)).answers
    me, staff = found.get("me"), found.get("staff")
    role = next((held["role"] for held in (me or {}).get("affiliations", ()) if held["library"] == identity), None)
    return visit.render(
        "library.html",
        library=library,
        region=found["region"],
        known=me is not None,
        role=role,
        staff=None if staff is None else staff["items"],
        keeps=role is not None or visit.may("libraries.keep", library["region"]),
    )


async def register_form(visit: Visit) -> Response:
    """The form for a library that is missing in the list."""
    visit.require_person()
    regions = await visit.get_public("/v1/regions", limit=100)
    return visit.render("library_new.html", regions=regions["items"])


async def register(visit: Visit) -> Response:
    """Register a library, and go to its page. A known library is found instead."""
    visit.require_person()
    form = await visit.form()
    region, _, subdistrict = form.text("subdistrict").partition("/")
    document: dict[str, Any] = {**form.filled("name", "kind", "level"), "region": region, "subdistrict": subdistrict}
    missing = [name for name in ("name", "kind", "level", "subdistrict") if not document.get(name)]
    if missing:
        raise Malformed(errors={name: [""] for name in missing})
    answer = await visit.send("POST", "/v1/libraries", document, form.key)
    return visit.redirect(f"/perpustakaan/{answer['library']}", "perpustakaan" if answer["registered"] else "sudah-ada")


async def work_here(visit: Visit) -> Response:
    """The visitor joins the library's staff."""
    visit.require_person()
    form, path = await visit.form(), _path(visit)
    await visit.send("POST", f"/v1{path[0]}/affiliations", {"role": form.text("role")}, form.key)
    return visit.redirect(path[1], "simpan")


async def leave(visit: Visit) -> Response:
    """The visitor leaves the library's staff."""
    person = visit.require_person()
    form, path = await visit.form(), _path(visit)
    await visit.send("POST", f"/v1{path[0]}/affiliations/{person}/end", {}, form.key)
    return visit.redirect(path[1], "simpan")


async def say_interest(visit: Visit) -> Response:
    """Record the library's interest in SLiMS."""
    visit.require_person()
    form, path = await visit.form(), _path(visit)
    await visit.send("POST", f"/v1{path[0]}/interest", {"interest": form.text("interest")}, form.key)
    return visit.redirect(path[1], "simpan")


def _path(visit: Visit) -> tuple[str, str]:
    """The paths of the library in the API (without ``/v1``) and of its page."""
    identity = visit.parameter("library")
    return f"/libraries/{identity}", f"/perpustakaan/{identity}"
