"""How people act: one function per act, and the command line over them."""
