"""Policies from files and text: the shipped ones by name, a user's own with the files they extend."""

from __future__ import annotations

import os
import re
import stat
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from invitepolicy._core.errors import PolicyError
from invitepolicy._core.resources import resource_folder
from invitepolicy._core.text import did_you_mean, join_words, quoted
from invitepolicy._read.problems import ProblemCollector
from invitepolicy._read.resolve import build_policy
from invitepolicy._read.schema import check_shape
from invitepolicy._read.yaml_source import MOST_BYTES, parse_source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from invitepolicy._core.policy import Policy, PolicyFile, Position

MOST_PARENTS: Final = 8
_SHIPPED_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_TESTS: Final = b"\ntests:\n"  # in a shipped file the last of the top-level keys
_SUFFIXES: Final = (".yaml", ".yml")


def load_policy(source: str | os.PathLike[str]) -> Policy:
    """Load a policy: a shipped one by its name (`faq`), or a file by its path.

    A file may extend shipped policies and files inside its own folder, at most 8 in a chain and 256 KiB each. The
    result is resolved (parents merged, settings put in), its promises are proven, and it cannot be changed.

    Raise PolicyError with every problem of the first file that has any, each with file, line, column and remedy; also
    for a file that is not there or cannot be read.
    """
    if isinstance(source, str) and _SHIPPED_NAME.fullmatch(source):
        # A shipped policy wins; only otherwise a bare name is that of a file in the working folder.
        if source not in shipped_names() and os.path.exists(source):
            return _load_file(source)
        return _load_shipped(source)
    return _load_file(source)


def parse_policy(text: str | bytes, *, folder: str | os.PathLike[str] | None = None) -> Policy:
    """Load a policy from text, or from bytes of UTF-8, that nobody needs to trust.

    With a `folder`, `extends: ./file.yaml` is read from inside it; without one, `extends` reaches the shipped policies
    only. Any input ends in a policy or in a PolicyError, in bounded time and memory. Problems name the file
    `<policy>`.
    """
    document = _checked(parse_source(text, "<policy>"))
    return _proven(_chain(document, None if folder is None else os.fspath(folder), ""), {})


def with_settings(policy: Policy, /, **values: Any) -> Policy:
    """Return the policy with other settings: `with_settings(policy, longest_wait="30 days")`.

    Values are written as in YAML, or are timedeltas and numbers. Kinds, bounds and promises are checked again, and
    PolicyError says what does not fit. The tests in the file are left out: they expect the file's own settings.
    """
    # Resolved anew from the files: in the policy's own reasons, settings' values are plain text by now.
    return _proven(policy._files, {**policy.overrides, **values})


def files_of(source: str | os.PathLike[str]) -> list[str]:
    """Return the paths of the files that a policy is read from, its own first, as far as `extends` can be followed.

    For a policy that cannot be loaded: a missing parent is among them, and once it appears, loading may succeed.
    Shipped parents are not.
    """
    path = _tidy(os.fspath(source))
    names = [path]
    for _ in range(MOST_PARENTS):
        try:
            parent = _read_file(path, names[-1], ProblemCollector(names[-1]), (1, 1)).data.get("extends")
        except PolicyError:
            break
        if not isinstance(parent, str) or not parent.startswith("./") or "\0" in parent:
            break
        path = _tidy(os.path.join(os.path.dirname(path), parent))
        if path in names:
            break
        names.append(path)
    return names


def shipped_names() -> list[str]:
    """Return the names of the policies that come with the library, sorted."""
    names = os.listdir(resource_folder("policies"))
    return sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))


@cache
def _shipped_document(name: str, *, as_parent: bool = False) -> PolicyFile:
    # A shipped file was checked against the schema when it was made, and need not be here. Its tests, which are most
    # of it and run on that file alone, are not read where it is only a parent.
    with open(os.path.join(resource_folder("policies"), f"{name}.yaml"), "rb") as file:
        text = file.read()
    return parse_source(text.partition(_TESTS)[0] if as_parent else text, f"{name}.yaml", quick=True)


@cache
def _load_shipped(name: str) -> Policy:
    problems = ProblemCollector(name)
    _refuse_unknown(name, problems, (1, 1))
    problems.raise_if_any()
    # Not by `_proven`: the promises of what is shipped are proven in the tests.
    return build_policy(_chain(_shipped_document(name), None, ""), {})


def _refuse_unknown(name: str, problems: ProblemCollector, mark: Position) -> None:
    if name not in shipped_names():
        problems.add(mark, "policy", f"there is no shipped policy {quoted(name)}", _meant_policy(name))


def _meant_policy(name: str) -> str:
    stem = name.removesuffix(".yaml")
    known = f"there are {join_words(shipped_names(), 'and')}; a file's path begins with ./"
    if stem in shipped_names():
        return f"write {stem}, or ./{name} for a file beside this one"  # faq.yaml
    if name != stem and not name.startswith("/") and ":" not in name:
        return f"write ./{name}"  # base.yaml; before an absolute path or an address, ./ would be no help
    return did_you_mean(name, shipped_names(), known)


def _load_file(source: str | os.PathLike[str]) -> Policy:
    path = _tidy(os.fspath(source))
    document = _checked(_read_file(path, path, ProblemCollector(path), (1, 1)))
    return _proven(_chain(document, os.path.dirname(path), path), {})


