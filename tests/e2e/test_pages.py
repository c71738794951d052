"""One gathering from the first topic to the feedback, through the pages only, on the whole stack."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from deploy.commands.board import install
from deploy.demo.mailbox.server import Mailbox
from deploy.waiting import wait_until
from services.kernel.base.clock import DemoClock
from services.members.installation import BoardMember
from tests.support.login import log_in
from tests.support.services import ChildServices
from tests.unit.gateway.browser import Browser
from tests.unit.gateway.harness import JAKARTA

PLACES = [
    {"id": "mojoroto", "name": "Mojoroto", "latitude": -7.81, "longitude": 111.98},
    {"id": "pesantren", "name": "Pesantren", "latitude": -7.83, "longitude": 112.04},
]
TITLE = "Barcode ganda setelah impor data"
CSV = (
    "Timestamp,Nama Lengkap,Email,Nomor HP,Nama Perpustakaan,Wilayah,Kecamatan\n"
    "01/02/2026 08:00:00,Anggota Impor,impor@contoh.id,0812-3456-7001,SD Contoh,Kota Kediri,Mojoroto\n"
    "01/02/2026 08:05:00,Tanpa Wilayah,lain@contoh.id,0812-3456-7002,SD Contoh,,\n"
)


class Person:
    """A person with a browser and a mailbox."""

    def __init__(self, url: str, mailbox: Mailbox, name: str) -> None:
        self.browser = Browser(httpx.Client(base_url=url, timeout=60))
        self.mailbox = mailbox
        self.name = name
        self.address = f"{name.lower()}@pages.example"

    def log_in(self) -> None:
        log_in(self.browser, self.mailbox, self.address)

    def join(self) -> None:
        self.browser.open("/gabung")
        entered = {"name": self.name, "email": self.address, "library": "SMA Contoh"}
        text = self.browser.submit("/gabung", **entered, subdistrict="kota-kediri/pesantren")
        assert "Anda sekarang anggota" in text, text
        self.log_in()

    def sees(self, path: str, *texts: str) -> None:
        """Open a page until it shows these texts, because facts need a moment to reach other services."""

        def shown() -> bool:
            page = self.browser.open(path)
            return self.browser.page.status_code == 200 and all(text in page for text in texts)

        wait_until(shown, 20, f"{path} to show {texts}")

    def does(self, path: str, action: str, **entered: str) -> str:
        """Open a page and send its form; the next page must show no error."""
        self.browser.open(path)
        text = self.browser.submit(action, **entered)
        assert self.browser.page.status_code == 200, text
        assert 'class="trouble"' not in text, text
        return text


@pytest.fixture
def stack(child_services, tmp_path: Path) -> ChildServices:
    services = child_services(environment={"JEJARING_COMMUNITY_NAME": "Komunitas Contoh"})
    services.start("members", "events", "mentoring", "notifications")
    services.wait_ready("members", "events", "mentoring", "notifications")
    board = [
        BoardMember(office, office.title(), f"{office}@pages.example", None, "Pengurus", "kota-kediri", "mojoroto")
        for office in ("coordinator", "secretary", "treasurer")
    ]
    install(board, services.environment)
    services.start_gateway()
    return services


@pytest.fixture
def clock(tmp_path: Path) -> DemoClock:
    return DemoClock(tmp_path / "clock.json")


def in_local_time(at: datetime) -> str:
    return at.astimezone(JAKARTA).strftime("%Y-%m-%dT%H:%M")


def test_a_topic_becomes_a_gathering_by_pages_alone(stack, mailbox, clock):
    url = stack.url("gateway")
    wulan, sari, budi = (Person(url, mailbox, name) for name in ("Coordinator", "Sari", "Budi"))
    opened(wulan)
    sari.sees("/", "Kota Kediri")
    sari.sees("/wilayah/kota-kediri", "Coordinator")
    sari.join()
    budi.join()
    topic = demanded(wulan, sari, budi)
    starts = clock.now() + timedelta(days=2)
    desk = planned(wulan, topic, starts)
    page = desk.removeprefix("/pengurus")
    seated(page, sari, budi)
    clock.advance(starts - clock.now() + timedelta(minutes=5))
    held(desk, page, wulan, budi)
    remembered(desk, page, wulan, budi)
    solved(topic, sari)
    imported(wulan)
    log = stack.log("gateway")
    assert {json.loads(line)["level"] for line in log.splitlines()} <= {"info", "warning"}
    assert "pages.example" not in log
    assert page not in log


def opened(wulan: Person) -> None:
    """Open a region by the API, because no page does this."""
    wulan.log_in()
    region = {"region": "kota-kediri", "name": "Kota Kediri", "subdistricts": PLACES}
    answer = wulan.browser.client.post("/v1/regions", json=region, headers={"Idempotency-Key": "region"})
    assert answer.status_code == 201, answer.text


def demanded(wulan: Person, sari: Person, budi: Person) -> str:
    wait_until(lambda: "Kota Kediri" in sari.browser.open("/topik/ajukan"), 20, "the region to be known")
    sari.does("/topik/ajukan", "/topik/ajukan", title=TITLE, region="kota-kediri", details="Dua buku, satu nomor.")
    topic = sari.browser.page.url.path
    assert "Dua buku" in sari.browser.text
    budi.sees(topic, TITLE)
    assert "Dua buku" not in budi.browser.text
    budi.does(topic, f"{topic}/dukung")
    wulan.sees("/pengurus", TITLE)
    wulan.does(topic, f"{topic}/keputusan", decision="accepted")
    return str(topic)


def planned(wulan: Person, topic: str, starts: datetime) -> str:
    where = {"name": "Kafe Literasi", "kind": "cafe", "subdistrict": "kota-kediri/mojoroto"}
    wulan.does("/pengurus/tempat", "/pengurus/tempat", **where)
    plan = topic.replace("/topik", "/pengurus/rencana")
    venue = re.search(r'<option value="([^"]+)"[^>]*>Kafe Literasi', wulan.browser.open(plan))
    assert venue
    times = {"starts": in_local_time(starts), "ends": in_local_time(starts + timedelta(hours=2))}
    text = wulan.does(plan, plan, venue=venue[1], capacity="1", **times)
    assert "Gathering direncanakan" in text
    desk = str(wulan.browser.page.url.path)
    assert "Pilih pemandu atau pemateri dulu." in wulan.browser.submit(f"{desk}/terbit")
    guide = re.search(r'name="person" value="([^"]+)"', wulan.browser.open(desk))
    assert guide
    wulan.does(desk, f"{desk}/pemandu", person=guide[1])
    assert "Sudah terbit" in wulan.does(desk, f"{desk}/terbit")
    return desk


def seated(page: str, sari: Person, budi: Person) -> None:
    sari.sees("/kegiatan", TITLE)
    sari.sees(page, "Daftar, gratis")

    def registered() -> bool:
        # Seats open a moment after publishing. Until then the form shows an error and is sent again.
        sari.browser.open(page)
        return "Anda terdaftar" in sari.browser.submit(f"{page}/daftar")

    wait_until(registered, 20, "seats to be opened")
    assert "Anda masuk antrean" in budi.does(page, f"{page}/daftar")
    assert "antrean nomor 1" in budi.browser.text
    assert "dibatalkan" in sari.does(page, f"{page}/batal")
    budi.sees(page, "Anda sudah mendapat kursi")
    budi.sees("/saya", TITLE, "dapat kursi")


def held(desk: str, page: str, wulan: Person, budi: Person) -> None:
    word = re.search(r'<p class="word">([^<]+)</p>', wulan.does(desk, f"{desk}/kode"))
    assert word
    budi.browser.open(page)
    assert "Bukan itu kode hadirnya" in budi.browser.submit(f"{page}/hadir", code="salah")
    assert "Kehadiran Anda tercatat" in budi.does(page, f"{page}/hadir", code=word[1])
    guest = {"name": "Pak Tamu", "email": "tamu@pages.example"}
    assert "Tamu tercatat" in wulan.does(f"{desk}/hadir", f"{desk}/tamu", **guest)
    wulan.sees(f"{desk}/hadir", "Hadir: 2", "Budi", "Pak Tamu")
    assert "Kegiatan ditutup" in wulan.does(desk, f"{desk}/selesai")


def remembered(desk: str, page: str, wulan: Person, budi: Person) -> None:
    budi.sees(page, "Tiga pertanyaan", "2 orang")
    assert "masukan Anda tersimpan" in budi.does(page, f"{page}/masukan", useful="5", understood="4", next="Weeding")
    wulan.sees(desk, "Weeding", "5.0")
    budi.sees("/saya", "Riwayat", TITLE)
    assert TITLE in budi.browser.open("/calendar.ics")


def solved(topic: str, sari: Person) -> None:
    sari.sees(topic, "Sudah teratasi di tempat Anda?")
    sari.does(topic, f"{topic}/jawaban", solved="yes")


def imported(wulan: Person) -> None:
    wulan.browser.open("/pengurus/impor")
    form = wulan.browser.form("/pengurus/impor")
    assert "Impor 1 baris yang siap" in wulan.browser.send(form, files={"file": ("a.csv", CSV.encode(), "text/csv")})
    wulan.browser.submit("/pengurus/impor/ambil")
    wulan.sees(wulan.browser.page.url.path, "Impor selesai.")
