"""A partner's receiver of webhooks, for trying and testing only. It verifies and keeps deliveries, and fails on
command.

`python -m deploy.demo.receiver --directory D --port P`. Each path is one partner's address, for example `/universitas`.
"""
