"""The badge: what shields.io wants at an endpoint of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from actions_core.js import Object
from conformance.suite.engine import Report
from conformance.suite.reports.build import document_of
from conformance.suite.reports.document import Conclusion

_COLOURS: Final[Mapping[Conclusion, str]] = {
    "conforms": "brightgreen",
    "diverges": "orange",
    "does not conform": "red",
    "not proven": "lightgrey",
    "partial run": "lightgrey",
}


def badge(report: Report) -> Object:
    """Make the badge of a run; clauses that nothing has tried are told, so that it never says more than is known."""
    document = document_of(report)
    untested = document.totals.clauses.coverage["untested"]
    message: str = document.conclusion
    colour = _COLOURS[document.conclusion]
    if document.conclusion == "conforms" and untested:
        message = f"conforms, {untested} clause{'' if untested == 1 else 's'} not tried"
        colour = "yellowgreen"
    return {"schemaVersion": 1, "label": "conformance", "message": message, "color": colour}
