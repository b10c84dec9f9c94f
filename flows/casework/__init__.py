"""What can be done with a case, for the command line, the flows and whatever comes beside them."""
