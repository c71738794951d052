"""The topic board: problems that librarians want to discuss, their supporters, and whether they were solved."""

from __future__ import annotations

from starlette.responses import Response

from gateway.web.listings import items_of
from gateway.web.visit import Visit
from services.kernel.base.problem import Malformed

STATES = ("raised", "accepted", "discussed", "declined")


async def board(visit: Visit) -> Response:
    """Topics, the most wanted first."""
    region, state = visit.parameter("wilayah"), visit.parameter("keadaan")
    state = state if state in STATES else ""
    found = await visit.read_all(
        topics=visit.get_public("/v1/topics", region=region, state=state, after=visit.parameter("setelah")),
        regions=visit.get_public("/v1/regions", limit=100),
    )
    if "topics" in found.problems:
        raise found.problems["topics"]
    lists = items_of(found.answers)
    names = {item["region"]: item["name"] for item in lists["regions"] or ()}
    return visit.render(
        "topics.html", **lists, region=region, state=state, region_names=names, next=found.answers["topics"].get("next")
    )


async def raise_form(visit: Visit) -> Response:
    visit.require_person()
    found = await visit.read_all(regions=visit.get_public("/v1/regions", limit=100), me=visit.get("/v1/me"))
    if "regions" in found.problems:
        raise found.problems["regions"]
    own = (found.answers["me"] or {}).get("region")
    options = [(region["region"], region["name"]) for region in found.answers["regions"]["items"]]
    return visit.render("raise.html", region_options=options, own_region=own)


async def raise_topic(visit: Visit) -> Response:
    visit.require_person()
    form = await visit.form()
    document = form.filled("title", "region", "details", "origin")
    missing = [name for name in ("title", "region") if name not in document]
    if missing:
        raise Malformed(errors={name: [""] for name in missing})
    answer = await visit.send("POST", "/v1/topics", document, form.key)
    return visit.redirect(f"/topik/{answer['topic']}", "topik")


async def topic(visit: Visit) -> Response:
    """One topic, and the visitor's actions."""
    name = visit.parameter("topic")
    topic = await visit.get(f"/v1/topics/{name}")
    found = await visit.read_all(region=visit.get_public(f"/v1/regions/{topic['region']}"))
    return visit.render(
        "topic.html",
        topic=topic,
        region=found.answers["region"],
        raised=visit.person in topic["raisers"],
        endorsed=visit.person in topic["endorsers"],
        decides=visit.may("topics.decide", topic["region"]),
        plans=visit.may("activities.plan", topic["region"]),
    )


async def share(visit: Visit) -> Response:
    """Record that the visitor has the same problem."""
    return await _support(visit, "raisers", "sama")


async def endorse(visit: Visit) -> Response:
    """Record that the visitor wants the topic to be discussed."""
    return await _support(visit, "endorsements", "dukung")


async def answer(visit: Visit) -> Response:
    """Record whether the problem is solved, for a visitor who raised the topic."""
    visit.require_person()
    name, form = visit.parameter("topic"), await visit.form()
    document = {"solved": form.text("solved") == "yes", **form.filled("note")}
    await visit.send("POST", f"/v1/topics/{name}/solved", document, form.key)
    return visit.redirect(f"/topik/{name}", "terjawab")


async def decide(visit: Visit) -> Response:
    """Accept or decline the topic."""
    visit.require_person()
    name, form = visit.parameter("topic"), await visit.form()
    document = form.filled("decision", "reason")
    await visit.send("POST", f"/v1/topics/{name}/decision", document, form.key)
    return visit.redirect(f"/topik/{name}", "diterima" if document.get("decision") == "accepted" else "ditolak")


async def _support(visit: Visit, what: str, news: str) -> Response:
    visit.require_person()
    name, form = visit.parameter("topic"), await visit.form()
    await visit.send("POST", f"/v1/topics/{name}/{what}", {}, form.key)
    return visit.redirect(f"/topik/{name}", news)
