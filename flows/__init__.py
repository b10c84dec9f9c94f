"""The public interest test, from the request to the published paper."""
