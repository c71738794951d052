"""A sample community, in the shapes of the services' OpenAPI fragments. All people are invented."""

from typing import Any

from tests.unit.gateway.harness import FakeAnswer, GatewayHarness, ReceivedRequest

REGIONS = [
    ("kota-kediri", "Kota Kediri", {"person": "wulan", "name": "Wulan Contoh"}, None),
    ("kab-kediri", "Kabupaten Kediri", {"person": "joko", "name": "Joko Contoh"}, None),
    ("kota-blitar", "Kota Blitar", None, {"person": "rina", "name": "Rina Contoh"}),
    ("trenggalek", "Trenggalek", None, None),
]
COORDINATOR = {
    "kind": "person",
    "id": "wulan",
    "language": "id",
    "offices": [{"office": "regional-coordinator", "region": "kota-kediri"}],
    "grants": {
        name: ["kota-kediri"]
        for name in (
            "members.read", "members.guest", "topics.decide", "activities.plan", "attendance.record", "venues.keep",
            "members.import",
        )
    },
}  # fmt: skip
COORDINATORS_TOKEN = "token-of-wulan"


def region(name: str) -> dict[str, Any]:
    for slug, title, coordinator, stand_in in REGIONS:
        if slug == name:
            places = [
                {"id": f"{place.lower()}", "name": place, "latitude": -7.8, "longitude": 112.0}
                for place in ("Mojoroto", "Pesantren")
            ]
            return {
                "region": slug, "name": title, "subdistricts": places, "coordinator": coordinator, "stand_in": stand_in,
                "vacant": coordinator is None,
            }  # fmt: skip
    raise KeyError(name)


def activity(**changed: Any) -> dict[str, Any]:
    return {
        "activity": "a1", "kind": "gathering", "title": "Barcode ganda setelah impor data",
        "topic": {"id": "t1", "title": "Barcode ganda setelah impor data"}, "region": "kota-kediri",
        "venue": {"id": "v1", "name": "Kafe Literasi", "kind": "cafe", "subdistrict": "mojoroto"},
        "starts": "2026-03-14T02:00:00+00:00", "ends": "2026-03-14T04:30:00+00:00", "state": "published",
        "capacity": 12, "units": [], "levels": [], "open": False, "sessions": [], "seats": {"taken": 9, "line": 0}, "guide": "wulan",
        "speakers": [{"person": "wulan", "role": "guide", "category": "board", "from_board": True, "rules": {"version": 1, "speakers": "board"}}],
        "rules": {"version": 1, "speakers": "board"}, "planned_under": 1, "past": False, "reason": None,
        "present": None, "guests": None, "version": 3,
    } | changed  # fmt: skip


def topic(**changed: Any) -> dict[str, Any]:
    return {
        "topic": "t1", "title": "Barcode ganda setelah impor data", "origin": "member", "region": "kota-kediri",
        "state": "raised", "reason": None, "raisers": ["budi", "ani"], "endorsers": ["tono"], "count": 14, "gathering": None,
        "solved": {"yes": 0, "no": 0}, "details": None,
    } | changed  # fmt: skip


def items(*documents: Any) -> FakeAnswer:
    return FakeAnswer({"items": list(documents), "next": None})


