"""Tells the story into a running stack, once for the same data, and shows the tokens of its people."""

from collections.abc import Callable, Mapping

from deploy.configuration import Configuration
from deploy.demo import story
from deploy.errors import CommandError


def run_story(
    configuration: Configuration, mailbox_url: str | None, environment: Mapping[str, str], say: Callable[[str], None]
) -> None:
    """Tell the story, or say that it was told already; then show the tokens. Raises `CommandError` with the failed
    step.

    An interrupted story is told again from its beginning: its commands carry the same keys, so finished steps are not
    repeated. The story needs a private mailbox, private chats and a clock that can be moved.
    """
    if mailbox_url is None or configuration.telegram or configuration.clock_path is None:
        say("No story: it needs the private mailbox, the private chats and the demonstration clock.")
        return
    try:
        known = story.is_story_told(configuration.gateway_url)
        tokens = story.tell_story(
            configuration.gateway_url, mailbox_url, configuration.clock_path, lambda at: say(str(at)), environment
        )
    except story.StoryFailed as failed:
        step, reason = (*failed.args, "", "")[:2]
        message = f"The story failed at step {step}: {reason}"
        raise CommandError(message) from failed
    say("story already told" if known else "story complete")
    for name, token in tokens.items():
        say(f"  {name:<24}{token}")
