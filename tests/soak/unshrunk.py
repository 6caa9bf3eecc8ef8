"""A plugin for broken code: that a law fails is enough, and hypothesis looks for no smaller example."""

from __future__ import annotations

from hypothesis import Phase, settings

settings.register_profile("unshrunk", phases=[Phase.explicit, Phase.generate], database=None)
settings.load_profile("unshrunk")