def settle(harness: GatewayHarness) -> None:
    """Give the fake services an answer to each request of the pages."""
    harness.people[COORDINATORS_TOKEN] = COORDINATOR
    members, events, notifications = harness.members, harness.events, harness.notifications
    members.on("GET /v1/regions", items(*(region(slug) for slug, *_ in REGIONS)))
    members.on("GET /v1/regions/{region}", lambda asked: FakeAnswer(region(asked.path.rpartition("/")[2])))
    members.on("GET /v1/offices", items(
        {"office": "coordinator", "region": None, "board": True, "holder": {"person": "hadi", "name": "Hadi Contoh"}, "since": None, "stand_in": None},
        {"office": "regional-coordinator", "region": "kota-kediri", "board": True, "holder": {"person": "wulan", "name": "Wulan Contoh"}, "since": None, "stand_in": None},
    ))  # fmt: skip
    members.on("GET /v1/me", FakeAnswer({
        "person": "sari", "name": "Sari Contoh", "contacts": {"email": "sari@contoh.id", "phone": None}, "region": "kota-kediri",
        "subdistrict": "mojoroto", "library": "SMA Contoh", "language": "id", "offices": [], "affiliations": [], "status": "member",
    }))  # fmt: skip
    members.on(
        "GET /v1/members",
        items(*({"member": f"m{n}", "name": f"Anggota Contoh {n}", "region": "kota-kediri"} for n in range(3))),
    )
    members.on(
        "GET /v1/members/{member}",
        lambda asked: FakeAnswer({"member": "x", "name": f"{asked.path.rpartition('/')[2].title()} Contoh"}),
    )
    members.on("GET /v1/guests/{guest}", FakeAnswer({"guest": "g", "name": "Pak Tamu Contoh"}))
    members.on("GET /v1/guides", items(
        {"person": "wulan", "name": "Wulan Contoh", "office": "regional-coordinator", "km": 1.2},
        {"person": "hadi", "name": "Hadi Contoh", "office": "coordinator", "km": 17.6},
    ))  # fmt: skip
    events.on(
        "GET /v1/activities",
        items(
            activity(),
            activity(
                activity="a2",
                title="Weeding koleksi lama",
                starts="2026-03-21T06:00:00+00:00",
                ends="2026-03-21T08:00:00+00:00",
                seats={"taken": 12, "line": 3},
            ),
        ),
    )
    events.on("GET /v1/activities/{activity}", FakeAnswer(activity()))
    events.on("GET /v1/activities/{activity}/registrations", items())
    events.on("GET /v1/activities/{activity}/attendance", items())
    events.on(
        "GET /v1/activities/{activity}/feedback",
        FakeAnswer(
            {
                "activity": "a1",
                "count": 0,
                "useful": {"average": None, "counts": []},
                "understood": {"average": None, "counts": []},
                "next": [],
            }
        ),
    )
    events.on("GET /v1/participation/{person}", items())
    events.on("GET /v1/activities/{activity}/problems", items())
    events.on("GET /v1/materials", items())
    events.on("GET /v1/certificates", items())
    members.on(
        "GET /v1/frameworks/current", FakeAnswer({"units": [{"unit": "b-slims", "name": "Mengoperasikan SLiMS"}]})
    )
    events.on(
        "GET /v1/topics",
        items(
            topic(),
            topic(topic="t2", title="Cara klasifikasi DDC untuk pemula", count=8, state="accepted"),
            topic(topic="t3", title="Komputer perpustakaan lambat", count=5, state="discussed"),
        ),
    )
    events.on("GET /v1/topics/{topic}", FakeAnswer(topic()))
    events.on("GET /v1/venues", items({
        "venue": "v1", "name": "Kafe Literasi", "kind": "cafe", "region": "kota-kediri", "subdistrict": "mojoroto", "capacity": 20,
        "power": True, "projector": None, "signal": True, "library": None, "requests": [],
    }))  # fmt: skip
    notifications.on("GET /v1/me/inbox", items(
        {"id": "1", "kind": "activity-published", "title": "Gathering baru: Barcode ganda setelah impor data", "at": "2026-03-01T03:00:00+00:00", "activity": "a1", "region": "kota-kediri"},
    ))  # fmt: skip
    notifications.on("GET /v1/me/preferences", FakeAnswer({"language": "id", "email": True}))
    members.on("POST /v1/login/code", FakeAnswer({}, 202))
    members.on("POST /v1/login", _logged_in)
    members.on("POST /v1/logout", FakeAnswer({}))


def _logged_in(asked: ReceivedRequest) -> FakeAnswer:
    token = COORDINATORS_TOKEN if "wulan" in asked.document["contact"] else "token-of-sari"
    return FakeAnswer({"token": token, "person": "x", "expires": "2026-04-01T00:00:00+00:00"})
