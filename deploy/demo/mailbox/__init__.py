"""A mail server that delivers to nobody: it keeps what it is given in a folder and shows it on a page of this machine.

For trying and testing only: `python -m deploy.demo.mailbox --directory D --smtp-port P --http-port P`.
"""
