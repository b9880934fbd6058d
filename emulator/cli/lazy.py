"""A group of commands that are imported only when they run."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import ClassVar

import click


class LazyGroup(click.Group):
    """Lists its commands without importing them, so that help and `--version` load nothing that they do not need."""

    lazy: ClassVar[Mapping[str, tuple[str, str, str]]]
    """By name: the module, the command's name in it, and its summary."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the names, see `click.Group`."""
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command, see `click.Group`."""
        if cmd_name not in self.lazy:
            return None
        module, name, _ = self.lazy[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the names with their summaries, see `click.Group`."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, _, summary) in self.lazy.items()])
