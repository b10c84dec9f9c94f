"""The registrar: the one that writes a register, and is asked by workers, desks and officers elsewhere."""
