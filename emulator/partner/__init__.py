"""Mock partner APIs over real HTTP: what deliveries are sent to by default, so that nothing leaves the machine."""

from emulator.partner.api import Answer, Endpoint, KeyHeader, PartnerAPI, json_answer
from emulator.partner.faults import Fault
from emulator.partner.received import ReceivedRequest
from emulator.partner.server import Partner
from emulator.partner.shape import Check, Refusal, record, text
from emulator.partner.usermotion import USERMOTION

__all__ = [
    "USERMOTION",
    "Answer",
    "Check",
    "Endpoint",
    "Fault",
    "KeyHeader",
    "Partner",
    "PartnerAPI",
    "ReceivedRequest",
    "Refusal",
    "json_answer",
    "record",
    "text",
]
