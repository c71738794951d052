"""All mutations, by room. The tables stand in ``in_log``, ``in_bus``, ``in_views``, ``in_managers``, ``in_privacy`` and
``in_domains``.
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.mutations import in_bus, in_domains, in_log, in_managers, in_privacy, in_views
from tests.mutations.plant import Mutation

MUTATIONS: Sequence[Mutation] = (
    *in_log.MUTATIONS,
    *in_bus.MUTATIONS,
    *in_views.MUTATIONS,
    *in_managers.MUTATIONS,
    *in_privacy.MUTATIONS,
    *in_domains.MUTATIONS,
)
