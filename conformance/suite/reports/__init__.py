"""What a run of the suite has found, in the formats that people and programs read."""

from conformance.suite.reports.badge import badge
from conformance.suite.reports.html_report import html
from conformance.suite.reports.json_report import json_report, schema
from conformance.suite.reports.junit_report import junit
from conformance.suite.reports.markdown_report import markdown

__all__ = ["badge", "html", "json_report", "junit", "markdown", "schema"]
