"""The command line of cases as documented JSON."""
