"""Who somebody is: contacts, claims, joining."""
