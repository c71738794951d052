"""The answers to the registration form, as Google Forms exports them: 145 people who do not exist, and the faulty rows
that every such file has.

`python -m deploy.demo.story.registrations` writes `data/anggota.csv` anew; a test keeps the two equal. The same seed
gives the same people, so the story knows each person by row.
"""

import csv
import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from deploy.demo.story import places

Thing = TypeVar("Thing")
FILE = Path(__file__).parent / "data" / "anggota.csv"
SEED = 1908
PEOPLE = 145
HEADERS = (
    "Cap waktu", "Nama Lengkap", "Alamat Email", "Nomor HP/WhatsApp", "Asal Sekolah/Perpustakaan", "Wilayah (Kab/Kota)",
    "Kecamatan", "Tanggal Lahir",
)  # fmt: skip

MEN = (
    "Ahmad", "Arif", "Bagus", "Budi", "Dedi", "Eko", "Fajar", "Gunawan", "Hadi", "Imam", "Joni", "Kusno", "Lukman",
    "Mujiono", "Purwanto", "Rahmat", "Sugeng", "Taufik", "Wahid", "Yudi",
)  # fmt: skip
WOMEN = (
    "Aminah", "Binti", "Choirun", "Dian", "Erna", "Farida", "Hartini", "Indah", "Kartika", "Lilik", "Mardiyah", "Nanik",
    "Oktavia", "Puji", "Rini", "Siti", "Tutik", "Umi", "Vina", "Wiwik", "Yeni", "Zulaikha",
)  # fmt: skip
SECOND = (
    "Asih", "Basuki", "Cahyono", "Damayanti", "Effendi", "Fauziah", "Ghofur", "Hidayah", "Irawan", "Jauhari", "Kurniasih",
    "Lestari", "Mahmudah", "Nugroho", "Oktaviani", "Pambudi", "Qomariyah", "Rohmah", "Setyawan", "Triyono", "Utami",
    "Wibisono", "Yulianti", "Zuhdi",
)  # fmt: skip
SCHOOLS = (
    "SD Tunas Lentera", "MI Cahaya Pustaka", "SMP Bina Aksara Muda", "MTs Lentera Ilmu", "SMA Pelita Pustaka",
    "MA Taman Aksara", "SMK Karya Lentera", "Taman Bacaan Pelangi",
)  # fmt: skip
HOSTS = ("example.org", "example.net", "example.com")
SPELLINGS = {
    places.KOTA_KEDIRI: ("Kota Kediri", "KOTA KEDIRI", "Kotamadya Kediri"),
    places.KABUPATEN_KEDIRI: ("Kab. Kediri", "Kabupaten Kediri", "KAB KEDIRI"),
    places.KOTA_BLITAR: ("Kota Blitar", "kota blitar"),
    places.KABUPATEN_BLITAR: ("Kab. Blitar", "Kabupaten Blitar"),
    places.TULUNGAGUNG: ("Kab. Tulungagung", "Tulungagung", "Kabupaten Tulungagung"),
    places.TRENGGALEK: ("Kab. Trenggalek", "Trenggalek"),
    places.NGANJUK: ("Kab. Nganjuk", "NGANJUK", "Kabupaten Nganjuk"),
}
SHARES = {
    places.KOTA_KEDIRI: 32, places.KABUPATEN_KEDIRI: 30, places.KOTA_BLITAR: 12, places.KABUPATEN_BLITAR: 20,
    places.TULUNGAGUNG: 19, places.TRENGGALEK: 15, places.NGANJUK: 17,
}  # fmt: skip

DATE = "Tanggal tidak dapat dibaca; tulis hari/bulan/tahun."
REGION = "Wilayah (kab/kota) belum diisi."
AMBIGUOUS = "Wilayah belum jelas; tulis Kota atau Kabupaten."
SUBDISTRICT = "Kecamatan tidak ada di wilayah ini."
CONTACT = "Alamat email dan nomor HP kosong; isi paling tidak salah satu."
EMAIL = "Alamat email tidak dapat dibaca."
PHONE = "Nomor HP/WhatsApp tidak dapat dibaca."
NAME = "Nama belum diisi."
TWO_PEOPLE = "Alamat email dan nomor HP milik dua anggota yang berbeda."


@dataclass(frozen=True)
class Entry:
    """One row of the form. `region` is the id of the intended region; `written` and `number` are the texts in the
    row.
    """

    submitted: str
    name: str
    email: str
    number: str
    library: str
    region: str
    written: str
    subdistrict: str
    born: str
    bad: tuple[str, ...] = ()
    different: tuple[str, ...] = ()
    again: bool = False

    @property
    def joins(self) -> bool:
        """Whether the row makes a member."""
        return not (self.bad or self.different or self.again)

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells of the row."""
        return (
            self.submitted, self.name, self.email, self.number, self.library, self.written, self.subdistrict, self.born,
        )  # fmt: skip


@dataclass(frozen=True)
class Row:
    """An entry with the number that a spreadsheet shows; the headers are row 1."""

    number: int
    entry: Entry


class Chance:
    """Random choices that are the same in every release of Python. Python promises this only for `random.random()`."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - not a secret

    def below(self, limit: int) -> int:
        return int(self._random.random() * limit)

    def one_of(self, things: Sequence[Thing]) -> Thing:
        return things[self.below(len(things))]


