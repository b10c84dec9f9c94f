"""Mail: how requests and answers arrive, from a message as it was received to what is made of it."""
