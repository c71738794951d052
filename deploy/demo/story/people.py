"""The people of the story by name. None of them exists; their mail goes to hosts that nobody can own (RFC 2606)."""

from dataclasses import dataclass
from functools import cache

from deploy.demo.story import places
from deploy.demo.story.registrations import rows


@dataclass(frozen=True)
class Somebody:
    """A person's five fields of the form. `subdistrict` is an id."""

    name: str
    email: str
    library: str
    region: str
    subdistrict: str

    @property
    def body(self) -> dict[str, str]:
        """The body of the request to join."""
        return {
            "name": self.name,
            "email": self.email,
            "library": self.library,
            "region": self.region,
            "subdistrict": self.subdistrict,
        }


WAHYU = Somebody(
    "Wahyu Prasojo", "wahyu.prasojo@example.org", "Perpustakaan Kampus Lentera", places.KOTA_KEDIRI, "mojoroto"
)
LESTARI = Somebody(
    "Lestari Handayaningrum", "lestari@example.org", "SMA Pelita Pustaka Ngasem", places.KABUPATEN_KEDIRI, "ngasem"
)
BAMBANG = Somebody(
    "Bambang Suryolaras", "bambang.s@example.net", "SD Tunas Lentera Pesantren", places.KOTA_KEDIRI, "pesantren"
)
BOARD = {"coordinator": WAHYU, "secretary": LESTARI, "treasurer": BAMBANG}

RATNA = Somebody("Ratna Puspitaloka", "ratna.p@example.org", "SMP Bina Aksara Kota", places.KOTA_KEDIRI, "kota")
JOKO = Somebody("Joko Santiko", "joko.s@example.org", "SMK Karya Lentera Pare", places.KABUPATEN_KEDIRI, "pare")
DEWI = Somebody("Dewi Anggraeni", "dewi.a@example.com", "SD Tunas Lentera Blitar", places.KOTA_BLITAR, "sananwetan")
AGUS = Somebody("Agus Hermawanto", "agus.h@example.net", "MTs Lentera Ilmu Wlingi", places.KABUPATEN_BLITAR, "wlingi")
NUR = Somebody("Nur Hidayatin", "nur.h@example.org", "MA Taman Aksara Ngunut", places.TULUNGAGUNG, "ngunut")
WIDODO = Somebody("Slamet Widodari", "slamet.w@example.com", "SMA Pelita Pustaka Baron", places.NGANJUK, "baron")
REGIONAL_COORDINATORS = (RATNA, JOKO, DEWI, AGUS, NUR, WIDODO)
VACANT = places.TRENGGALEK

SITI = Somebody("Siti Maghfiroten", "siti.m@example.org", "MI Cahaya Pustaka Mojoroto", places.KOTA_KEDIRI, "mojoroto")
RUDI = Somebody("Rudi Hartantyo", "rudi.h@example.net", "SMK Karya Lentera Kota", places.KOTA_KEDIRI, "kota")
ENDANG = Somebody(
    "Endang Sulistyorini", "endang.s@example.org", "SMP Bina Aksara Gurah", places.KABUPATEN_KEDIRI, "gurah"
)
YUSUF = Somebody("Yusuf Ramadhanto", "yusuf.r@example.com", "MI Cahaya Pustaka Pace", places.NGANJUK, "pace")
FITRI = Somebody("Fitri Wulansari", "fitri.w@example.net", "SD Tunas Lentera Sukorejo", places.KOTA_BLITAR, "sukorejo")
BY_FORM = (SITI, RUDI, ENDANG, YUSUF, FITRI)

MAYA = Somebody(
    "Maya Kusumaningtyas", "maya.k@example.net", "Taman Bacaan Pelangi Pesantren", places.KOTA_KEDIRI, "pesantren"
)
"""Comes to the first gathering without being a member, and joins afterwards."""

