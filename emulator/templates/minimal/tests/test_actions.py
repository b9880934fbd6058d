from actions_core import MISSING
from actions_core.testing import DestinationTester, create_event

from acme_destination.settings import API, Settings


def test_a_user_is_saved(tester: DestinationTester[Settings]) -> None:
    event = create_event("identify", userId="u1", traits={"email": "mira@northlight.example"})
    request = tester.action("saveUser", event).request
    assert (request.method, request.url) == ("POST", f"{API}/users")
    assert request.json == {"id": "u1", "email": "mira@northlight.example", "traits": event["traits"]}


def test_a_user_without_an_email_address_is_rejected(tester: DestinationTester[Settings]) -> None:
    result = tester.action("saveUser", create_event("identify", traits=MISSING))
    assert result.outcome == "rejected"
    assert str(result.error) == "The root value is missing the required field 'email'."


def test_a_failure_of_the_partners_is_sent_again(tester: DestinationTester[Settings]) -> None:
    tester.respond(status=503)
    error = tester.action("saveUser", create_event("identify")).error
    assert error is not None
    assert error.retryable


def test_the_preset_is_for_identify_events(tester: DestinationTester[Settings]) -> None:
    assert [result.outcome for result in tester.deliver(create_event("identify"))] == ["delivered"]
    assert [result.outcome for result in tester.deliver(create_event("track"))] == ["not subscribed"]
