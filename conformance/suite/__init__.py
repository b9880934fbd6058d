"""The suite: checks that a destination keeps the contract of its documentation page. See `docs/conformance.md`."""
