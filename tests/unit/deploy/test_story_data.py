"""What the story brings with it: places, people, and the file of registrations."""

import csv
import io
import re
from collections import Counter

from deploy.demo.story import people, places, registrations
from deploy.demo.story.places import places as all_places


def test_the_seven_regions_of_the_residency_are_there_with_their_subdistricts() -> None:
    counts = {place.region: len(place.subdistricts) for place in all_places()}
    assert counts == {
        "kota-kediri": 3,
        "kabupaten-kediri": 26,
        "kota-blitar": 3,
        "kabupaten-blitar": 22,
        "kabupaten-tulungagung": 19,
        "kabupaten-trenggalek": 14,
        "kabupaten-nganjuk": 20,
    }


def test_every_centre_lies_in_the_residency_and_every_id_is_one_of_a_kind_in_its_region() -> None:
    for place in all_places():
        assert len({one["id"] for one in place.subdistricts}) == len(place.subdistricts)
        for one in place.subdistricts:
            assert -8.4 < one["latitude"] < -7.4
            assert 111.4 < one["longitude"] < 112.5


def test_the_checked_in_file_equals_the_generated_file() -> None:
    assert registrations.FILE.read_bytes() == registrations.content(), "run: python -m deploy.demo.story.registrations"


def test_the_file_has_145_people_beside_faulty_and_repeated_rows() -> None:
    entries = [row.entry for row in registrations.rows()]
    assert sum(entry.joins for entry in entries) == 145
    assert sum(bool(entry.bad) for entry in entries) >= 8
    assert sum(entry.again for entry in entries) == 2
    assert sum(bool(entry.different) for entry in entries) == 1


def test_row_numbers_are_those_of_a_spreadsheet() -> None:
    lines = list(csv.reader(io.StringIO(registrations.content().decode(), newline="")))
    assert tuple(lines[0]) == registrations.HEADERS
    for row in registrations.rows():
        assert tuple(lines[row.number - 1]) == row.entry.cells


def test_phone_numbers_are_written_five_ways() -> None:
    shapes = Counter(
        re.sub(r"\d", "9", row.entry.number) for row in registrations.rows() if row.entry.joins and row.entry.number
    )
    assert len(shapes) == 5


def test_every_person_of_the_file_has_an_address_or_a_number() -> None:
    joining = [row.entry for row in registrations.rows() if row.entry.joins]
    assert any(not entry.email for entry in joining)
    assert any(not entry.number for entry in joining)
    assert all(entry.email or entry.number for entry in joining)


def test_the_storys_addresses_belong_to_nobody() -> None:
    named = [*people.BOARD.values(), *people.REGIONAL_COORDINATORS, *people.BY_FORM, people.MAYA]
    addresses = [one.email for one in named] + [row.entry.email for row in registrations.rows() if row.entry.joins]
    hosts = {address.partition("@")[2] for address in addresses if address}
    assert hosts <= {"example.org", "example.net", "example.com"}
    assert len({address for address in addresses if address}) == len([address for address in addresses if address])


def test_the_cast_is_as_large_as_the_story_says() -> None:
    assert (len(people.RAISERS), len(people.ENDORSERS)) == (3, 11)
    assert (len(people.SEATED), len(people.LINED)) == (12, 3)
    assert len({*people.SEATED, *people.LINED}) == 15
    assert not set(people.RAISERS) & set(people.ENDORSERS)
    assert people.CANCELS in people.SEATED
    assert people.STAYS_AWAY in people.SEATED
    assert people.STAYS_AWAY not in people.PRESENT
    assert len(people.PRESENT) == 11


def test_one_region_is_vacant_and_every_other_has_its_coordinator() -> None:
    assert {one.region for one in people.REGIONAL_COORDINATORS} | {people.VACANT} == {
        place.region for place in all_places()
    }
    assert places.TRENGGALEK not in {one.region for one in people.REGIONAL_COORDINATORS}
