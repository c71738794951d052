"""How an installation is put together and run. No domain word and no business rule lives here."""
