import contextlib
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.kernel.base.problem import Malformed
from services.members.importing.spreadsheet import COLUMNS, MAX_ROWS, read

HEADERS = "Cap waktu,Nama Lengkap,Alamat Email,Nomor HP/WhatsApp,Asal Sekolah/Perpustakaan,Wilayah (Kab/Kota),Kecamatan"
LINE = "02/03/2026 9:15:00,Ani Contoh,ani@contoh.example,0812-3456-7890,SD Contoh 1,Kota Kediri,Mojoroto"


def cells(content):
    return [(row.number, row.cells["name"], row.cells["subdistrict"]) for row in read(content)]


def test_a_row_has_the_number_that_a_spreadsheet_shows():
    content = f"{HEADERS}\n{LINE}\n,,,,,,\n\n{LINE}\n".encode()
    assert [row.number for row in read(content)] == [2, 5]


def test_a_cell_with_lines_in_it_is_one_row():
    content = f"{HEADERS}\n{LINE.replace('SD Contoh 1', chr(34) + 'SD Contoh' + chr(10) + '1' + chr(34))}\n{LINE}\n"
    assert [row.number for row in read(content.encode())] == [2, 3]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_all_csv_dialects_of_spreadsheets_are_read(mark, delimiter, ending):
    content = mark + ending.join([HEADERS, LINE, ""]).replace(",", delimiter).encode()
    assert cells(content) == [(2, "Ani Contoh", "Mojoroto")]


@pytest.mark.parametrize(
    "headers",
    [
        "TIMESTAMP,nama lengkap,E-MAIL,No. WA,asal sekolah / perpustakaan,Kabupaten/Kota,KECAMATAN",
        " Cap  Waktu ,Nama,Email,No HP/WA,Instansi,wilayah,kec.",
    ],
)
def test_headers_are_known_in_other_words_case_and_spacing(headers):
    assert cells(f"{headers}\n{LINE}".encode()) == [(2, "Ani Contoh", "Mojoroto")]


def test_all_errors_of_the_headers_are_told_at_once():
    headers = "Nama,Nama Lengkap,Warna Kesukaan,Wilayah"
    with pytest.raises(Malformed) as told:
        read(f"{headers}\na,b,c,d".encode())
    assert told.value.extensions["errors"] == {
        "headers": {
            "missing": ["Asal Sekolah/Perpustakaan", "Kecamatan", "Alamat Email / Nomor HP/WhatsApp"],
            "unknown": ["Warna Kesukaan"],
            "twice": ["Nama Lengkap"],
        }
    }
    assert "Warna Kesukaan" in told.value.detail


def test_one_kind_of_contact_is_enough():
    headers = HEADERS.replace("Alamat Email,", "")
    assert read(f"{headers}\n{LINE.replace('ani@contoh.example,', '')}".encode())[0].cells["email"] == ""


def test_a_short_row_has_empty_cells_and_a_long_one_is_marked():
    short, long = read(f"{HEADERS}\n02/03/2026,Ani\n{LINE},extra\n".encode())
    assert short.cells["library"] == ""
    assert long.beyond
    assert not read(f"{HEADERS}\n{LINE},,\n".encode())[0].beyond


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        HEADERS.encode(),
        f"{HEADERS}\n{LINE}".encode("utf-16"),
        f"{HEADERS}\nSiti Nur\xe9,".encode("latin-1"),
        f'{HEADERS}\n"an open quote,{LINE}'.encode(),
        f"{HEADERS}\n{'x' * 200_000}".encode(),
        b"\x00\x01\x02",
        b"PK\x03\x04 an xlsx file",
    ],
)
def test_a_file_of_another_form_is_refused_with_the_reason(content):
    with pytest.raises(Malformed) as told:
        read(content)
    assert told.value.detail


def test_a_file_has_a_limit_of_rows():
    with pytest.raises(Malformed) as told:
        read("\n".join([HEADERS, *[LINE] * (MAX_ROWS + 1)]).encode())
    assert told.value.extensions["rows"] == MAX_ROWS + 1
    assert len(read("\n".join([HEADERS, *[LINE] * MAX_ROWS]).encode())) == MAX_ROWS


@given(some.binary(max_size=300) | some.text(max_size=300).map(str.encode))
def test_any_bytes_are_a_table_or_a_problem(content):
    with contextlib.suppress(Malformed):
        read(content)


@given(
    some.lists(some.text(alphabet=some.characters(exclude_categories=("C", "Z")), min_size=1), min_size=1, max_size=8)
)
def test_every_cell_comes_back_as_it_was_written(names):
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([headers[0] for headers in COLUMNS.values()])
    for name in names:
        writer.writerow([name] * len(COLUMNS))
    assert [row.cells["library"] for row in read(file.getvalue().encode())] == names
