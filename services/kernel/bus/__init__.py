"""Facts between services: envelope, relay, subscription, feed, inbox."""
