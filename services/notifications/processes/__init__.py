"""Process managers: facts become messages, and members move between the audiences of regions."""
