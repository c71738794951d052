from services.events.code_word import WORDS, CodeWords

CODE_WORDS = CodeWords(b"k" * 32)


def test_a_word_is_the_same_each_time_and_another_for_another_activity_or_key() -> None:
    word = CODE_WORDS.word("activity-1")
    assert word == CODE_WORDS.word("activity-1")
    assert len({word, CODE_WORDS.word("activity-2"), CodeWords(b"x" * 32).word("activity-1")}) == 3


def test_a_code_word_is_a_listed_word_and_four_digits() -> None:
    for n in range(200):
        word, digits = CODE_WORDS.word(f"activity-{n}").split(" ")
        assert word in WORDS
        assert digits.isdecimal()
        assert len(digits) == 4
    assert len(set(WORDS)) == len(WORDS) == 64


def test_case_blanks_and_signs_do_not_matter() -> None:
    said = ("melati 4821", "Melati 4821", "MELATI-4821", " melati4821. ")
    assert len({CODE_WORDS.digest("activity-1", each) for each in said}) == 1
    assert CODE_WORDS.digest("activity-1", "melati 4822") != CODE_WORDS.digest("activity-1", "melati 4821")


def test_the_digest_tells_nothing_without_the_key_and_is_another_for_another_activity() -> None:
    digest = CODE_WORDS.digest("activity-1", "melati 4821")
    assert digest != CodeWords(b"x" * 32).digest("activity-1", "melati 4821")
    assert digest != CODE_WORDS.digest("activity-2", "melati 4821")
    assert "melati" not in digest
