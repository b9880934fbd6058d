from actions_core.testing import DestinationTester, create_event

from acme_destination.settings import API, TOKENS, Settings


def test_the_access_token_is_sent(tester: DestinationTester[Settings]) -> None:
    request = tester.check_authentication().request
    assert (request.method, request.url) == ("GET", f"{API}/me")
    assert request.headers["authorization"] == "Bearer old-token"


def test_a_token_that_is_refused_is_refreshed_and_the_event_sent_again(tester: DestinationTester[Settings]) -> None:
    tester.respond(status=401)
    tester.respond(json={"access_token": "new-token"})
    result = tester.action("saveUser", create_event("identify"))
    refused, refreshed, again = result.requests
    assert (refreshed.url, refreshed.form["refresh_token"]) == (TOKENS, "refresh-token")
    assert "authorization" not in refreshed.headers
    assert again.headers["authorization"] == "Bearer new-token"
    assert again.json == refused.json
    assert result.outcome == "delivered"
