"""The texts for the group at each step of a lecture, in Indonesian, for the moderator to copy and change.

``*…*`` is how WhatsApp and Telegram write bold.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from services.kernel.base.local_time import local, zone_name

DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
MONTHS = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)

TITLES: Mapping[str, str] = {
    "announce": "Umumkan di grup",
    "remind": "Ingatkan setengah jam sebelumnya",
    "open": "Buka kuliah dan sapa anggota",
    "presence": "Catat yang hadir",
    "restrict": "Atur grup: hanya admin yang dapat mengirim pesan",
    "present": "Persilakan narasumber memaparkan materi",
    "take-questions": "Buka tanya jawab",
    "close": "Tutup kuliah",
    "lift": "Kembalikan pengaturan grup: semua peserta dapat mengirim pesan",
    "archive": "Bagikan rangkuman",
}
"""By step."""

_TEXTS: Mapping[str, str] = {
    "announce": (
        "*Kuliah di grup ini: {title}*\n"
        "{day}, pukul {starts}–{ends} {zone}.\n"
        "Gratis, untuk semua pustakawan dan pengelola perpustakaan. Keterangan dan materi: {link}"
    ),
    "remind": (
        "Bapak/Ibu, kuliah *{title}* dimulai pukul {starts} {zone}. "
        "Selama kuliah, mohon grup ini dipakai untuk materi kuliah saja. Terima kasih."
    ),
    "open": (
        "Selamat datang di kuliah *{title}*.\n"
        "Urutannya: pemaparan materi, lalu tanya jawab. Silakan balas *hadir* untuk dicatat."
    ),
    "present": "Kita mulai pemaparan materi. Kepada narasumber kami persilakan.",
    "take-questions": (
        "Terima kasih kepada narasumber. Sekarang *tanya jawab* tentang materi ini.\n"
        "Tulis pertanyaan di {link}, moderator memanggil satu per satu."
    ),
    "close": (
        "Kuliah *{title}* kami tutup. Terima kasih kepada narasumber dan Bapak/Ibu yang hadir.\n"
        "Materi dan tanya jawab dapat dibaca lagi di {link}"
    ),
    "archive": "Bagi yang berhalangan hadir: materi dan tanya jawab kuliah *{title}* ada di {link}",
}


def text(step: str, *, title: str, starts: datetime, ends: datetime, link: str) -> str | None:
    """The step's text, None for a step without words."""
    pattern = _TEXTS.get(step)
    if pattern is None:
        return None
    begins, finishes = local(starts), local(ends)
    day = f"{DAYS[begins.weekday()]}, {begins.day} {MONTHS[begins.month - 1]} {begins.year}"
    times = {"day": day, "starts": f"{begins:%H.%M}", "ends": f"{finishes:%H.%M}", "zone": zone_name(starts)}
    return pattern.format(title=title, link=link, **times)
