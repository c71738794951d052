"""The addresses of the pages. ``GET`` shows a page; form targets are ``POST`` addresses below the page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from gateway.edge.identity import Identities
from gateway.papers.certificates import CertificatePdfs
from gateway.reports.report import EvidenceReports
from gateway.web import (
    activities,
    announcements,
    ask_pages,
    attendance,
    board,
    certificates,
    competence,
    consultations,
    deliveries,
    home,
    lecture_desk,
    lectures,
    libraries,
    member_import,
    membership,
    mentorship_actions,
    mentorships,
    notices,
    outcomes,
    own_data,
    planning,
    polls,
    profile,
    reports,
    topics,
    workshops,
)
from gateway.web.pages import Page, Pages, form_action
from gateway.web.rendering import STATIC

ACTIVITY = "/kegiatan/{activity}"
TOPIC = "/topik/{topic}"
LIBRARY = "/perpustakaan/{library}"
DESK = "/pengurus/kegiatan/{activity}"
CASE = "/pendampingan/{mentorship}"
POLL = "/jajak/{poll}"
LECTURE = "/kuliah/{lecture}"
LECTURES = "/pengurus/kuliah"
LED = f"{LECTURES}/{{lecture}}"
NOTICES = "/saya/pemberitahuan"
ANNOUNCEMENTS = "/pengumuman"
ANNOUNCEMENT = f"{ANNOUNCEMENTS}/{{announcement}}"
DELIVERIES = "/pengurus/kiriman"
CONSULTATION = "/konsultasi/{consultation}"
CONSULTATION_ACTIONS = {
    "jawab": consultations.answer,
    "terbitkan": consultations.publish,
    "catat": consultations.note,
    "tunda": consultations.hold,
    "selesai": consultations.resolve,
    "buka": consultations.reopen,
    "serahkan": consultations.assign,
    "sama": consultations.share,
    "dampingi": consultations.promote,
}
"""The form targets of a consultation, by the last segment of the address."""


class CachedStaticFiles(StaticFiles):
    """Static files that browsers cache forever: the address contains a hash of the content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code == 200 and scope["query_string"].startswith(b"v="):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def page_routes(
    pages: Pages,
    identities: Identities,
    evidence: EvidenceReports,
    papers: CertificatePdfs,
    static: Path = STATIC,
) -> Sequence[BaseRoute]:
    uploads = member_import.Uploads()

    def show(path: str, page: Page) -> list[BaseRoute]:
        return [Route(path, pages.endpoint(page, path), methods=["GET"])]

    def act(path: str, attempt: Page, page: Page, back: str | None = None) -> list[BaseRoute]:
        """A form target. A ``GET`` of the address, such as after a reload, redirects to ``back``, the page with the
        form.
        """
        routes: list[BaseRoute] = [Route(path, pages.endpoint(form_action(page, attempt), path), methods=["POST"])]
        if back is not None:
            routes.append(Route(path, _redirect_to(back), methods=["GET"]))
        return routes

    return [
        *show("/", home.home),
        *show("/wilayah/{region}", home.region),
        *show("/kegiatan", activities.calendar),
        *show(ACTIVITY, activities.activity),
        *act(f"{ACTIVITY}/daftar", activities.register, activities.activity, ACTIVITY),
        *act(f"{ACTIVITY}/batal", activities.release, activities.activity, ACTIVITY),
        *act(f"{ACTIVITY}/hadir", activities.check_in, activities.activity, ACTIVITY),
        *act(f"{ACTIVITY}/masukan", activities.give_feedback, activities.activity, ACTIVITY),
        *act(f"{ACTIVITY}/daftar-tamu", outcomes.register_as_guest, activities.activity, ACTIVITY),
        *act(f"{ACTIVITY}/masalah", outcomes.say_problem, activities.activity, ACTIVITY),
        *act(f"{ACTIVITY}/masalah/sama", outcomes.share_problem, activities.activity, ACTIVITY),
        *show("/materi", outcomes.materials),
        *show("/sertifikat/{code}.pdf", certificates.pdf(papers)),
        *show("/sertifikat/{code}", certificates.verification(papers)),
        *show("/gabung", membership.join_form),
        *act("/gabung", membership.join, membership.join_form),
        *show("/masuk", membership.login_form),
        *act("/masuk", membership.log_in(identities), membership.login_form),
        *act("/masuk/kode", membership.send_code, membership.login_form, "/masuk"),
        *act("/keluar", membership.log_out(identities), membership.own_page, "/saya"),
        *show("/saya", membership.own_page),
        *act("/saya/pilihan", membership.change_preferences, membership.own_page, "/saya"),
        *show("/laporan/perpustakaan/{library}", reports.draft(evidence)),
        *act(
            "/laporan/perpustakaan/{library}/terbit",
            reports.release(evidence),
            reports.draft(evidence),
            "/laporan/perpustakaan/{library}",
        ),
        *show("/laporan/{code}.pdf", reports.pdf(evidence)),
        *show("/laporan/{code}", reports.released(evidence)),
        *show("/saya/data", own_data.show),
        *act("/saya/data/hapus", own_data.erase, own_data.show, "/saya/data"),
        *show("/pendampingan", mentorships.overview),
        *act("/pendampingan/minta", mentorship_actions.request_mentorship, mentorships.overview, "/pendampingan"),
        *show(CASE, mentorships.case),
        *act(
            f"{CASE}/pendamping", mentorship_actions.case_action("mentors", "simpan", "person"), mentorships.case, CASE
        ),
        *act(f"{CASE}/kesiapan", mentorship_actions.assess, mentorships.case, CASE),
        *act(f"{CASE}/percontohan", mentorship_actions.case_action("pilot", "percontohan"), mentorships.case, CASE),
        *act(f"{CASE}/tahap/{{stage}}", mentorship_actions.pass_stage, mentorships.case, CASE),
        *act(f"{CASE}/mulai", mentorship_actions.case_action("go-live", "tahap"), mentorships.case, CASE),
        *show(f"{CASE}/kunjungan", mentorships.visit_form),
        *act(f"{CASE}/kunjungan", mentorship_actions.log_visit, mentorships.visit_form),
        *show(f"{CASE}/bukti", mentorships.evidence_form),
        *act(f"{CASE}/bukti", mentorship_actions.report_loans, mentorships.evidence_form),
        *act(f"{CASE}/cadangan", mentorship_actions.report_backup, mentorships.evidence_form, f"{CASE}/bukti"),
        *act(f"{CASE}/kendala", mentorship_actions.case_action("blockers", "simpan", "text"), mentorships.case, CASE),
        *act(f"{CASE}/kendala/{{blocker}}/selesai", mentorship_actions.clear_blocker, mentorships.case, CASE),
        *act(f"{CASE}/lancar", mentorship_actions.case_action("smooth", "usul-lancar"), mentorships.case, CASE),
        *act(
            f"{CASE}/lancar/pasti",
            mentorship_actions.case_action("smooth/confirmation", "lancar"),
            mentorships.case,
            CASE,
        ),
        *act(
            f"{CASE}/mundur", mentorship_actions.case_action("regression", "simpan", "reason"), mentorships.case, CASE
        ),
        *act(
            f"{CASE}/pasang",
            mentorship_actions.case_action("installation", "simpan", "version", "host"),
            mentorships.case,
            CASE,
        ),
        *act(f"{CASE}/tautan", mentorship_actions.make_link(papers), mentorships.case, CASE),
        *show(f"{CASE}/serah-terima", mentorships.handover),
        *act(f"{CASE}/serah-terima/sandi", mentorship_actions.rotate, mentorships.handover, f"{CASE}/serah-terima"),
        *show("/kemajuan/{secret}", mentorships.progress),
        *show("/saya/ubah", profile.show),
        *act("/saya/ubah", profile.change, profile.show),
        *act("/saya/persetujuan", profile.agree, profile.show, "/saya/ubah"),
        *act("/saya/telegram", profile.offer_telegram, profile.show, "/saya/ubah"),
        *act("/saya/telegram/lepas", profile.unlink_telegram, profile.show, "/saya/ubah"),
        *show("/saya/kompetensi", competence.overview),
        *show("/saya/kompetensi/{unit}", competence.unit_form),
        *act("/saya/kompetensi/{unit}", competence.rate, competence.unit_form),
        *show("/kompetensi/{person}", competence.overview),
        *show("/kompetensi/{person}/{unit}", competence.unit_form),
        *act("/kompetensi/{person}/{unit}", competence.rate, competence.unit_form),
        *show("/perpustakaan", libraries.libraries),
        *show("/perpustakaan/daftar", libraries.register_form),
        *act("/perpustakaan/daftar", libraries.register, libraries.register_form),
        *show(LIBRARY, libraries.library),
        *act(f"{LIBRARY}/bertugas", libraries.work_here, libraries.library, LIBRARY),
        *act(f"{LIBRARY}/berhenti", libraries.leave, libraries.library, LIBRARY),
        *act(f"{LIBRARY}/minat", libraries.say_interest, libraries.library, LIBRARY),
        *show("/topik", topics.board),
        *show("/topik/ajukan", topics.raise_form),
        *act("/topik/ajukan", topics.raise_topic, topics.raise_form),
        *show(TOPIC, topics.topic),
        *act(f"{TOPIC}/sama", topics.share, topics.topic, TOPIC),
        *act(f"{TOPIC}/dukung", topics.endorse, topics.topic, TOPIC),
        *act(f"{TOPIC}/jawaban", topics.answer, topics.topic, TOPIC),
        *act(f"{TOPIC}/keputusan", topics.decide, topics.topic, TOPIC),
        *show("/pengurus", board.desk),
        *show("/pengurus/tempat", board.venues),
        *act("/pengurus/tempat", board.add_venue, board.venues),
        *show("/pengurus/rencana/{topic}", planning.plan_form),
        *act("/pengurus/rencana/{topic}", planning.plan, planning.plan_form),
        *show(DESK, planning.manage),
        *act(f"{DESK}/pemandu", planning.name_speaker, planning.manage, DESK),
        *act(f"{DESK}/terbit", planning.publish, planning.manage, DESK),
        *act(f"{DESK}/pindah", planning.reschedule, planning.manage, DESK),
        *act(f"{DESK}/batal", planning.cancel, planning.manage, DESK),
        *act(f"{DESK}/selesai", planning.complete, planning.manage, DESK),
        *act(f"{DESK}/tuan-rumah", planning.ask_host, planning.manage, DESK),
        *act(f"{DESK}/tuan-rumah/jawaban", planning.record_host, planning.manage, DESK),
        *show("/pengurus/workshop", workshops.plan_form),
        *act("/pengurus/workshop", workshops.plan, workshops.plan_form),
        *act(f"{DESK}/mundur", workshops.withdraw_speaker, planning.manage, DESK),
        *act(f"{DESK}/kursi", workshops.change_capacity, planning.manage, DESK),
        *act(f"{DESK}/materi", outcomes.leave_material, planning.manage, DESK),
        *show(f"{DESK}/masalah", outcomes.problems),
        *act(f"{DESK}/masalah", outcomes.merge_problem, outcomes.problems),
        *act(f"{DESK}/masalah/topik", outcomes.make_topic, outcomes.problems, f"{DESK}/masalah"),
        *show(f"{DESK}/sertifikat", certificates.issued),
        *act(f"{DESK}/sertifikat", certificates.issue, certificates.issued),
        *act(f"{DESK}/sertifikat/cabut", certificates.revoke, certificates.issued, f"{DESK}/sertifikat"),
        *show(f"{DESK}/hadir", attendance.attendance),
        *act(f"{DESK}/hadir", attendance.record_member, attendance.attendance),
        *act(f"{DESK}/tamu", attendance.add_guest, attendance.attendance, f"{DESK}/hadir"),
        *act(f"{DESK}/kode", attendance.code_word, attendance.attendance, f"{DESK}/hadir"),
        *show("/pengurus/impor", member_import.import_form),
        *act("/pengurus/impor", member_import.preview(uploads), member_import.import_form),
        *act("/pengurus/impor/ambil", member_import.start(uploads), member_import.import_form, "/pengurus/impor"),
        *show("/pengurus/impor/{import}", member_import.progress),
        *show("/kuliah", lectures.archive),
        *show(LECTURE, lectures.lecture),
        *act(f"{LECTURE}/tanya", lectures.ask, lectures.lecture, LECTURE),
        *act(f"{LECTURE}/tanya/{{question}}", lectures.change_own_question, lectures.lecture, LECTURE),
        *show(POLL, polls.poll),
        *act(f"{POLL}/suara", polls.vote, polls.poll, POLL),
        *act(f"{POLL}/tutup", polls.close, polls.poll, POLL),
        *show(LECTURES, lecture_desk.desk),
        *act(f"{LECTURES}/jajak", lecture_desk.open_poll, lecture_desk.desk, LECTURES),
        *act(f"{LECTURES}/grup", lecture_desk.register_group, lecture_desk.desk, LECTURES),
        *act(f"{LECTURES}/rencana", lecture_desk.plan, lecture_desk.desk, LECTURES),
        *show(LED, lecture_desk.lead),
        *act(f"{LED}/langkah", lecture_desk.take_step, lecture_desk.lead, LED),
        *act(f"{LED}/tanya/{{question}}", lecture_desk.treat_question, lecture_desk.lead, LED),
        *show(f"{LED}/lembar", lecture_desk.run_sheet),
        *act(f"{LED}/lembar/{{step}}", lecture_desk.tick, lecture_desk.run_sheet, f"{LED}/lembar"),
        *show(NOTICES, notices.notices),
        *act(NOTICES, notices.choose, notices.notices),
        *show(ANNOUNCEMENTS, announcements.announcements),
        *act(ANNOUNCEMENTS, announcements.announce, announcements.announcements),
        *act(f"{ANNOUNCEMENT}/setujui", announcements.approve, announcements.announcements, ANNOUNCEMENTS),
        *act(f"{ANNOUNCEMENT}/terbit", announcements.publish, announcements.announcements, ANNOUNCEMENTS),
        *act(f"{ANNOUNCEMENT}/ralat", announcements.correct, announcements.announcements, ANNOUNCEMENTS),
        *act(f"{ANNOUNCEMENT}/tarik", announcements.withdraw, announcements.announcements, ANNOUNCEMENTS),
        *show(DELIVERIES, deliveries.deliveries),
        *act(f"{DELIVERIES}/{{delivery}}", deliveries.resend, deliveries.deliveries, DELIVERIES),
        *show("/tanya", ask_pages.ask_form),
        *act("/tanya/kirim", ask_pages.ask, ask_pages.ask_form, "/tanya"),
        *show("/konsultasi", consultations.overview),
        *show(CONSULTATION, consultations.consultation),
        *(
            route
            for name, attempt in CONSULTATION_ACTIONS.items()
            for route in act(f"{CONSULTATION}/{name}", attempt, consultations.consultation, CONSULTATION)
        ),
        Mount("/static", CachedStaticFiles(directory=static)),
    ]


def _redirect_to(path: str) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        return RedirectResponse(path.format(**request.path_params), 303)

    return respond
