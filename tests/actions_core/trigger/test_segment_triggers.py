"""Triggers as Segment's own destinations suggest them."""

from __future__ import annotations

import pytest

from actions_core.trigger import compile_trigger, generate, parse

TRIGGERS = [
    'type = "track"',
    'type = "identify"',
    'type = "Identify"',
    'type = "page"',
    'type = "screen"',
    'type = "group"',
    'type = "alias"',
    'type="page"',
    "type=identify",
    'type = "page" or type = "screen"',
    'type = "track" or type ="screen"',
    'type = "identify" or type = "group" or type = "alias"',
    'type = "track" or type = "page" or type = "screen" or type = "identify" or type = "group" or type = "alias"',
    "type = track or type = page or type = screen or type = identify or type = group",
    'event = "Order Completed"',
    'event = "Product Added To Wishlist"',
    'event = "updated" or event = "new"',
    'event = "Audience Entered" or event = "Audience Exited"',
    'event = "Order Completed" or event = "Order Updated" or event = "Order Refunded" or event = "Order Cancelled"',
    'type = "track" and event = "Order Completed"',
    'type = "track" and event =  "Product Viewed"',
    'type = "track" and event="Address Registered"',
    'type=track and event="Trigger Survey"',
    'type = "track" and event == "Cart Updated"',
    'type = "track" AND event = "Signed Up"',
    'type = "track" AND event = "Product Video Watched"',
    'type = "track", event = "Transaction Created"',
    'type = "track" and event != "Experiment Viewed"',
    'type = "track" and event != "Order Completed" and event != "Cart Updated"',
    'type = "track" and event != "Order Completed" and event != "Add to Cart" and event != "Products Searched"',
    'type = "track" and (event = "Checkout Started" or event = "Checkout Step Viewed")',
    'type = "track" and event = "Remove Contact from List"',
    'type = "track" and event = "Send Transactional SMS"',
    'type = "page" and properties.name = "Home"',
    'type = "page" and properties.name = "Land"',
    'type = "page" and properties.name != "Home" and properties.name != "Land"',
    '\n        event = "Application Installed"\n        or event = "Application Opened"\n      ',
    '\n    type = "track"\n    and event != "Application Installed"\n    and event != "Device Deleted"\n  ',
    'event = "Application Uninstalled" or event = "Device Deleted"',
    'type = "identify" or type = "track" or type = "page" or type = "screen" or type = "group"',
]


@pytest.mark.parametrize("text", TRIGGERS)
def test_a_suggested_trigger_parses_and_is_written_back(text: str) -> None:
    tree = parse(text)
    assert parse(generate(tree)) == tree
    assert compile_trigger(generate(tree)).call_types == compile_trigger(text).call_types


def test_a_suggested_trigger_with_two_equals_signs_matches_nothing() -> None:
    trigger = compile_trigger('type = "track" and event == "Cart Updated"')
    assert not trigger.matches({"type": "track", "event": "Cart Updated"})


def test_a_suggested_trigger_in_capitals_matches_as_meant() -> None:
    trigger = compile_trigger('type = "track" AND event = "Signed Up"')
    assert trigger.matches({"type": "track", "event": "Signed Up"})
    assert not trigger.matches({"type": "track", "event": "Signed In"})


def test_a_suggested_type_is_case_sensitive() -> None:
    assert not compile_trigger('type = "Identify"').matches({"type": "identify"})
