"""Every event of polls, chats, lectures and questions, and the fact that it tells."""

from datetime import timedelta

from services.events.domain import chat_group, lecture, poll, question, run_sheet
from services.events.domain.plan import Place, Plan
from services.kernel.base.message import Event
from tests.support.sample_community import KEDIRI
from tests.unit.events.sample_events import BOARD_RULES
from tests.unit.events.sample_times import END, START

UNTIL = END + timedelta(minutes=15)
CHAT = lecture.Chat("g", "telegram", "-100123")
PLAN = Plan("lecture", "Katalog induk", KEDIRI, Place("g", "Pustakawan", "telegram"), START, END, 1000, open=True)
OPTIONS = (poll.Option(START, END), poll.Option(END, UNTIL))

TOLD: list[tuple[str, Event, str | None]] = [
    ("poll-p", poll.PollOpened("Kapan?", KEDIRI, OPTIONS, START, 2), "poll-opened"),
    ("poll-p", poll.VoteCast("ani", (1, 2)), None),
    ("poll-p", poll.PollAgreed(1, START, END, 2, 3, KEDIRI), "poll-agreed"),
    ("poll-p", poll.PollFailed(1, KEDIRI), None),
    ("chat-g", chat_group.ChatGroupRegistered("Pustakawan", "telegram", "-100123", KEDIRI), "chat-group-registered"),
    ("chat-g", chat_group.ChatBooked("a", START, END), None),
    ("chat-g", chat_group.ChatReleased("a"), None),
    ("chat-g", chat_group.RestrictionWanted("a", UNTIL), None),
    ("chat-g", chat_group.FreedomWanted("a", END, touched=True), None),
    ("chat-g", chat_group.PermissionsFound("a", '{"can_send_messages": true}'), None),
    ("chat-g", chat_group.RestrictionMade("a"), None),
    ("chat-g", chat_group.RestrictionLifted("a"), None),
    ("chat-g", chat_group.ChatSettled("a"), None),
    ("lecture-a", lecture.LecturePlanned(PLAN, CHAT, lecture.Agreement("p"), False, BOARD_RULES), None),
    ("lecture-a", lecture.LectureAnnounced(CHAT, "Katalog induk", START, KEDIRI), "lecture-announced"),
    ("lecture-a", lecture.LectureOpened(CHAT, START, UNTIL, KEDIRI), "lecture-opened"),
    ("lecture-a", lecture.PresentationBegun(START), None),
    ("lecture-a", lecture.QuestionsTaken(START), None),
    ("lecture-a", lecture.LectureClosed(CHAT, END, "hand", KEDIRI), "lecture-closed"),
    ("lecture-a", lecture.LectureArchived(KEDIRI), "lecture-archived"),
    ("questions-a", question.QuestionAsked("q", "ani", "sealed"), None),
    ("questions-a", question.QuestionWithdrawn("q"), None),
    ("questions-a", question.QuestionRejoined("q"), None),
    ("questions-a", question.QuestionTookPlace("q", "r"), None),
    ("questions-a", question.QuestionMerged("q", "r"), None),
    ("questions-a", question.QuestionPicked("q", "r"), None),
    ("questions-a", question.QuestionHidden("q"), None),
    ("questions-a", question.QuestionAnswered("q", "dosen", "sealed"), None),
    ("sheet-a", run_sheet.StepTicked("restrict", START), None),
    ("sheet-a", run_sheet.StepUnticked("restrict"), None),
]
