"""The read models of mentoring: one file each."""

from services.kernel.view import View

VIEWS: tuple[View, ...] = ()
