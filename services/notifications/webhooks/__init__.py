"""Webhooks: from the public feed to a partner's address, one behind the other, signed, and to no place but a public one."""
