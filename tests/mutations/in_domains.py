"""Mistakes in sending, in webhooks and in the rules of the community."""

from __future__ import annotations

from tests.mutations.plant import WAS_REAL, mistakes

SENDING = "tests/faults/test_sending.py"
WEBHOOKS = "tests/services/notifications/test_subscription_worker.py"

MUTATIONS = (
    *mistakes(
        "sender",
        "services/notifications/sending/delivery_store.py",
        (
            "a delivery that another sender has begun is sent by that sender alone",
            '"attempts": delivery.attempts, "taken_back": None}\n        change',
            '"taken_back": None}\n        change',
            SENDING,
            WAS_REAL,
        ),
        (
            "an ended delivery is never sent again",
            (
                '        change = {"$set": {"state": state, "ended": now, "reason": reason}}\n'
                '        self._deliveries.update_one({"_id": delivery, "state": {"$in": list(OPEN)}}, change)'
            ),
            (
                '        change = {"$set": {"state": state, "ended": now, "reason": reason}}\n'
                '        self._deliveries.update_one({"_id": delivery}, change)'
            ),
            SENDING,
        ),
        (
            "a resend that is read again sends nothing again",
            '            "reopened": {"$not": {"$gte": position}},\n',
            "",
            "tests/services/notifications/test_api_deliveries.py tests/integration/test_deliveries.py",
        ),
        (
            "a delivery that is not worth sending any more is not due",
            '        "worth_until": {"$gt": now},\n        "taken_back": None,',
            '        "taken_back": None,',
            f"{SENDING} tests/integration/test_deliveries.py",
        ),
    ),
    *mistakes(
        "sender",
        "services/notifications/sending/sender.py",
        (
            "a delivery is not tried for ever",
            "if delivery.attempts >= self._policy.attempts:",
            "if delivery.attempts >= 1000 * self._policy.attempts:",
            SENDING,
        ),
        (
            "a server that is away costs no attempt",
            "return RetryLater(self._machine_time.now(), str(error), attempts=-1)",
            "return RetryLater(self._machine_time.now(), str(error))",
            SENDING,
        ),
        (
            "quiet hours hold a delivery back",
            "            if held_until is None:\n",
            "            if held_until is None or held_until > now:\n",
            "tests/integration/test_deliveries.py",
        ),
        (
            "a letter of unknown outcome uses no other channel",
            "        if error.fault is Fault.UNKNOWN:\n",
            "        if error.fault is Fault.UNKNOWN and not delivery.alone:\n",
            SENDING,
        ),
    ),
    *mistakes(
        "sender",
        "services/notifications/sending/composing.py",
        (
            "a delivery that is sent again has its first identity",
            'identity = f"{delivery.id}@{self.host}"',
            'identity = f"{delivery.id}-{delivery.attempts}@{self.host}"',
            f"{SENDING} tests/integration/test_deliveries.py",
        ),
    ),
    *mistakes(
        "webhooks",
        "services/notifications/webhooks/subscription_worker.py",
        (
            "no later webhook overtakes a failed one",
            "        return self._failed(begun, subscription, attempt, reply)",
            (
                "        self.deliveries.advance_cursor(cursor, begun)\n"
                "        return self._failed(begun, subscription, attempt, reply)"
            ),
            WEBHOOKS,
        ),
        (
            "a webhook that is sent again has its first id",
            "            delivery.fact, body, secrets,",
            '            f"{delivery.fact}.{delivery.attempts}", body, secrets,',
            WEBHOOKS,
        ),
        (
            "a subscription that is disabled in mid-turn gets no further webhook",
            "            if self.commands.state(SUBSCRIPTION, identity)[0] != subscription:\n",
            "            if self.commands.state(SUBSCRIPTION, identity)[0] is None:\n",
            WEBHOOKS,
            WAS_REAL,
        ),
        (
            "a fact that a partner may not read any more is not sent",
            "        if not interest.takes(delivery.type, delivery.region):",
            "        if not interest.takes(delivery.type, delivery.region) and delivery.attempts > 100:",
            f"{WEBHOOKS} tests/services/notifications/test_subscribing.py tests/services/notifications/test_api_partners.py",
        ),
    ),
    *mistakes(
        "webhooks",
        "services/notifications/webhooks/webhook_deliveries.py",
        (
            "a webhook that another worker has begun is sent by that worker alone",
            'seen = {"_id": delivery.id, "state": {"$in": OPEN}, "attempts": delivery.attempts}',
            'seen = {"_id": delivery.id, "state": {"$in": OPEN}}',
            WEBHOOKS,
            WAS_REAL,
        ),
    ),
    *mistakes(
        "webhooks",
        "services/notifications/webhooks/retry_schedule.py",
        (
            "a redirect is a failure",
            "return 200 <= status < 300",
            "return 200 <= status < 400",
            "tests/unit/notifications/test_webhook_schedule.py",
        ),
        (
            "a subscription that fails for days is given up",
            "return attempts >= len(DELAYS) or now - failing_since >= GIVEN_UP_AFTER",
            "return attempts >= len(DELAYS) and now - failing_since >= GIVEN_UP_AFTER",
            "tests/unit/notifications/test_webhook_schedule.py",
        ),
    ),
    *mistakes(
        "domain: events",
        "services/events/domain/seats.py",
        (
            "seats never exceed the capacity",
            "    if len(seats.taken) < seats.capacity and not seats.line:",
            "    if len(seats.taken) <= seats.capacity and not seats.line:",
            "tests/unit/events/test_seats.py",
        ),
        (
            "nobody overtakes the line",
            "    if len(seats.taken) < seats.capacity and not seats.line:",
            "    if len(seats.taken) < seats.capacity:",
            "tests/unit/events/test_seats.py",
        ),
        (
            "registration ends at the start, before its deadline is noticed",
            "if seats.closed or at >= seats.closes:",
            "if seats.closed:",
            "tests/unit/events/test_seats.py",
        ),
    ),
    *mistakes(
        "domain: events",
        "services/events/domain/attendance.py",
        (
            "a code word counts only around the time of the activity",
            "    if not times.opens <= at <= times.closes:",
            "    if not times.opens <= at:",
            "tests/unit/events/test_attendance.py tests/unit/events/test_attendance_of_sessions.py",
        ),
    ),
    *mistakes(
        "domain: events",
        "services/events/domain/poll.py",
        (
            "no vote counts after a poll has closed",
            "if poll.closed or command.at >= poll.closes:",
            "if poll.closed:",
            "tests/unit/events/test_poll.py",
        ),
    ),
    *mistakes(
        "domain: members",
        "services/members/domain/person.py",
        (
            "nobody joins under the id of an erased person",
            '            raise Unavailable("what was known under this contact is being erased")\n        case IdentityStatus.NOBODY:',
            "            return []\n        case IdentityStatus.NOBODY:",
            "tests/unit/members/test_person.py tests/unit/members/test_erasure.py",
        ),
        (
            "a guest's id is never a member's",
            "if person.kept_for is None and person.standing is not IdentityStatus.NOBODY:",
            "if person.kept_for is None and person.standing is IdentityStatus.ERASED:",
            "tests/unit/members/test_person.py tests/unit/members/test_guest.py tests/unit/members/test_guest_tying.py",
        ),
    ),
    *mistakes(
        "domain: members",
        "services/members/domain/credential.py",
        (
            "codes that were guessed at too often are dead",
            "if not live or login.wrong >= WRONG_CODES:",
            "if not live:",
            "tests/unit/members/test_credential.py",
        ),
        (
            "a revoked token is not valid",
            "return at < self.expires and not self.revoked",
            "return at < self.expires",
            "tests/unit/members/test_credential.py tests/services/members/test_api_login.py",
        ),
    ),
    *mistakes(
        "domain: members",
        "services/members/domain/office.py",
        (
            "only the holder hands an office over",
            "if command.by not in {None, office.holder}:",
            "if command.by == command.to:",
            "tests/unit/members/test_office.py",
        ),
    ),
    *mistakes(
        "domain: members",
        "services/members/domain/consent.py",
        (
            "a consent is to the newest wording",
            "if command.wording != newest_wording(command.purpose):",
            "if command.wording > newest_wording(command.purpose):",
            "tests/unit/members/test_consent.py",
        ),
    ),
    *mistakes(
        "domain: mentoring",
        "services/mentoring/domain/smooth.py",
        (
            "no regional coordinator confirms that a library runs smoothly",
            "if command.leads or command.person == case.proposed_by or",
            "if command.person == case.proposed_by or",
            "tests/unit/mentoring/test_smooth.py",
            WAS_REAL,
        ),
        (
            "nobody who accompanies a library confirms that it runs smoothly",
            " or command.person in case.mentors:",
            ":",
            "tests/unit/mentoring/test_smooth.py",
            WAS_REAL,
        ),
        (
            "the evidence window is judged again at the confirmation",
            "    probation = proven(case, command.at)\n    if case.proposed_by is None:",
            "    probation = case.probation or proven(case, command.at)\n    if case.proposed_by is None:",
            "tests/unit/mentoring/test_smooth.py",
        ),
    ),
    *mistakes(
        "domain: mentoring",
        "services/mentoring/domain/probation.py",
        (
            "a week without loans begins the window anew",
            "                first, have = monday + WEEK, 0\n",
            "                first = monday + WEEK\n",
            "tests/unit/mentoring/test_probation.py tests/unit/mentoring/test_smooth.py",
        ),
    ),
    *mistakes(
        "domain: notifications",
        "services/notifications/domain/announcement.py",
        (
            "who wrote an announcement does not approve it",
            "    if command.by == announcement.writer:",
            "    if command.by == announcement.writer and announcement.draft > 1:",
            "tests/unit/notifications/test_announcement.py",
        ),
        (
            "an approval holds for the text that was read",
            "    if command.draft != announcement.draft:",
            "    if command.draft > announcement.draft:",
            "tests/unit/notifications/test_announcement.py",
        ),
    ),
    *mistakes(
        "domain: notifications",
        "services/notifications/domain/quiet_hours.py",
        (
            "quiet hours across midnight are quiet in the evening and in the morning",
            "return clock >= self.begin or clock < self.end",
            "return clock >= self.begin and clock < self.end",
            "tests/unit/notifications/test_quiet_hours.py",
        ),
    ),
)
