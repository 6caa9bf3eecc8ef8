"""Policy files as tests of pytest: opted in, with readable ids and failures."""

from __future__ import annotations

import subprocess
import sys

import pytest

from invitepolicy import pytest_plugin

pytest_plugins = ["pytester"]

POLICY = """\
invitepolicy: 1
name: mine
extends: faq
tests:
  - test: a daily visitor gets four days
    given: {activity: daily}
    expect:
      withdraw: [keep, consider after 3 days, withdraw after 4 days]
  - test: anybody gets a month, in vain
    expect: {withdraw: [keep, withdraw after 30 days]}
  - test: some day
    expect: {withdraw: withdraw}
    skip: nobody knows yet
"""


@pytest.fixture
def folder(pytester):
    """Make a folder that opts in, with a policy and a file of no interest."""
    pytester.makeconftest('pytest_plugins = ["invitepolicy.pytest_plugin"]\n')
    pytester.makefile(".invitepolicy.yaml", mine=POLICY)
    pytester.makefile(".yaml", other="a: 1\n")
    return pytester


def test_each_test_in_the_file_is_a_test(folder):
    """Passed, failed and skipped, under its own name; a skip says why."""
    ran = folder.runpytest_inprocess("-v", "-rs")

    ran.assert_outcomes(passed=1, failed=1, skipped=1)
    ran.stdout.fnmatch_lines(
        [
            "mine.invitepolicy.yaml::a daily visitor gets four days PASSED*",
            "mine.invitepolicy.yaml::anybody gets a month, in vain FAILED*",
            "mine.invitepolicy.yaml::some day SKIPPED (nobody knows yet)*",
        ]
    )


def test_a_failure_reads_like_the_commands(folder):
    """Want, got and instant, what decided, both lives; no traceback."""
    ran = folder.runpytest_inprocess("-p", "no:cacheprovider")

    text = ran.stdout.str()
    assert "withdraw at 2026-01-15T00:00:00Z (after 2 weeks): expected keep, got withdraw (expected in " in text
    assert "mine.invitepolicy.yaml:10)\n  the rule “nobody waits forever” decided (faq.yaml:" in text
    assert "  expected  keep, withdraw after 30 days\n" in text
    assert "  got       keep, withdraw after 2 weeks, not_applicable after 180 days\n" in text
    assert "Traceback" not in text
    assert "pytest_plugin.py" not in text


def test_one_is_chosen_by_its_id_or_its_words(folder):
    """As any test of pytest."""
    one = folder.runpytest_inprocess("mine.invitepolicy.yaml::a daily visitor gets four days")
    words = folder.runpytest_inprocess("-k", "daily")

    one.assert_outcomes(passed=1)
    words.assert_outcomes(passed=1, deselected=2)


@pytest.mark.slow
def test_a_bad_policy_is_a_collection_error_with_its_problems(folder):
    """Each with its place; no traceback."""
    folder.makefile(".invitepolicy.yaml", bad="invitepolicy: 1\nnam: bad\n")

    ran = folder.runpytest_inprocess()

    ran.assert_outcomes(errors=1)
    text = ran.stdout.str()
    assert "bad.invitepolicy.yaml:2:1: there is no key “nam”; did you mean “name”?" in text
    assert "Traceback" not in text


def test_other_patterns_are_an_option(folder):
    """They take the place of the default."""
    folder.makefile(".yaml", style="invitepolicy: 1\nname: style\nextends: ./mine.invitepolicy.yaml\n")
    folder.makefile(".policy", third=POLICY)
    folder.makeini("[pytest]\ninvitepolicy_files = style.yaml *.policy\n")

    folder.runpytest_inprocess().assert_outcomes(passed=1, failed=1, skipped=1)


def test_nothing_is_collected_without_opting_in(pytester):
    """A folder that does not name the plugin knows nothing of policies."""
    pytester.makefile(".invitepolicy.yaml", mine=POLICY)

    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes()


def test_an_error_of_ones_own_keeps_its_traceback(folder):
    """Only unmet expectations are described in words."""
    folder.makepyfile(
        conftest="""
        import pytest
        pytest_plugins = ["invitepolicy.pytest_plugin"]

        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_call(item):
            item.runtest = lambda: 1 / 0
        """
    )

    ran = folder.runpytest_inprocess("-k", "daily")

    ran.assert_outcomes(failed=1, deselected=2)
    assert "ZeroDivisionError" in ran.stdout.str()


@pytest.mark.slow
def test_the_plugin_imports_nothing_heavy():
    """Neither the schema's validator nor any other leaf but what it needs."""
    program = (
        "import sys, pytest; before = set(sys.modules); import invitepolicy.pytest_plugin; "
        "print(*sorted(set(sys.modules) - before))"
    )

    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    loaded = set(ran.stdout.split())
    assert not {"jsonschema", "referencing", "jinja2", "icalendar", "zoneinfo", "csv"} & loaded
    assert not {name for name in loaded if name.startswith("invitepolicy.cli")}
    assert pytest_plugin.PATTERN == "*.invitepolicy.yaml"
