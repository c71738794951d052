"""The story, told into a running stack: the demonstration, and the end-to-end test.

The story uses only the gateway, the commands of an operator, and the mailbox's page, on which people read their mail.
Domain time is the demonstration's time and is moved forward; no rule is shortened. Every request's key is made from
chapter and step. So the story can be told again from its beginning after any crash, and ends in the same state.
"""

from deploy.demo.story.progress import Progress, StoryFailed
from deploy.demo.story.telling import is_story_told, tell_story

__all__ = ["Progress", "StoryFailed", "is_story_told", "tell_story"]
