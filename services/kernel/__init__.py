"""What every service stands on: two ordered logs and the readers of them.

The way of a fact, from a command to a view in another service:

1. ``decider.Commands`` loads a stream, lets a pure ``decide`` judge the command and appends
   the events it answers, together with the facts they tell, as one document of ``log`` (``commits``).
2. ``relay`` reads the commits and publishes their facts, confirmed, to RabbitMQ.
3. ``inbox`` of each other service admits a fact when its predecessor stands; what the broker
   lost or never had is fetched from the source's feed.
4. ``reader`` runs views and process managers over ``commits`` and ``inbox``, each with a checkpoint.

Nothing here knows a word of the domain, and only ``kernel.nameko`` knows nameko and eventlet.
"""
