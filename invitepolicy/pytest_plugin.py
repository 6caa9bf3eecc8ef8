"""Collect the tests in policy files as pytest tests; opt in by `pytest_plugins = ["invitepolicy.pytest_plugin"]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from invitepolicy import PolicyError, load_policy
from invitepolicy.testing.messages import describe_failure
from invitepolicy.testing.run import run_test

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from _pytest._code.code import ExceptionInfo, TerminalRepr

    from invitepolicy import Policy
    from invitepolicy._core.policy import PolicyTest
    from invitepolicy.testing.run import Result

OPTION: Final = "invitepolicy_files"
PATTERN: Final = "*.invitepolicy.yaml"


class UnmetExpectationError(Exception):
    """A test of a policy failed; `result` has the details."""

    def __init__(self, result: Result) -> None:
        """Store the result."""
        super().__init__(result.test.name)
        self.result = result


class PolicyTestFile(pytest.File):
    """A policy file; an invalid one is a collection error that lists its problems."""

    def collect(self) -> Iterator[PolicyItem]:
        """Load the policy and yield each of its tests under its own name."""
        try:
            policy = load_policy(self.path)
        except PolicyError as error:
            # pytest shows this error's text alone, without a traceback.
            raise self.CollectError(str(error)) from None
        for test in policy.tests:
            yield PolicyItem.from_parent(self, name=test.name, policy=policy, test=test)


class PolicyItem(pytest.Item):
    """A test in a policy file."""

    def __init__(self, *, policy: Policy, test: PolicyTest, **named: Any) -> None:
        """Store the policy and the test."""
        super().__init__(**named)
        self._policy, self._test = policy, test

    def runtest(self) -> None:
        """Run the test, or skip it with the reason that it gives."""
        if self._test.skip is not None:
            pytest.skip(self._test.skip)
        result = run_test(self._policy, self._test)
        if result.failures:
            raise UnmetExpectationError(result)

    def repr_failure(self, excinfo: ExceptionInfo[BaseException], style: Any = None) -> str | TerminalRepr:
        """Return what was expected, what came instead and what decided, without a traceback."""
        if not isinstance(excinfo.value, UnmetExpectationError):
            return super().repr_failure(excinfo, style)
        result = excinfo.value.result
        return "\n".join(line for failure in result.failures for line in describe_failure(failure, result.test.now))

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return the file, the line (counted from 0, as pytest does) and the name."""
        return self.path, self._test.place.line - 1, self.name


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that lists which files are policies."""
    parser.addini(OPTION, "patterns of policy files to collect tests from", type="args", default=[PATTERN])


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> PolicyTestFile | None:
    """Collect a file if its name or path matches a pattern."""
    # `match` compares from the end of the path: a pattern may be a name, or a folder and a name.
    if any(file_path.match(pattern) for pattern in parent.config.getini(OPTION)):
        return PolicyTestFile.from_parent(parent, path=file_path)
    return None
