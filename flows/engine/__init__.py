"""How Prefect is run here: the only room that knows."""
