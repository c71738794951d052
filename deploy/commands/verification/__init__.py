"""Checks the promises of logs, inboxes and views against the stored data. Only scratch collections are written, and
dropped again.
"""
