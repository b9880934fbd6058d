"""Vectors: a language-neutral, data-only suite of what Segment's runtime does with triggers, mappings and contracts.

A vector is one JSON object on a line of a `.jsonl` or `.jsonl.gz` file. Its keys tell its kind:

    mapping    mapping, event          → result, or error.message
    trigger    fql, event              → match, or error: true where the trigger does not parse
    contract   fields, payload         → result, or error.message and, if given, error.errors[].path and .message
    action     fields, mapping, event  → result, or error.message (mapping, then validation)

`fields` are input fields in the reference's shape. `mode` may be "batch" in a contract. `error: true` stands for an
error in any words. Other keys, such as `why`, are for readers. The answers were given by `@segment/actions-core` and
`@segment/destination-subscriptions`; `tests/oracle/make_vectors.py` asks them. See `docs/vectors.md`.
"""

from conformance.vectors.compare import same_json, sentences
from conformance.vectors.runner import Failure, Kind, VectorError, kind_of, read_vectors, run_vector, run_vectors

__all__ = [
    "Failure",
    "Kind",
    "VectorError",
    "kind_of",
    "read_vectors",
    "run_vector",
    "run_vectors",
    "same_json",
    "sentences",
]
