"""Mock partner APIs over real HTTP: what deliveries are sent to by default, so that nothing leaves the machine."""

from emulator.partner.api import Answer, Answering, Endpoint, KeyHeader, PartnerAPI, json_answer
from emulator.partner.faults import Fault
from emulator.partner.received import ReceivedRequest
from emulator.partner.roster import Roster
from emulator.partner.server import Partner
from emulator.partner.shape import Check, Refusal, items, nullable, number, one_of, record, text
from emulator.partner.usermotion import USERMOTION

__all__ = [
    "USERMOTION",
    "Answer",
    "Answering",
    "Check",
    "Endpoint",
    "Fault",
    "KeyHeader",
    "Partner",
    "PartnerAPI",
    "ReceivedRequest",
    "Refusal",
    "Roster",
    "items",
    "json_answer",
    "nullable",
    "number",
    "one_of",
    "record",
    "text",
]
