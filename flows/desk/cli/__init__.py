"""The commands of ``equipoise``, by what a person wants: to act, to read, to check, to keep, to run."""
