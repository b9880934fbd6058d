"""`@liquid`: Liquid templates as Segment renders them.

python-liquid (the extra `liquid`) reads a template; what it means is decided here, since liquidjs, which Segment uses,
treats values as JavaScript does and python-liquid as Ruby does. Only this module is imported without the extra.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from actions_core.errors import MappingError, Problem

if TYPE_CHECKING:
    from actions_core.mapping.liquid.engine import Template, Watch


def load_template(source: str, watch: Watch) -> Template:
    """Compile a template; raises `MappingError` if the optional dependency is not installed."""
    if find_spec("liquid") is None:
        message = "@liquid needs the optional dependency: install segment-actions-emulator[liquid]."
        raise MappingError(message, [Problem("", message)])
    # The extra is loaded only for mappings that hold a template.
    from actions_core.mapping.liquid.engine import Template  # noqa: PLC0415

    return Template(source, watch)
