from actions_core import MISSING
from actions_core.testing import DestinationTester, create_event

from acme_destination.settings import API, Settings


def test_a_batch_is_one_request_and_each_event_has_its_own_status(tester: DestinationTester[Settings]) -> None:
    tester.respond(json={"users": [{"status": 201}, {"status": 409, "error": "is being merged"}]})
    events = [
        create_event("identify", userId="u1"),
        create_event("identify", traits=MISSING),
        create_event("identify", userId="u3"),
    ]
    result = tester.batch("saveUser", events)
    assert (result.request.method, result.request.url) == ("POST", f"{API}/users/batch")
    assert [user["id"] for user in result.request.json["users"]] == ["u1", "u3"]
    assert [(status.status, status.message) for status in result.statuses] == [
        (201, None),
        (400, "The root value is missing the required field 'email'."),
        (409, "is being merged"),
    ]


def test_a_batch_that_the_partner_refuses_as_a_whole_fails_for_each_event(tester: DestinationTester[Settings]) -> None:
    tester.respond(status=503)
    result = tester.batch("saveUser", [create_event("identify"), create_event("identify")])
    assert [status.status for status in result.statuses] == [503, 503]
