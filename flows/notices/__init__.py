"""Messages to people, and the memory of what was said."""
