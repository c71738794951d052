"""What a page says after something went well. The address carries the name only: nobody can make a page say their words."""

from __future__ import annotations

NEWS = {
    "kursi": "Anda terdaftar. Sampai bertemu!",
    "antrean": "Kursi penuh. Anda masuk antrean; begitu ada kursi, itu milik Anda dan Anda diberi tahu.",
    "batal": "Pendaftaran Anda dibatalkan. Terima kasih sudah memberi tahu.",
    "hadir": "Kehadiran Anda tercatat. Selamat belajar!",
    "masukan": "Terima kasih, masukan Anda tersimpan.",
    "gabung": "Selamat datang, Anda sekarang anggota. Masuk dengan kode untuk melanjutkan.",
    "masuk": "Anda sudah masuk.",
    "keluar": "Anda sudah keluar.",
    "simpan": "Tersimpan.",
    "topik": "Topik Anda tercatat. Koordinator wilayah akan menanggapinya.",
    "sama": "Tercatat bahwa Anda mengalami hal yang sama.",
    "dukung": "Dukungan Anda tercatat.",
    "terjawab": "Terima kasih, jawaban Anda tercatat.",
    "diterima": "Topik diterima. Sekarang rencanakan gathering-nya.",
    "ditolak": "Topik ditolak; alasannya tertulis di papan topik.",
    "rencana": "Gathering direncanakan. Pilih pemandu, lalu terbitkan.",
    "pemandu": "Pemandu tercatat.",
    "pemateri": "Pemateri tercatat.",
    "terbit": "Sudah terbit. Yang berkepentingan diberi tahu lewat email.",
    "pindah": "Waktu dipindah. Peserta diberi tahu lewat email.",
    "dibatalkan": "Kegiatan dibatalkan. Peserta diberi tahu lewat email.",
    "selesai": "Kegiatan ditutup. Terima kasih!",
    "ditanya": "Tercatat bahwa tuan rumah sudah ditanya.",
    "bersedia": "Tercatat: tuan rumah bersedia.",
    "menolak": "Tercatat: tuan rumah tidak bersedia.",
    "tercatat": "Kehadiran tercatat.",
    "tamu": "Tamu tercatat.",
    "tempat": "Tempat tersimpan.",
}
