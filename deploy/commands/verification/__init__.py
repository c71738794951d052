"""What the logs, inboxes and views of a service promise, checked against what stands in its database. Nothing is written
but scratch collections, which are dropped again.
"""
