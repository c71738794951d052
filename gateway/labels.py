"""The Indonesian label of each value that the services name in English: offices, stages, kinds, states.

``Words.label(kind, value)`` looks a label up and translates it. A table's entry ``OTHERWISE`` is the label of all values
that the table does not name; a table without this entry shows such a value as it is.
"""

from __future__ import annotations

from collections.abc import Mapping

OTHERWISE = "*"

STAGES = {
    "wanted": "Berminat",
    "ready": "Siap",
    "agreed": "Disepakati",
    "installed": "Terpasang",
    "data-entry": "Isi data",
    "circulation-live": "Sirkulasi siap",
    "probation": "Masa pembuktian",
    "smooth": "Lancar",
}
"""The stages of the mentorship templates so far."""

LABELS: Mapping[str, Mapping[str, str]] = {
    "office": {
        "coordinator": "Koordinator komunitas",
        "secretary": "Sekretaris",
        "treasurer": "Bendahara",
        "regional-coordinator": "Koordinator wilayah",
        "mentor": "Pendamping",
        "speaker": "Pemateri",
        "partner": "Mitra",
    },
    "stage": STAGES,
    "condition": {
        "computers": "Komputer",
        "network": "Jaringan",
        "power": "Listrik",
        "operator": "Petugas yang mengoperasikan",
        "budget": "Anggaran",
        "support": "Dukungan kepala",
    },
    "visit-mode": {"on-site": "datang", "call": "telepon", OTHERWISE: "chat"},
    "installation-host": {
        "library-computer": "komputer perpustakaan",
        "school-server": "server sekolah",
        "hosting": "hosting",
        OTHERWISE: "lainnya",
    },
    "library-kind": {
        "school": "Perpustakaan sekolah",
        "reading-garden": "Taman bacaan",
        "campus": "Perpustakaan kampus",
        "public": "Perpustakaan umum",
        OTHERWISE: "Perpustakaan lain",
    },
    "library-level": {
        "basic": "Jenjang dasar (SD/MI, SMP/MTs)",
        "secondary": "Jenjang menengah (SMA/SMK/MA)",
        "higher": "Perguruan tinggi",
        OTHERWISE: "Tanpa jenjang",
    },
    "slims-interest": {
        "using": "memakai SLiMS",
        "interested": "berminat pada SLiMS",
        OTHERWISE: "belum memakai SLiMS",
    },
    "library-role": {
        "head": "Kepala perpustakaan",
        "staff": "Staf perpustakaan",
        "teacher-librarian": "Guru pustakawan",
        OTHERWISE: "Relawan",
    },
    "education-level": {
        "basic": "pendidikan dasar",
        "secondary": "pendidikan menengah",
        "higher": "pendidikan tinggi",
    },
    "speaker-category": {
        "practitioner": "praktisi",
        "academic": "akademisi",
        "official": "birokrat",
        OTHERWISE: "dari luar pengurus",
    },
    "activity-state": {
        "planned": "belum terbit",
        "published": "terbit",
        "completed": "selesai",
        OTHERWISE: "batal",
    },
    "attendance-method": {"code": "kode", "walk-in": "datang langsung", OTHERWISE: "dicatat"},
    "absence": {"excused": "izin", OTHERWISE: "tanpa kabar"},
    "poll-state": {"open": "terbuka", "agreed": "disepakati", OTHERWISE: "tidak cukup suara"},
    "lecture-phase": {
        "scheduled": "belum terbit",
        "announced": "akan datang",
        "opened": "dibuka",
        "presentation": "pemaparan",
        "questions": "tanya jawab",
        OTHERWISE: "selesai",
    },
    "question-state": {
        "next": "sedang dijawab",
        "answered": "terjawab",
        "merged": "digabung",
        "hidden": "di luar materi",
        OTHERWISE: "ditarik",
    },
    "consultation-state": {
        "open": "menunggu jawaban",
        "answered": "sudah dijawab",
        "resolved": "teratasi",
        OTHERWISE: "menjadi pendampingan",
    },
    "aspect": {"knowledge": "pengetahuan", "skill": "keterampilan", "attitude": "sikap kerja"},
    "delivery-reason": {
        "address": "alamat tidak bisa dipakai",
        "blocked": "bot diblokir",
        "tried-too-often": "terlalu sering gagal",
        "unanswered": "server tidak menjawab",
        OTHERWISE: "ditolak server penerima",
    },
    "certificate-kind": {"workshop": "workshop", "gathering": "gathering", "lecture": "kuliah di grup"},
    "member-field": {
        "name": "Nama",
        "email": "Email",
        "phone": "Nomor HP / WhatsApp",
        "library": "Perpustakaan atau sekolah",
        "region": "Wilayah",
        "subdistrict": "Kecamatan",
    },
}

LICENCES = {
    "cc0": "CC0",
    "cc-by": "CC BY",
    "cc-by-sa": "CC BY-SA",
    "cc-by-nc": "CC BY-NC",
    "cc-by-nc-sa": "CC BY-NC-SA",
}
"""The names of open licences, the same in every language."""
ALL_RIGHTS_RESERVED = "hak cipta pada pembuatnya"
