"""The tests in a policy file: run, covered, suggested."""
