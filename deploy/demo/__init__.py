"""The demonstration: the story, and the servers that stand in for mail, Telegram and a partner."""
