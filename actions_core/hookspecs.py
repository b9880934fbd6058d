"""What a plugin can contribute. Hooks return values; they are never handed a registry to change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pluggy

from actions_core.definitions import AnyAction, Destination, Preset

PROJECT: Final = "actions_core"
"""pluggy's project name, and the entry-point group that a plugin registers under."""

hookspec: Final = pluggy.HookspecMarker(PROJECT)
hookimpl: Final = pluggy.HookimplMarker(PROJECT)


@hookspec
def actions_destination() -> Destination[Any]:  # type: ignore[empty-body] # a specification has no body
    """Contribute one destination."""


@hookspec
def actions_extra_actions(destination: Destination[Any]) -> Mapping[str, AnyAction[Any]]:  # type: ignore[empty-body] # likewise
    """Add actions, by slug, to a destination that another plugin contributed; `{}` for one that is none of yours."""


@hookspec
def actions_extra_presets(destination: Destination[Any]) -> Sequence[Preset]:  # type: ignore[empty-body] # likewise
    """Add presets likewise; `destination` already has the extra actions."""
