"""The desk: pages on which people read, decide and sign."""
