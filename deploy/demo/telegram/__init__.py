"""A server that behaves like Telegram's Bot API, for one bot, with groups and people that exist only on this machine.

For trying and testing only: `python -m deploy.demo.telegram --directory D --port P`.
"""
