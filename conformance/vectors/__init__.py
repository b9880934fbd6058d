"""Vectors: a language-neutral, data-only suite of what Segment's runtime does with triggers, mappings and contracts.

A vector is one JSON object on a line of a `.jsonl` or `.jsonl.gz` file. Its keys tell its kind:

    mapping    mapping, event          → result, or error.message
    trigger    fql, event              → match, or error: true where the trigger does not parse
    contract   fields, payload         → result, or error.message and, if given, error.errors[].path and .message
    action     fields, mapping, event  → result, or error.message (mapping, then validation)

`fields` are input fields in the reference's shape. `mode` may be "batch" in a contract. The answers were given by
`@segment/actions-core` and `@segment/destination-subscriptions`; `tests/oracle/make_vectors.py` asks them.
"""

from conformance.vectors.compare import same_json, sentences
from conformance.vectors.runner import Failure, VectorError, run_vector, run_vectors

__all__ = ["Failure", "VectorError", "run_vector", "run_vectors", "same_json", "sentences"]
