"""Writes the published schema anew: `python -m conformance.suite.reports`, after a model of the report has changed."""

from __future__ import annotations

from pathlib import Path

from conformance.suite.failures import pretty
from conformance.suite.reports.json_report import SCHEMA, generated_schema

Path(__file__).with_name(SCHEMA).write_text(pretty(generated_schema()), "utf-8")
