"""A mail server that keeps all mails in a folder and shows them on a page of this machine. No mail is delivered.

For trying and testing only: `python -m deploy.demo.mailbox --directory D --smtp-port P --http-port P`.
"""
