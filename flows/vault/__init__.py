"""Case keys, and the sealing of what must not stand in clear."""
