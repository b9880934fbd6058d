"""Destinations that ship with the emulator, each a plugin like any other."""
