"""When the activities of these tests take place."""

from datetime import timedelta

from tests.support.sample_community import NOW

START = NOW + timedelta(days=7)
END = START + timedelta(hours=2)
SESSIONS = [
    {
        "title": title,
        "starts": (START + timedelta(days=day, hours=hour)).isoformat(),
        "ends": (START + timedelta(days=day, hours=hour + 2)).isoformat(),
    }
    for title, day, hour in (("Klasifikasi", 0, 0), ("Katalogisasi", 0, 3), ("SLiMS", 1, 0), ("Laporan", 1, 3))
]
WORKSHOP_END = START + timedelta(days=1, hours=5)
