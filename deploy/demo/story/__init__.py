"""The story so far, told into a running stack as its people live it: the demonstration, and the end-to-end test.

Through the gateway alone, but for what an operator does at the machine and for the mailbox's page on which people read
their mail. Domain time is the demonstration's and is moved on; no rule is shortened for it. Every request's key comes from
chapter and step, so the story can be told again from its beginning after anything was killed at any instant, and ends in
the same state.
"""

from deploy.demo.story.progress import Progress, StoryFailed
from deploy.demo.story.telling import tell, told

__all__ = ["Progress", "StoryFailed", "tell", "told"]
