"""Between services: envelope, relay, subscription, feed, inbox."""
