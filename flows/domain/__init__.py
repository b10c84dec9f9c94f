"""What the law and the procedure say. Imports nothing outside the standard library."""
