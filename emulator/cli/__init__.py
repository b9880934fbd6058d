"""The command line: `actions`."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from io import TextIOWrapper
from typing import Any, Final

import click

from emulator.cli.lazy import LazyGroup

_COMMANDS: Final = {
    "deliver": ("emulator.cli.deliver", "Send a file of events through a destination's mappings."),
    "explain": ("emulator.cli.explain", "Tell what would happen to one event, and why."),
    "check": ("emulator.cli.check", "Tell what is wrong with a mapping before it is saved."),
    "list": ("emulator.cli.listing", "List the installed destinations."),
    "inspect": ("emulator.cli.inspect", "Show a destination's settings, presets, actions and fields."),
    "new": ("emulator.cli.new", "Begin a destination of your own."),
    "docs": ("emulator.cli.docs", "Write a destination's documentation page."),
    "contract": ("emulator.cli.contract", "Compare documentation pages."),
    "conformance": ("emulator.cli.conformance", "Prove that a destination keeps its documented contract."),
    "check-auth": ("emulator.cli.check_auth", "Ask the partner whether the settings are right."),
}


class _Actions(LazyGroup):
    """Every command; `actions --version` loads neither a destination nor an HTTP client."""

    lazy = {name: (module, "command", summary) for name, (module, summary) in _COMMANDS.items()}  # noqa: RUF012

    def invoke(self, ctx: click.Context) -> Any:
        from actions_core.errors import ActionsError  # noqa: PLC0415 - not needed for --version

        if os.environ.get("NO_COLOR"):
            ctx.color = False
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                # What the terminal's encoding lacks, and half an emoji, is shown as an escape.
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise SystemExit(130) from None
        except BrokenPipeError:
            raise  # click ends quietly: whoever read the output has seen enough
        except OSError as error:
            raise click.ClickException(
                f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
            ) from None
        except ActionsError as error:
            from emulator.cli.output import explain_error  # noqa: PLC0415 - likewise

            raise click.UsageError(explain_error(error)) from error


@click.group(
    cls=_Actions,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
First steps:
  actions list
  actions inspect usermotion
  actions explain examples/events.jsonl --setting apiKey=my-key
  actions deliver examples/events.jsonl --setting apiKey=my-key

Nothing leaves this machine unless a command is given --live.""",
)
@click.version_option(version("segment-actions-emulator"), prog_name="actions", message="%(prog)s %(version)s")
def main() -> None:
    """Run, test and understand Segment destinations on your own machine."""
