"""How a registrar elsewhere is asked: the connection, the address, and the errors that come back."""
