"""The whole of both hostile corpora, run under an audit hook: `python tests/helpers/audited.py INPUTS OUTPUTS`.

INPUTS holds `policies`, a folder for each policy, and `records`, a file or a folder for each source. Nothing but files
in OUTPUTS may be written. It prints what was done, and what was touched that may not be, as JSON.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import site
import sys
import sysconfig
import zoneinfo
from pathlib import Path

from locations import EXPORT as EXAMPLE

from invitepolicy import InvitePolicyError, load_policy, parse_policy
from invitepolicy._core.resources import resource_folder
from invitepolicy.cli import main
from invitepolicy.sources.jsonl import read_records
from invitepolicy.sources.linkedin import read_export

CHECKED = ("text", "json", "github")
FORMATS = ("text", "json", "jsonl", "csv", "html", "ics")
NOW = ("--now", "2026-03-15T12:00Z")
NEVER = (
    "socket.", "subprocess.", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.startfile",
    "os.system", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chown", "os.setxattr",
    "os.putenv", "os.unsetenv", "os.kill", "os.chdir", "pty.spawn", "ctypes.", "urllib.", "http.", "ftplib.",
    "smtplib.", "webbrowser.", "shutil.rmtree", "shutil.move", "shutil.make_archive", "shutil.unpack_archive",
)  # fmt: skip
WRITES = {"os.rename": (0, 1), "os.remove": (0,), "os.chmod": (0,), "os.utime": (0,), "shutil.copymode": (1,)}
READS = {"os.listdir": 0, "os.scandir": 0}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
INSTALLED = [
    *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
    *site.getsitepackages(), *zoneinfo.TZPATH, sys.prefix, *(name for name in sys.path if name.endswith(".zip")),
    *(str(Path(resource_folder(name))) for name in ("policies", "schemas")),
    str(Path(sys.modules["invitepolicy"].__file__).parent),
]  # fmt: skip

touched: list[str] = []
readable: list[str] = []  # of the step that is running
writable: list[str] = []


def watch(event, arguments):
    """Note what may not be; a note, unlike an exception, cannot be swallowed by what is watched."""
    if event.startswith(NEVER):
        touched.append(f"{event} {arguments!r:.200}")
    elif event == "open":
        path, _, flags = arguments
        _hold(event, path, writable if flags & WRITING else [*INSTALLED, *readable, *writable])
    elif event in WRITES:
        for index in WRITES[event]:
            _hold(event, arguments[index], writable)
    elif event in READS:
        _hold(event, arguments[READS[event]], [*INSTALLED, *readable])


def _hold(event, path, folders):
    """Note a path that is in none of the folders, once links are followed; a descriptor was held when it was made."""
    if isinstance(path, int):
        return
    found = os.path.realpath(os.fsdecode(path))
    if not any(found == folder or found.startswith(folder + os.sep) for folder in map(os.path.realpath, folders)):
        touched.append(f"{event} {found!r:.200}")


def step(call, *arguments, read=(), write=()):
    """Do something that may read and write so much; any ending but a refusal or an answer is noted too."""
    readable[:], writable[:] = [str(path) for path in read], [str(path) for path in write]
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            call(*arguments)
    except InvitePolicyError as error:
        str(error), repr(error)
    except Exception as error:  # noqa: BLE001  (whatever it is, the test wants to show it)
        touched.append(f"{call.__name__} raises {type(error).__name__} for {arguments!r:.200}")
    finally:
        readable[:], writable[:] = [], []


def judge(path, form):
    """Put a policy through every door, and check it in one form."""
    data = path.read_bytes()
    step(load_policy, path, read=[path.parent])
    step(parse_policy, data)
    step(lambda: parse_policy(data, folder=path.parent), read=[path.parent])
    step(main, ["check", str(path), "--format", form], read=[path.parent])


def review(path, forms, outputs):
    """Put an export or records through every door, into some formats."""
    folder = path if path.is_dir() else path.parent
    if path.suffix == ".jsonl":
        step(lambda: list(read_records(io.BytesIO(path.read_bytes()))), read=[folder])
    else:
        step(read_export, path, read=[folder])
    for form in forms:
        out = outputs / f"{path.stem}.{form}"
        words = ["review", str(path), "-p", "faq", "--format", form, "-o", str(out), *NOW]
        step(main, words, read=[folder], write=[out.parent])


def run(inputs, outputs):
    """Run both corpora, each source into one format after the other in turn. Return how many of both there were."""
    policies = sorted((inputs / "policies").glob("*/*.yaml"))
    records = sorted((inputs / "records").iterdir())
    for number, path in enumerate(policies):
        readable.append(str(inputs))
        judge(path, CHECKED[number % len(CHECKED)])
    for number, path in enumerate(records):
        readable.append(str(inputs))
        review(path, FORMATS[number % len(FORMATS) :][:1], outputs)
    return len(policies), len(records)


def import_everything(outputs):
    """Do everything once before anybody watches, so that what is imported has been read."""
    for form in FORMATS:
        step(main, ["review", str(EXAMPLE), "--format", form, "-o", str(outputs / f"example.{form}"), *NOW])
    for form in CHECKED:
        step(main, ["check", "faq", "--format", form])


if __name__ == "__main__":
    given, wanted = (Path(word).resolve() for word in sys.argv[1:])
    import_everything(wanted)
    sys.addaudithook(watch)
    readable.append(str(given))
    done = run(given, wanted)
    print(json.dumps({"policies": done[0], "records": done[1], "touched": sorted(set(touched))}))  # noqa: T201
