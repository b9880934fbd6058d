from actions_core.testing import DestinationTester

from acme_destination.settings import API, Settings


def test_the_api_key_is_sent(tester: DestinationTester[Settings]) -> None:
    request = tester.check_authentication().request
    assert (request.method, request.url) == ("GET", f"{API}/me")
    assert request.headers["authorization"] == "Bearer key-for-tests"


def test_an_api_key_that_the_partner_does_not_know_is_refused(tester: DestinationTester[Settings]) -> None:
    tester.respond(status=401)
    assert str(tester.check_authentication().error) == "Credentials are invalid: 401 Unauthorized"