def _checked(document: PolicyFile) -> PolicyFile:
    check_shape(document)
    return document


def _proven(layers: Sequence[PolicyFile], overrides: Mapping[str, Any]) -> Policy:
    policy = build_policy(layers, overrides)
    if policy.promises:
        from invitepolicy._prove.promises import prove_promises  # noqa: PLC0415  (imported late: shipped policies are proven)

        prove_promises(policy)
    return policy


def _chain(document: PolicyFile, folder: str | None, path: str) -> list[PolicyFile]:
    """Follow `extends` from a file up to the last parent; the oldest comes first."""
    chain = [document]
    # Names of shipped policies and real paths, which are absolute: one cannot be taken for the other.
    seen = {os.path.realpath(path) if path else None}
    # `folder` is that of the first file, which no parent may leave; `here` is that of the file read last, and
    # None once that is a shipped one.
    here = folder
    while (parent := chain[0].data.get("extends")) is not None:
        problems = ProblemCollector(chain[0].path)
        mark = chain[0].value_mark(("extends",))
        if len(chain) > MOST_PARENTS:
            raise problems.fatal(
                mark, "extends", "more than 8 parents in a chain", "extend one of the older ones directly"
            )
        if not parent.startswith("."):
            _refuse_unknown(parent, problems, mark)
            problems.raise_if_any()
            if parent in seen:
                raise problems.fatal(mark, "extends", f"{quoted(parent)} extends itself", "break the circle")
            seen.add(parent)
            chain.insert(0, _shipped_document(parent, as_parent=True))
            here = None
            continue
        target = _inside(parent, folder, here, problems, mark)
        if os.path.realpath(target) in seen:
            raise problems.fatal(mark, "extends", f"{quoted(parent)} extends itself in the end", "break the circle")
        seen.add(os.path.realpath(target))
        shown = _tidy(os.path.join(os.path.dirname(chain[0].path), parent))
        chain.insert(0, _checked(_read_file(target, shown, problems, mark)))
        # Not the folder of the target: what a link extends is sought where the link stands, so that every
        # path that is shown exists. `_inside` has refused a `here` of None.
        here = os.path.dirname(target if here is None else os.path.join(here, parent))
    return chain


def _tidy(path: str) -> str:
    """Write `./a//b` as `a/b`; what `..` means is left to the system, since a link may stand before it."""
    drive, rest = os.path.splitdrive(path)
    parts = [part for part in rest.split(os.sep) if part not in ("", ".")]
    return drive + (os.sep if rest.startswith(os.sep) else "") + os.sep.join(parts) or "."


def _inside(parent: str, folder: str | None, here: str | None, problems: ProblemCollector, mark: Position) -> str:
    """Find a parent's file, which must lie inside the folder of the file that was loaded first."""
    what, hint = "", "write the name of a shipped policy, or ./ and a file beside this one"
    if folder is None or here is None:
        what, hint = f"{quoted(parent)} is a file, and this text has no folder", "extend a shipped policy"
    # A backslash leads to other folders on Windows only, and a policy is to mean the same on every system.
    elif not parent.startswith("./") or ".." in parent.split("/") or "\\" in parent or "\0" in parent:
        what = f"{quoted(parent)} leaves the folder"
    elif not parent.endswith(_SUFFIXES):
        what, hint = f"{quoted(parent)} is not a YAML file", "its name ends in .yaml"
    else:
        # Real paths, since a link may lead out; by whole parts, since /styles-old is not inside /styles.
        target, root = os.path.realpath(os.path.join(here, parent)), os.path.realpath(folder)
        if os.path.commonpath([target, root]) == root:
            return target
        what = f"{quoted(parent)} is a link that leaves the folder"
    raise problems.fatal(mark, "extends", what, hint)


def _read_file(path: str, shown: str, problems: ProblemCollector, mark: Position) -> PolicyFile:
    """Read a regular file of at most 256 KiB; a device, a pipe or a folder is refused before it is read."""
    try:
        with open(path, "rb", opener=_open_without_waiting) as stream:
            # One byte too many is enough to be refused. The kind is asked of the open file, which nobody can
            # exchange between the question and the reading.
            raw = stream.read(MOST_BYTES + 1) if stat.S_ISREG(os.fstat(stream.fileno()).st_mode) else None
    except FileNotFoundError:
        near = did_you_mean(
            os.path.basename(path), _beside(path), "check the path; a shipped policy has no ./ and no .yaml"
        )
        raise problems.fatal(mark, "file", f"there is no file {quoted(shown)}", near) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        why = getattr(error, "strerror", None) or "its name cannot be used"
        what, hint = f"{quoted(shown)} cannot be read ({why.lower()})", "check the path and who may read it"
        raise problems.fatal(mark, "file", what, hint) from None
    if raw is None:
        raise problems.fatal(mark, "file", f"{quoted(shown)} is not a regular file", "give the path of a .yaml file")
    return parse_source(raw, shown)


def _open_without_waiting(path: str, flags: int) -> int:
    # To open a pipe that nobody writes to would wait for ever. Windows has no such flag.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _beside(path: str) -> list[str]:
    try:
        return [name for name in os.listdir(os.path.dirname(path) or ".") if name.endswith(_SUFFIXES)]
    except OSError:  # only the guess at a better name is lost
        return []
