"""Where requests come from: the inbox, the files people write, and what is set aside."""
