"""Segment's rules around an action, as pure functions: no storage, no clock of their own."""
