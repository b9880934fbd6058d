"""Segment around the runtime, on your own machine: reading events, delivering them, a mock partner, a command line."""
