"""`actions conformance`: whether a destination keeps the contract of its documentation page."""

from __future__ import annotations

from typing import Final

import click

from emulator.cli.lazy import LazyGroup

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


class _Conformance(LazyGroup):
    """The suite's commands; the checks bring Hypothesis along."""

    lazy = {name: (f"{__name__}.{module}", name, summary) for name, (module, summary) in _COMMANDS.items()}  # noqa: RUF012

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        try:
            return super().get_command(ctx, cmd_name)
        except ModuleNotFoundError as error:
            if error.name != _EXTRA:
                raise
            raise click.UsageError(
                'the conformance suite needs Hypothesis: pip install "segment-actions-emulator[conformance]"'
            ) from None


@click.group(
    "conformance",
    cls=_Conformance,
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
