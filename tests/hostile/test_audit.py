"""What strangers write starts nothing: an audit hook over both hostile corpora sees no more than was asked for."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest
from hostile_exports import write_exports
from locations import DATA, ROOT, TESTS

HELPERS = TESTS / "helpers"
HOSTILE = DATA / "hostile"


@pytest.fixture(scope="module")
def corpora(tmp_path_factory):
    """Return a folder with each hostile policy in a folder of its own, and every hostile export and file of records."""
    folder = tmp_path_factory.mktemp("inputs")
    for path in (HOSTILE / "policies").iterdir():
        own = folder / "policies" / path.stem
        own.mkdir(parents=True)
        shutil.copy(path, own)
    shutil.copytree(HOSTILE / "records", folder / "records")
    write_exports(folder / "records")
    return folder


@pytest.fixture(scope="module")
def audited(corpora, tmp_path_factory):
    """Return what a process saw that ran both corpora, and the folder it could write to."""
    outputs = tmp_path_factory.mktemp("outputs")
    words = [sys.executable, "-B", str(HELPERS / "audited.py"), str(corpora), str(outputs)]
    paths = os.pathsep.join([str(ROOT), str(HELPERS)])
    ran = subprocess.run(
        words, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": paths, "COLUMNS": "80"}
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    return json.loads(ran.stdout), outputs


@pytest.mark.slow
def test_nothing_is_touched_but_what_was_asked_for(audited):
    """No network, no process, nothing written but the output, nothing read but the input's folder and the library."""
    seen, _ = audited

    assert seen["touched"] == []


@pytest.mark.slow
def test_the_whole_of_both_corpora_was_run(audited, corpora):
    """Every policy and every source, and outputs were written: the silence above is no idleness."""
    seen, outputs = audited

    assert seen["policies"] == len(list((HOSTILE / "policies").iterdir()))
    assert seen["records"] == len(list((corpora / "records").iterdir()))
    assert len(list(outputs.iterdir())) > 60


@pytest.mark.slow
def test_no_output_is_left_half_written(audited):
    """Files beside the outputs are gone in the end."""
    _, outputs = audited

    assert [path.name for path in outputs.iterdir() if path.name.startswith(".")] == []
