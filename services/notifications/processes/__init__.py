"""Process managers: from facts to the messages that follow, and to members' moves between regions."""
