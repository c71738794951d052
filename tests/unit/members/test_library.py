import hypothesis
import pytest
from hypothesis import strategies as some

from services.kernel.testing import given
from services.members.domain.library import (
    LIBRARY,
    ChangeInterest,
    DescribeLibrary,
    LibraryDescribed,
    LibraryInterestChanged,
    LibraryRegistered,
    RegisterLibrary,
    spelling,
)

KNOWN = LibraryRegistered("SMAN 4 Kota Kediri", "school", "secondary", "kota-kediri", "mojoroto", None)
REGISTER = RegisterLibrary("SMAN 4 Kota Kediri", "school", "secondary", "kota-kediri", "mojoroto")


def test_a_library_is_registered_once():
    given(LIBRARY).when(REGISTER).then(KNOWN)
    other = RegisterLibrary("SMA Negeri 4 Kota Kediri", "other", "none", "kota-kediri", None)
    given(LIBRARY, KNOWN).when(other).then()


@pytest.mark.parametrize("level", ["higher", "none"])
def test_a_school_is_of_basic_or_secondary_level(level):
    rule = "school-has-a-level"
    given(LIBRARY).when(RegisterLibrary("SD Contoh", "school", level, "nganjuk", None)).refused(rule)
    given(LIBRARY, KNOWN).when(DescribeLibrary("school", level, None, None)).refused(rule)
    given(LIBRARY).when(RegisterLibrary("Taman Baca", "reading-garden", level, "nganjuk", None)).then(
        LibraryRegistered("Taman Baca", "reading-garden", level, "nganjuk", None, None)
    )


def test_a_library_may_be_described_anew_under_the_same_name():
    described = LibraryDescribed("SMAN 4 Kota Kediri", "kota-kediri", "school", "secondary", "kota", "large")
    anew = DescribeLibrary("school", "secondary", "kota", "large")
    given(LIBRARY, KNOWN).when(anew).then(described)
    given(LIBRARY, KNOWN, described).when(anew).then()


def test_interest_grows_and_fades_and_is_told_only_when_it_changes():
    interested = LibraryInterestChanged("interested", "kota-kediri")
    given(LIBRARY, KNOWN).when(ChangeInterest("interested")).then(interested)
    given(LIBRARY, KNOWN, interested).when(ChangeInterest("interested")).then()
    given(LIBRARY, KNOWN, interested).when(ChangeInterest("none")).then(LibraryInterestChanged("none", "kota-kediri"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SMAN 4 Kota Kediri", "SMA Negeri 4 Kota Kediri"),
        ("SMAN 4 Kota Kediri", "  sman 4   KOTA kediri "),
        ("SMAN 4 Kota Kediri", "Perpustakaan SMAN 4, Kota Kediri"),
        ("MTsN 2", "UPT Perpustakaan MTs. Negeri 2"),
    ],
)
def test_one_library_has_one_spelling(one, other):
    assert spelling(one) == spelling(other)


def test_other_libraries_have_other_spellings():
    names = ["SMAN 4 Kota Kediri", "SMAN 4 Kota Blitar", "SMPN 4 Kota Kediri", "SMAN 14 Kota Kediri", "Perpustakaan"]
    assert len({spelling(name) for name in names}) == len(names)


@hypothesis.given(some.text(max_size=60))
def test_a_spelling_is_spelt_as_itself(name):
    assert spelling(spelling(name)) == spelling(name)
