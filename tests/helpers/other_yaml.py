"""Another reader of YAML 1.2, ruamel.yaml, to hold ours to."""

from __future__ import annotations

import io
import warnings

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor


class _AsText(SafeConstructor):
    """Reads dates as the text that they are: on this the contract and the core schema agree."""


_AsText.add_constructor("tag:yaml.org,2002:timestamp", SafeConstructor.construct_yaml_str)


def read_by_another(text):
    """Read a text as YAML 1.2 by ruamel.yaml."""
    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 2)
    reader.Constructor = _AsText
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return reader.load(io.StringIO(text))


def same(ours, theirs):
    """Return whether two readings are the same, kinds and all."""
    if isinstance(ours, dict):
        return (
            isinstance(theirs, dict)
            and list(ours) == list(theirs)
            and all(same(ours[key], theirs[key]) for key in ours)
        )
    if isinstance(ours, list):
        return isinstance(theirs, list) and len(ours) == len(theirs) and all(map(same, ours, theirs))
    return type(ours) is type(theirs) and ours == theirs