TITIK = Somebody("Titik Wahyuningtyas", "titik.w@example.org", "SMAN 4 Kota Kediri", places.KOTA_KEDIRI, "mojoroto")
HERU = Somebody("Heru Prasetyono", "heru.p@example.net", "SMAN 4 Kota Kediri", places.KOTA_KEDIRI, "kota")
YANTI = Somebody("Yanti Rahmaniar", "yanti.r@example.org", "SMP Bina Aksara Kota", places.KOTA_KEDIRI, "kota")
STAFF = (TITIK, HERU, YANTI)
"""Run the libraries that are accompanied: SMAN 4 of the paper has two people, the other school one."""

ANDRI = Somebody("Andri Nugrahanto", "andri.n@example.com", "SMAN 4 Kota Kediri", places.KOTA_KEDIRI, "pesantren")
"""Follows at SMAN 4 when its operator leaves; joins only then."""

MENTOR = RUDI
"""Takes the office of a mentor in Kota Kediri."""

NINING = Somebody("Nining Kusumawardhani", "nining.k@example.org", "SMP Bina Aksara Kota", places.KOTA_KEDIRI, "kota")
"""Comes as a guest, becomes a member, and leaves. Nobody else has a similar name, so the name can be searched for."""


@cache
def by_file(region: str) -> tuple[str, ...]:
    """The e-mail addresses of the region's people in the file, in the file's order, without people who have no
    address.
    """
    return tuple(
        row.entry.email for row in rows() if row.entry.joins and row.entry.email and row.entry.region == region
    )


_CITY = by_file(places.KOTA_KEDIRI)
_AROUND = by_file(places.KABUPATEN_KEDIRI)

RAISERS = (SITI.email, *_CITY[0:2])
ENDORSERS = (RUDI.email, *_CITY[2:8], *_AROUND[0:4])
SEATED = (*_CITY[0:1], SITI.email, *_CITY[2:5], RUDI.email, _CITY[5], _AROUND[0], *_CITY[1:2], *_CITY[6:8], _AROUND[1])
LINED = (_CITY[8], _AROUND[2], _CITY[9])
CANCELS = SEATED[4]
STAYS_AWAY = SEATED[11]
HAVE_A_SEAT = tuple(one for one in (*SEATED, LINED[0]) if one != CANCELS)
WITHOUT_SIGNAL = RUDI.email
PRESENT = tuple(one for one in (*SEATED, LINED[0]) if one not in {CANCELS, STAYS_AWAY})
SAYS_AT_LAST = RAISERS[2]

SPEAKER = _AROUND[5]
SECOND_SEATED = (ENDANG.email, *_AROUND[0:2])

# Chapter "consultation".
SUCCESSORS = {places.NGANJUK: YUSUF}
"""A region's later office holder; when the story is told again, this person holds the office already."""
ASKS = {"name": "Sulastri Parwati", "email": "sulastri.p@example.net"}
"""Not a member; runs a reading garden in the region without a coordinator."""

# Chapter "workshop".
AT_WORKSHOP = (SITI.email, RUDI.email, _CITY[0])
"""Members at the workshop; the last misses a session."""
MISSES_ONE = _CITY[0]
STRANGERS = (
    {"name": "Laksmi Prabandari", "email": "laksmi.p@example.net"},
    {"name": "Hendro Kusworo", "email": "hendro.k@example.com"},
)
"""Not members; they register for the workshop as guests."""
ACADEMIC = {"name": "Dr. Pramesti Wulandaru", "email": "pramesti@example.org"}
OFFICIAL = {"name": "Drs. Gunarto Wibisana", "email": "gunarto@example.org"}

# Chapter "told".
GONE = Somebody(
    "Wiwik Setyoningsih", "wiwik.s@bounce.example", "SD Tunas Lentera Mojoroto", places.KOTA_KEDIRI, "mojoroto"
)
"""Her address is closed; this machine's mailbox refuses it as a mail server would."""
