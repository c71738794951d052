"""A partner's receiver of webhooks, for trying and testing only: it verifies, keeps, and breaks down when it is told to.

`python -m deploy.demo.receiver --directory D --port P`. Each path is one partner's address, `/universitas` for one.
"""
