"""Tells the story into a running stack, once for the same data, and shows whom one can be."""

import hashlib
import importlib
import json
import os
from collections.abc import Callable
from types import ModuleType

from deploy.configuration import Configuration
from deploy.trouble import Trouble, from_os_error


def tell(configuration: Configuration, mailbox_url: str | None, say: Callable[[str], None]) -> None:
    """Tell it, or say that it was told; then the tokens. `Trouble` names the step that failed.

    A story cut off is told again from its beginning: its commands carry the same keys, so what was done stays done once.
    """
    story = _story()
    if story is None or mailbox_url is None or configuration.clock_path is None:
        return
    told = configuration.data / f"story-{_fingerprint(configuration)}.json"
    if told.exists():
        say("story already told")
        tokens = json.loads(told.read_text("utf-8"))
    else:
        try:
            tokens = story.tell(configuration.gateway_url, mailbox_url, configuration.clock_path, say)
        except story.StoryFailed as failed:
            step, reason = (*failed.args, "", "")[:2]
            message = f"The story failed at step {step}: {reason}"
            raise Trouble(message) from failed
        try:
            with os.fdopen(os.open(told, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                json.dump(tokens, file, ensure_ascii=False, indent=1)
        except OSError as error:
            raise from_os_error(error, f"writing {told}") from error
        say("story complete")
    for name, token in tokens.items():
        say(f"  {name:<24}{token}")


def _story() -> ModuleType | None:
    """The story, where this installation has one; an error inside it is not hidden."""
    try:
        return importlib.import_module("deploy.story")
    except ModuleNotFoundError as error:
        if error.name == "deploy.story":
            return None
        raise


def _fingerprint(configuration: Configuration) -> str:
    """Which data it was told into: the private database, or the one named."""
    return hashlib.sha256((configuration.mongodb_uri or "private").encode()).hexdigest()[:8]
