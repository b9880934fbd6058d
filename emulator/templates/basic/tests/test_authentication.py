from base64 import b64encode

from actions_core.testing import DestinationTester

from acme_destination.settings import API, Settings


def test_the_username_and_the_password_are_sent(tester: DestinationTester[Settings]) -> None:
    request = tester.check_authentication().request
    assert (request.method, request.url) == ("GET", f"{API}/me")
    assert request.headers["authorization"] == f"Basic {b64encode(b'mira:password-for-tests').decode()}"


def test_credentials_that_the_partner_does_not_know_are_refused(tester: DestinationTester[Settings]) -> None:
    tester.respond(status=401)
    assert str(tester.check_authentication().error) == "Credentials are invalid: 401 Unauthorized"
