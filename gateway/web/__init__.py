"""The pages: plain HTML from the server, for a phone on a slow connection. Pages call the same API as all other
clients.
"""
