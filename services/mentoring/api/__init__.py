"""The HTTP surface of the mentoring service: one file a resource."""

from __future__ import annotations

from collections.abc import Sequence

from services.kernel.route import Route

ROUTES: Sequence[Route] = ()
