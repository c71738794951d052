import json
from dataclasses import asdict
from datetime import date

import pytest

from services.members.domain.registration_import import Reason
from services.members.importing.gazetteer import gazetteer_of
from services.members.importing.registration import RowReader, rows_of_text, text_of_rows
from services.members.importing.spreadsheet import COLUMNS, Row
from services.members.views.regions import RegionRow, SubdistrictRow
from tests.unit.members.sample_registrations import SUBDISTRICTS

TODAY = date(2026, 3, 2)
GAZETTEER = gazetteer_of(
    [
        RegionRow("kota-kediri", "Kota Kediri", tuple(SubdistrictRow(**each) for each in SUBDISTRICTS)),
        RegionRow("kab-kediri", "Kab. Kediri", ()),
    ]
)
GOOD = {
    "submitted": "28/02/2026 9:15:32",
    "name": "Ani  Contoh",
    "email": "Ani@contoh.example",
    "phone": "0812-3456-7890",
    "library": "SD Contoh 1",
    "region": "Kota Kediri",
    "subdistrict": "Kec. Mojoroto",
    "born": "17/8/1990",
}


def read(regions=("*",), beyond=False, **changes):
    row = Row(7, dict.fromkeys(COLUMNS, "") | GOOD | changes, beyond)
    return RowReader(GAZETTEER, regions, TODAY).read(row)


def test_a_good_row_is_an_applicant():
    applicant = read().applicant
    assert (applicant.name, applicant.email, applicant.phone) == ("Ani Contoh", "ani@contoh.example", "+6281234567890")
    assert (applicant.library, applicant.region, applicant.subdistrict) == ("SD Contoh 1", "kota-kediri", "mojoroto")
    assert applicant.registered == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"name": " "}, [Reason.NAME_MISSING]),
        ({"name": "x" * 201}, [Reason.TEXT_TOO_LONG]),
        ({"email": "", "phone": ""}, [Reason.CONTACT_MISSING]),
        ({"email": "ani"}, [Reason.EMAIL_UNREADABLE]),
        ({"phone": "8.12346E+11"}, [Reason.PHONE_UNREADABLE]),
        ({"library": ""}, [Reason.LIBRARY_MISSING]),
        ({"region": ""}, [Reason.REGION_MISSING]),
        ({"region": "Atlantis"}, [Reason.REGION_UNKNOWN]),
        ({"region": "Kediri"}, [Reason.REGION_AMBIGUOUS]),
        ({"subdistrict": ""}, [Reason.SUBDISTRICT_MISSING]),
        ({"subdistrict": "Atlantis"}, [Reason.SUBDISTRICT_UNKNOWN]),
        ({"submitted": "31/02/2026"}, [Reason.DATE_UNREADABLE]),
        ({"submitted": "2026-03-02"}, [Reason.DATE_UNREADABLE]),
        ({"submitted": "12/31/2025"}, [Reason.DATE_UNREADABLE]),
        ({"submitted": "kemarin"}, [Reason.DATE_UNREADABLE]),
        ({"submitted": "04/03/2026"}, [Reason.DATE_IN_THE_FUTURE]),  # tomorrow, the 3rd, is read
        ({"submitted": "01/04/2026"}, [Reason.DATE_IN_THE_FUTURE]),
        ({"born": "30/02/1990"}, [Reason.DATE_UNREADABLE]),
        (
            {"name": "", "region": "", "submitted": "x"},
            [Reason.NAME_MISSING, Reason.REGION_MISSING, Reason.DATE_UNREADABLE],
        ),
    ],
)
def test_every_reason_against_a_row_is_told(changes, reasons):
    registration = read(**changes)
    assert registration.applicant is None
    assert list(registration.reasons) == reasons


@pytest.mark.parametrize(
    "written",
    ["2/3/2026", "02/03/2026 09.15.32", "02-03-2026", "2/3/2026 9:15", "02/03/2026 09:15 WIB", "03/03/2026", ""],
)
def test_days_are_read_in_every_format_of_a_form(written):
    assert read(submitted=written).applicant is not None


def test_without_a_day_today_counts():
    assert read(submitted="").applicant.registered == TODAY


def test_one_contact_is_enough():
    assert read(email="").applicant.phone == "+6281234567890"
    assert read(phone="").applicant.email == "ani@contoh.example"


def test_text_beyond_the_headers_is_against_the_row():
    assert read(beyond=True).reasons == (Reason.COLUMNS,)


def test_a_region_that_is_not_ones_own_is_against_the_row():
    assert read(regions=("kab-kediri",)).reasons == (Reason.REGION_NOT_YOURS,)
    assert read(regions=("kota-kediri",)).applicant is not None


@pytest.mark.parametrize("registration", [read(), read(name="", region="")], ids=["good", "bad"])
def test_a_row_comes_back_from_where_it_is_stored(registration):
    assert rows_of_text(text_of_rows([registration])) == [registration]


def test_rows_that_an_earlier_release_stored_are_read():
    applicant = {**asdict(read().applicant), "registered": "2026-02-28"}
    stored = [{"row": 7, "applicant": applicant}, {"row": 7, "reasons": ["name-missing"]}]
    assert rows_of_text(json.dumps(stored)) == [read(), read(name="")]


def test_a_date_of_birth_is_not_kept():
    assert "1990" not in text_of_rows([read()])
