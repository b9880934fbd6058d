"""The report for programs, and the schema that it keeps."""

from __future__ import annotations

import json
from datetime import date
from importlib.resources import files
from typing import Any, Final

from actions_core.js import Object
from conformance.suite.engine import Report
from conformance.suite.reports.build import document_of
from conformance.suite.reports.document import Document

SCHEMA: Final = "report.schema.json"


def json_report(report: Report) -> Object:
    """Give a run as one JSON value that keeps the published schema."""
    value: Object = _json(document_of(report).model_dump())
    return value


def schema() -> Object:
    """Give the published schema."""
    value: Object = json.loads(files(__package__).joinpath(SCHEMA).read_text("utf-8"))
    return value


def generated_schema() -> Object:
    """Make the schema of the models; the published one is this, written to its file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A report of `actions conformance`",
        **Document.model_json_schema(mode="serialization"),
    }


def _json(value: Any) -> Any:
    """Make JSON of a dumped model; pydantic's own JSON has no keys that are half an emoji, and cases may."""
    if isinstance(value, dict):
        return {key: _json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
