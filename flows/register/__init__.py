"""The audit trail in git: signed statements, one linear branch, and the audit of both."""
