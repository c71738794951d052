from services.kernel.testing import given
from services.notifications.domain.preference import PREFERENCE, ChoosePreference, Preference, PreferenceChosen


def test_by_default_everything_is_mailed_in_the_language_of_the_membership() -> None:
    assert given(PREFERENCE).state == Preference(language=None, email=True)


def test_a_person_chooses_language_and_email() -> None:
    given(PREFERENCE).when(ChoosePreference("en", False)).then(PreferenceChosen("en", False))


def test_the_last_choice_stands() -> None:
    state = given(PREFERENCE, PreferenceChosen("en", False), PreferenceChosen(None, True)).state
    assert state == Preference(None, True)


def test_choosing_what_stands_changes_nothing() -> None:
    given(PREFERENCE, PreferenceChosen("en", True)).when(ChoosePreference("en", True)).then()


def test_a_language_that_no_mail_is_written_in_is_refused() -> None:
    given(PREFERENCE).when(ChoosePreference("jv", True)).refused("language-not-spoken")
