"""`python -m emulator.cli` is the command `actions`."""

from emulator.cli import main

main()
