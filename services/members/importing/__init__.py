"""Registration lists: from an uploaded sheet to members."""
