"""`actions new`: the beginning of a destination, as a package of its own."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from actions_core import load_catalog
from emulator.cli.options import json_option
from emulator.cli.output import echo_json, heading

TEMPLATES: Final[dict[str, tuple[str, ...]]] = {
    "minimal": ("minimal",),
    "custom": ("minimal", "custom"),
    "basic": ("minimal", "basic"),
    "oauth2": ("minimal", "oauth2"),
    "batch": ("minimal", "batch"),
}
"""For each template the folders of `emulator/templates` that it is laid from; a later one's files win."""

_FOLDER: Final = Path(__file__).parents[1] / "templates"
_TEXTS: Final = frozenset({".md", ".py", ".toml", ".typed", ".gitignore"})
"""What a template consists of; whatever else is there, tools have left."""
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[ _-][A-Za-z0-9]+)*")
_LONGEST: Final = 40

_HELP: Final = """Begin a destination called NAME: a package with one action, one preset, tests and a page.

NAME is the partner's: "acme", "Acme Mail". The folder is called acme-destination, or acme-mail-destination.

\b
Templates:
  minimal  an API key, and no way to find out whether it is right
  custom   an API key with an authentication check
  basic    a username and a password
  oauth2   tokens that are refreshed
  batch    as minimal, and sends many events with one request
"""


@dataclass(frozen=True, slots=True)
class Names:
    """A destination's name in every form that its files need."""

    display: str
    """`Acme Mail`."""
    hyphened: str
    """`acme-mail`."""

    @classmethod
    def of(cls, text: str) -> Names:
        """Read what somebody calls a destination; raises `click.BadParameter` for what cannot be its name."""
        if len(text) > _LONGEST or not _NAME.fullmatch(text):
            raise click.BadParameter(
                f"expected a name of at most {_LONGEST} letters and digits, which begins with a letter; words may be "
                f"joined by a space, a hyphen or an underscore: got {text!r}",
                param_hint="NAME",
            )
        words = re.split("[ _-]", text)
        if words[0].lower() == "actions" and words[1:]:
            words = words[1:]
        if words[-1].lower() == "destination" and words[:-1]:
            words = words[:-1]
        return cls(
            display=" ".join(word.capitalize() if word.islower() else word for word in words),
            hyphened="-".join(words).lower(),
        )

    @property
    def slug(self) -> str:
        """The destination's slug."""
        return f"actions-{self.hyphened}"

    def put_into(self, text: str) -> str:
        """Replace the name that the templates have, Acme, in each of its forms."""
        forms = {
            "acme_": f"{self.hyphened.replace('-', '_')}_",
            "acme": self.hyphened,
            "Acme": self.display,
        }
        return re.sub("acme_?|Acme", lambda found: forms[found[0]], text)


@click.command("new", help=_HELP)
@click.argument("name")
@click.option("-t", "--template", type=click.Choice(list(TEMPLATES)), default="minimal", show_default=True)
@click.option(
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Where to make the folder; default: here.",
)
@json_option
def command(*, name: str, template: str, directory: Path, as_json: bool) -> None:
    """Run the command."""
    names = Names.of(name)
    _refuse_a_slug_that_is_taken(names)
    folder = directory / f"{names.hyphened}-destination"
    files = render(template, names)
    write(folder, files)
    then = [
        f"cd {shlex.quote(str(folder))}",
        'pip install -e ".[dev]"',
        "pytest",
        f"actions conformance run {names.hyphened}",
    ]
    if as_json:
        echo_json({"folder": str(folder), "slug": names.slug, "files": list(files), "next": then})
        return
    listed = "\n".join(f"  {file}" for file in files)
    commands = "\n".join(f"  {line}" for line in then)
    click.echo(f"{heading(str(folder))}\n{listed}\n\nNext:\n{commands}")


def render(template: str, names: Names) -> dict[str, str]:
    """Give a new destination's files: their texts by path."""
    files: dict[str, str] = {}
    for layer in TEMPLATES[template]:
        root = _FOLDER / layer
        for path in sorted(root.rglob("*")):
            if (path.suffix or path.name) in _TEXTS:
                files[names.put_into(path.relative_to(root).as_posix())] = names.put_into(path.read_text("utf-8"))
    return dict(sorted(files.items()))


def write(folder: Path, files: dict[str, str]) -> None:
    """Make a folder with some files; raises `click.UsageError` if there is one already, `OSError` if it cannot."""
    if os.path.lexists(folder):
        raise click.UsageError(f"{folder} exists already, and nothing in it was changed")
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def _refuse_a_slug_that_is_taken(names: Names) -> None:
    catalog = load_catalog()
    if names.slug in catalog.destinations:
        raise click.UsageError(
            f"there is a destination {names.slug} already, from {catalog.origins[names.slug]}; choose another name"
        )
