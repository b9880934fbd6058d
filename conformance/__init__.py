"""Proving that destinations, and this runtime, keep what they promise."""
