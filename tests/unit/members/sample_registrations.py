"""Tables of registrations, as a form exports them."""

import csv
import io

SUBDISTRICTS = [
    {"id": "mojoroto", "name": "Mojoroto", "latitude": -7.8145, "longitude": 111.9906},
    {"id": "pesantren", "name": "Pesantren", "latitude": -7.8417, "longitude": 112.0413},
]
HEADERS = [
    "Cap waktu",
    "Nama Lengkap",
    "Alamat Email",
    "Nomor HP/WhatsApp",
    "Asal Sekolah/Perpustakaan",
    "Wilayah (Kab/Kota)",
    "Kecamatan",
]


def way(national, n):
    """A phone number in the n-th of five ways."""
    ways = [f"0{national[:3]}-{national[3:7]}-{national[7:]}", f"+62 {national}", f"62{national}", national]
    return [*ways, f"0{national[:3]} {national[3:]} (WA)"][n % 5]


def row(n, **changes):
    """The n-th person's row; ``changes`` by the position's name."""
    cells = {
        "submitted": f"{n % 28 + 1:02d}/02/2026 9:15:32",
        "name": f"Orang Contoh {n}",
        "email": f"orang{n}@contoh.example" if n % 3 else "",
        "phone": way(f"812{30_000_000 + n}", n) if n % 2 or not n % 3 else "",
        "library": f"SD Contoh {n % 40}",
        "region": ["Kota Kediri", "KOTA KEDIRI", "kota kediri"][n % 3],
        "subdistrict": ["Mojoroto", "Kec. Pesantren"][n % 2],
    }
    return list((cells | changes).values())


def table(*rows, headers=HEADERS, delimiter=","):
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows([headers, *rows])
    return file.getvalue().encode()
