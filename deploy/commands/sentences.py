"""The meaning of an error for the person at the terminal, in one sentence."""

from dataclasses import dataclass

import httpx
from pymongo.errors import PyMongoError

from deploy.errors import CommandError, from_os_error
from services.kernel.base.problem import Problem
from services.kernel.base.settings import SettingsError
from services.kernel.log.log import LogError


@dataclass(frozen=True)
class Said:
    """The sentence, and the exit status: 2 for a wrong configuration, 1 otherwise."""

    text: str
    status: int = 1


def sentence_for(error: Exception) -> Said | None:
    """The sentence for an error; None for a fault of the program, which keeps its traceback."""
    match error:
        case CommandError():
            return Said(str(error))
        case SettingsError():
            return Said(_sentence(str(error)), 2)
        case PyMongoError():
            return Said(f"The database does not answer as it should ({type(error).__name__}); see MONGODB_URI.")
        case Problem():
            return Said(_sentence(error.detail or error.title))
        case LogError():
            return Said(f"The log did not take it ({type(error).__name__}); try again.")
        case httpx.HTTPError():
            return Said(f"No answer over HTTP ({type(error).__name__}).")
        case OSError():
            return Said(str(from_os_error(error, "the command")))
    return None


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