def rows() -> tuple[Row, ...]:
    """The whole form: people in the order of their registration, with faulty rows among them."""
    people = list(_people(Chance(SEED)))
    for place, entry in _mishaps(people):
        people.insert(place, entry)
    return tuple(Row(number, entry) for number, entry in enumerate(people, start=2))


def content() -> bytes:
    """The downloaded file: UTF-8, every cell quoted, CRLF."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(HEADERS)
    writer.writerows(row.entry.cells for row in rows())
    return text.getvalue().encode("utf-8")


def _people(chance: Chance) -> Iterator[Entry]:
    names: set[str] = set()
    homes = [region for region, share in SHARES.items() for _ in range(share)]
    for count in range(PEOPLE):
        region = homes.pop(chance.below(len(homes)))
        name = _name(chance, names)
        digits = f"8{chance.one_of(('12', '13', '52', '57', '78'))}{1_000_0000 + count * 61_379 + chance.below(40_000)}"
        # A person without an e-mail or a number has none in later rows either: some have no e-mail and never get one.
        without_email, without_number = count % 12 == 5, count % 9 == 7
        subdistrict = chance.one_of(places.place(region).subdistricts)["name"]
        yield Entry(
            submitted=f"{1 + count // 12:02d}/03/2025 {7 + count % 12:02d}.{chance.below(60):02d}.{chance.below(60):02d}",
            name=name,
            email="" if without_email else f"{name.lower().replace(' ', '.')}@{chance.one_of(HOSTS)}",
            number="" if without_number and not without_email else number(digits, count),
            library=f"{chance.one_of(SCHOOLS)} {subdistrict}",
            region=region,
            written=chance.one_of(SPELLINGS[region]),
            subdistrict=subdistrict,
            born=f"{1 + chance.below(28):02d}/{1 + chance.below(12):02d}/{1968 + chance.below(32)}",
        )


def number(digits: str, way: int) -> str:
    """A phone number as people write it, in five ways; `digits` come without the leading zero."""
    first, second, third = digits[:3], digits[3:7], digits[7:]
    return (
        f"0{first}-{second}-{third}",
        f"+62 {first} {second} {third}",
        f"62{digits}",
        digits,  # a spreadsheet read the text as a number and dropped the zero
        f"0{first} {second} {third} (WA)",
    )[way % 5]


def _name(chance: Chance, taken: set[str]) -> str:
    while True:
        name = f"{chance.one_of((*MEN, *WOMEN))} {chance.one_of(SECOND)}"
        if name not in taken:
            taken.add(name)
            return name


def _mishaps(people: Sequence[Entry]) -> list[tuple[int, Entry]]:
    """Faulty rows with their places; the last place comes first, so that insertions do not shift the other places."""
    both = [entry for entry in people if entry.email and entry.number]
    one, other, third, fourth = both[3], both[20], both[41], both[60]

    def stranger(called: str, **changed: object) -> Entry:
        address = f"{called.lower().replace(' ', '.')}@example.net"
        fresh = replace(other, name=called, email=address, number="", library="SD Tunas Lentera Pesantren")
        home = replace(fresh, region=places.KOTA_KEDIRI, written="Kota Kediri", subdistrict="Pesantren")
        return replace(home, **changed)  # type: ignore[arg-type]

    digits = "".join(filter(str.isdigit, one.number)).removeprefix("62").removeprefix("0")
    mishaps = [
        (12, stranger("Salim Tanggal", born="31/02/1987", bad=(DATE,))),
        (25, stranger("Sumiati Wilayah", written="", bad=(REGION,))),
        (33, stranger("Kholik Kecamatan", subdistrict="Wonokarto", bad=(SUBDISTRICT,))),
        (47, stranger("Darsih Ragu", written="Kediri", bad=(AMBIGUOUS,))),
        (58, replace(one, number=number(digits, 1), again=True)),
        (66, stranger("Parman Sunyi", email="", bad=(CONTACT,))),
        (79, stranger("Juminten Surel", email="juminten.example.net", bad=(EMAIL,))),
        (88, replace(other, library="Perpustakaan Desa Sumber Aksara", different=("Asal Sekolah/Perpustakaan",))),
        (97, stranger("Karno Angka", number="0812-34", bad=(PHONE,))),
        (118, replace(third, number=fourth.number, bad=(TWO_PEOPLE,))),
        (131, stranger("Kosong Semua", name="", written="", email="x", bad=(NAME, EMAIL, REGION))),
        (len(people), replace(third, submitted="28/03/2025 21.04.11", again=True)),
    ]
    return sorted(mishaps, key=lambda mishap: -mishap[0])


if __name__ == "__main__":
    FILE.write_bytes(content())
