"""`actions conformance`: whether a destination keeps the contract of its documentation page."""

from __future__ import annotations

import importlib
from typing import Final

import click

_COMMANDS: Final = {
    "run": ("run", "Prove that a destination keeps its contract."),
    "list": ("listing", "List the checks, or what they look at in a destination."),
    "explain": ("explaining", "Tell what a check looks for, and why."),
    "replay": ("replaying", "Judge stored failures again."),
    "promote": ("replaying", "Keep a failure as a vector that every later run tries."),
    "report": ("reporting", "Run, and write reports for people and machines."),
    "init": ("beginning", "Begin a contract and a test file."),
    "mutants": ("mutating", "Find out whether the contract is strong enough."),
}
_EXTRA: Final = "hypothesis"


class _LazyGroup(click.Group):
    """Imports a command only when it runs: the checks bring Hypothesis along."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _ = _COMMANDS[cmd_name]
        try:
            found: click.Command = getattr(importlib.import_module(f"{__name__}.{module}"), cmd_name)
        except ModuleNotFoundError as error:
            if error.name != _EXTRA:
                raise
            raise click.UsageError(
                'the conformance suite needs Hypothesis: pip install "segment-actions-emulator[conformance]"'
            ) from None
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in _COMMANDS.items()])


@click.group(
    "conformance",
    cls=_LazyGroup,
    epilog="""\b
First steps:
  actions conformance run usermotion
  actions conformance explain field.required.missing
  actions conformance init mydest

Nothing leaves this machine: destinations are run in this process, with a partner that is made up.""",
)
def command() -> None:
    """Prove that a destination keeps the contract of its documentation page.

    A destination is named by its slug if it is installed, else by its module (mydest.plugin) or its file
    (mydest/plugin.py). Its page.md, and its contract.toml if there is one, are beside the plugin.
    """
