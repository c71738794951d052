"""Topics, what is held about them, who has a seat, who was there and what they thought of it."""
