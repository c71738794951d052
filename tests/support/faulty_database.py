"""A database connection that is lost at a chosen call, before or after the server has done what it was asked."""

from collections.abc import Callable
from typing import Any, Literal

from pymongo.errors import AutoReconnect

Loss = Literal["before", "after"] | None


class FaultyDatabase:
    """A pymongo ``Database`` whose calls may fail.

    ``plan(collection, method)`` is asked at each call: ``before`` loses the request, ``after`` loses the answer, None
    loses nothing.
    """

    def __init__(self, database: Any, plan: Callable[[str, str], Loss]) -> None:
        self._database = database
        self._plan = plan

    def get_collection(self, name: str, **options: Any) -> "_FaultyObject":
        return _FaultyObject(self._database.get_collection(name, **options), name, self._plan)

    def __getitem__(self, name: str) -> "_FaultyObject":
        return self.get_collection(name)

    def __getattr__(self, method: str) -> Any:
        return getattr(_FaultyObject(self._database, "", self._plan), method)


class _FaultyObject:
    def __init__(self, real: Any, name: str, plan: Callable[[str, str], Loss]) -> None:
        self._real = real
        self._plan = plan
        self.name = name

    def __getattr__(self, method: str) -> Any:
        found = getattr(self._real, method)
        if not callable(found):
            return found

        def called(*arguments: Any, **options: Any) -> Any:
            loss = self._plan(self.name, method)
            if loss == "before":
                raise AutoReconnect("the request was lost")
            answer = found(*arguments, **options)
            if loss == "after":
                raise AutoReconnect("the answer was lost")
            return answer

        return called
