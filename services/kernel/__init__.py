"""The base of every service: two ordered logs and the readers of these logs.

The way of a fact, from a command to a view in another service:

1. ``decider.Commands`` loads a stream, and a pure ``decide`` judges the command. The events and the facts that they tell
   are appended as one document of the log ``commits``.
2. ``relay`` reads the commits and publishes their facts to RabbitMQ, with the broker's confirmation.
3. ``inbox`` of each other service stores a fact after the fact before it. Facts that the broker lost or never had are
   fetched from the source's feed.
4. ``reader`` runs views and process managers over ``commits`` and ``inbox``, each with a checkpoint.

The kernel contains no word of the domain, and only ``kernel.nameko`` imports nameko and eventlet.
"""
