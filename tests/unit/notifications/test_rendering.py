from datetime import UTC, datetime
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from services.notifications.domain.contact import ContactBounced
from services.notifications.domain.message import Kind, MessagePlanned, PlanMessage, Variable
from services.notifications.domain.preference import LANGUAGES
from services.notifications.sending import rendering
from services.notifications.sending.digests import digest
from tests.unit.notifications import facts
from tests.unit.notifications.audiences import Audiences, registered
from tests.unit.notifications.facts import START
from tests.unit.notifications.test_announcing import announcement, announcement_withdrawn
from tests.unit.notifications.test_partnering import subscription_disabled
from tests.unit.notifications.test_reminders import reminder

UNTIL = datetime(2026, 12, 1, 3, 10, tzinfo=UTC)


def planned(command: PlanMessage) -> MessagePlanned:
    return MessagePlanned(**{name: getattr(command, name) for name in MessagePlanned.__dataclass_fields__})


def every_message() -> dict[Kind, MessagePlanned]:
    """One message of every kind, with the variables that the manager really gives it."""
    audiences = registered()
    audiences.hear(facts.joined("sri"), facts.code_issued("sri"), facts.attended("budi"))
    audiences.hear(facts.rescheduled(facts.STARTS), facts.completed())
    audiences.hear(facts.certificate("budi"), facts.poll(), facts.lecture())
    audiences.hear(facts.cancelled())
    audiences.hear(
        facts.library(), facts.affiliation("started", "sri"), facts.mentoring("mentor-assigned", mentor="budi")
    )
    audiences.hear(*(facts.mentoring(kind) for kind in ("library-smooth", "library-regressed")))
    audiences.hear(
        facts.consultation("asked", library=None, owner="wahyu", title="Label barcode"),
        facts.consultation("assigned", owner="wahyu", why="region"),
        facts.consultation("answered", by="wahyu"),
        facts.consultation("resolved"),
        facts.consultation("escalated", owner="wahyu", to="ratna"),
        facts.office("office-assumed", "wahyu"),
        facts.recorded(ContactBounced("email", "kediri"), "tono"),
        facts.recorded(announcement(), "n", number=2),
        facts.recorded(announcement(revision=2), "n", number=3),
        facts.recorded(announcement_withdrawn(), "n", number=4),
    )
    return {
        command.kind: planned(command)
        for command in (*audiences.told, reminder(), digest("sri", "line", "week", START), subscription_disabled())
    }


MESSAGES = every_message()


def words(message: MessagePlanned, language: str) -> rendering.Words:
    names = {"wahyu": "Wahyu Hidayat", "tono": "Tono"}
    lines = [rendering.Line("Kegiatan baru: Gathering", "https://x/kegiatan/a"), rendering.Line("Pengumuman", "")]
    return rendering.mail(message, language, name="Sri Rahayu", names=names, digits="123456", lines=lines)


def test_the_manager_gives_every_kind_of_message() -> None:
    assert set(MESSAGES) == set(Kind)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_words_in_every_language(kind: Kind, language: str) -> None:
    message = MESSAGES[kind]
    written = words(message, language)
    assert written.subject
    assert "\n" not in written.subject
    assert ("Sri Rahayu" in written.body) == (kind is not Kind.LECTURE_ANNOUNCED)  # a group has no name
    assert "{" not in written.subject + written.body
    assert "None" not in written.subject + written.body
    assert "\n\n\n" not in written.body
    assert rendering.title(message.kind, message.variables, language) == written.subject


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.LOGIN_CODE])  # it shows none of its own
def test_a_missing_variable_is_an_error_and_never_a_hole(kind: Kind, language: str) -> None:
    bare = MessagePlanned("f", kind, ("sri",), (), UNTIL, False, None, None)
    with pytest.raises(UndefinedError):
        words(bare, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_is_no_template_that_no_kind_uses(language: str) -> None:
    folder = Path(rendering.__file__).parent / "templates" / language
    assert {path.stem for path in folder.glob("*.txt")} == {*map(str, Kind), "letter", "group", "activity"}


def test_indonesian_addresses_bapak_ibu_and_shows_times_in_wib() -> None:
    body = words(MESSAGES[Kind.SEAT_TAKEN], "id").body
    assert body.startswith("Yth. Bapak/Ibu Sri Rahayu,\n")
    assert "Sabtu, 12 Desember 2026 pukul 09.00–11.00 WIB" in body
    assert "Kafe Buku" in body


def test_english_shows_the_same_time_in_its_own_way() -> None:
    body = words(MESSAGES[Kind.SEAT_TAKEN], "en").body
    assert body.startswith("Dear Sri Rahayu,\n")
    assert "Saturday, 12 December 2026 at 09:00–11:00 WIB" in body


def test_a_moment_is_written_out() -> None:
    moment = datetime(2026, 12, 12, 2, 0, tzinfo=UTC)
    assert rendering.when(moment, "id") == "Sabtu, 12 Desember 2026 pukul 09.00 WIB"
    assert rendering.when(moment, "en") == "Saturday, 12 December 2026 at 09:00 WIB"


def test_a_span_over_two_days_shows_both_days() -> None:
    text = rendering.span(datetime(2026, 12, 12, 2, 0, tzinfo=UTC), datetime(2026, 12, 13, 2, 0, tzinfo=UTC), "id")
    assert text == "Sabtu, 12 Desember 2026 pukul 09.00 WIB – Minggu, 13 Desember 2026 pukul 09.00 WIB"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_login_code_stands_in_the_text_alone_and_never_in_the_subject(language: str) -> None:
    written = words(MESSAGES[Kind.LOGIN_CODE], language)
    assert "\n    123456\n" in written.body
    assert "123456" not in written.subject
    assert "code-1" not in written.body


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_welcome_names_the_coordinator_if_there_is_one(language: str) -> None:
    audiences = Audiences()
    audiences.hear(facts.region_opened())
    [vacant] = audiences.hear(facts.joined("sri"))
    audiences.hear(facts.office("office-assumed", "wahyu"))
    [held] = audiences.hear(facts.joined("budi"))
    assert "Wahyu Hidayat" in words(planned(held), language).body
    assert "Wahyu" not in words(planned(vacant), language).body
    erased = rendering.mail(planned(held), language, name="Budi", names={})
    assert erased.body == words(planned(vacant), language).body.replace("Sri Rahayu", "Budi")


def test_a_title_adds_no_line_to_our_letter() -> None:
    title = Variable("title", "Gathering\n\nSilakan transfer ke rekening\r\nBcc: x")
    others = tuple(variable for variable in MESSAGES[Kind.SEAT_TAKEN].variables if variable.name != "title")
    message = MessagePlanned("f", Kind.SEAT_TAKEN, ("sri",), (title, *others), UNTIL, False, None, None)
    assert "Gathering Silakan transfer ke rekening Bcc: x\n" in words(message, "id").body


def test_text_of_people_is_never_compiled_as_a_template() -> None:
    title = Variable("title", "{{ 7 * 7 }}{% raw %}")
    others = tuple(variable for variable in MESSAGES[Kind.SEAT_TAKEN].variables if variable.name != "title")
    message = MessagePlanned("f", Kind.SEAT_TAKEN, ("sri",), (title, *others), UNTIL, False, None, None)
    assert "{{ 7 * 7 }}{% raw %}" in words(message, "id").body


def test_an_unknown_language_reads_indonesian() -> None:
    assert rendering.language_of(None, "jv") == "id"
    assert rendering.language_of(None, "en") == "en"
    assert rendering.language_of("id", "en") == "id"
