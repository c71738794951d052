"""Sample lectures and polls, in the shapes of events. All people are invented."""

_QUESTIONS = "/v1/activities/{activity}/questions"
_SHEET = "/v1/activities/{activity}/run-sheet"
OPERATIONS = (
    "GET /v1/polls", "POST /v1/polls", "GET /v1/polls/{poll}", "POST /v1/polls/{poll}/votes", "POST /v1/polls/{poll}/close",
    "GET /v1/chat-groups", "POST /v1/chat-groups", "GET /v1/lectures", "POST /v1/lectures", "GET /v1/lectures/{lecture}",
    f"GET {_QUESTIONS}", f"POST {_QUESTIONS}", f"POST {_QUESTIONS}/{{question}}/{{step}}", f"GET {_SHEET}", f"POST {_SHEET}/{{step}}",
    "POST /v1/activities/{activity}/lecture/{step}",
)  # fmt: skip
NAMING = ("GET /v1/people/{person}/public-name",)
"""Names of people who consented."""

LECTURE = {
    "activity": "l1", "title": "Katalog induk", "region": "kota-kediri", "starts": "2026-03-14T12:00:00Z",
    "ends": "2026-03-14T13:00:00Z", "group": {"id": "g1", "name": "Pustakawan", "channel": "telegram"}, "phase": "announced",
    "cancelled": False, "working_hours": False, "agreement": {"poll": "p1", "otherwise": None}, "times": {}, "closed_by": None,
    "speakers": ["dosen"], "guide": "wulan", "leads": False, "materials": [], "answered": [],
}  # fmt: skip
ANSWERED = {
    "question": "q1", "text": "Bagaimana mencetak barcode?", "answer": "Dengan templat.", "asker": "ani", "speaker": None,
    "merged": 1,
}  # fmt: skip
WAITING = {
    "question": "q1", "text": "Bagaimana mencetak barcode?", "state": "waiting", "at": "2026-03-14T12:10:00Z", "place": 1, "into": None,
    "merged": 0, "mine": True, "asker": None, "answer": None,
}  # fmt: skip
POLL = {
    "poll": "p1", "title": "Kapan kuliah?", "region": "kota-kediri", "state": "open", "closes": "2026-03-10T12:00:00Z", "quorum": 3,
    "voters": 2, "agreed": None, "mine": [2], "options": [
        {"number": n, "starts": f"2026-03-1{n}T12:00:00Z", "ends": f"2026-03-1{n}T13:00:00Z", "votes": n} for n in (1, 2)
    ],
}  # fmt: skip
SHEET = {
    "activity": "l1", "title": "Katalog induk", "channel": "whatsapp", "phase": "announced", "steps": [
        {"step": "open", "title": "Buka kuliah", "planned": "2026-03-14T12:00:00Z", "text": "Selamat datang", "done": None,
         "share": "https://wa.me/?text=Selamat%20datang", "drives": "opened"},
        {"step": "restrict", "title": "Atur grup", "planned": "2026-03-14T12:05:00Z", "text": None, "share": None,
         "done": "2026-03-14T12:06:00Z", "drives": None},
    ],
}  # fmt: skip
