"""The tests in a policy file: run them, measure their coverage, and suggest those that are missing."""

from invitepolicy.testing.run import Report, Result, run_test, run_tests
from invitepolicy.testing.suggest import Suggestion, format_suggestions, suggest_tests

__all__ = ["Report", "Result", "Suggestion", "format_suggestions", "run_test", "run_tests", "suggest_tests"]
