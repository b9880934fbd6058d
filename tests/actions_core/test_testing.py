from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pytest

from actions_core import (
    CALL_TYPES,
    MISSING,
    Action,
    Audience,
    Audiences,
    Authentication,
    BatchInput,
    CallType,
    CreateAudienceInput,
    DefinitionError,
    DeletionPayload,
    Destination,
    DynamicChoice,
    DynamicChoices,
    ExecuteInput,
    Failure,
    Field,
    GetAudienceInput,
    HookResult,
    InputField,
    MappingHook,
    Missing,
    MultiStatus,
    OAuthCredentials,
    Object,
    PollInput,
    Preset,
    RefreshedTokens,
    RefreshInput,
    Request,
    RequestOptions,
    SettingsError,
    Submitted,
    Success,
    SyncModes,
    UnknownActionError,
    path,
)
from actions_core.testing import (
    ActionResult,
    Answer,
    BatchResult,
    CallResult,
    DestinationTester,
    NetworkAccessError,
    SentRequest,
    create_event,
    no_network,
)

ROOT = Path(__file__).parents[2]
KEY = "k3y-for-tests"
API = "https://api.acme.example"


@dataclass(frozen=True, kw_only=True)
class Settings:
    key: Annotated[str, Field("Key", type="password")]


@dataclass(frozen=True, kw_only=True)
class Order:
    email: Annotated[str, Field("Email", default=path("$.context.traits.email"))]
    number: Annotated[str, Field("Number", default=path("$.properties.order_id"))] | Missing = MISSING


async def send(request: Request, data: ExecuteInput[Order, Settings]) -> None:
    await request.post(
        f"{API}/orders?verbose=1",
        json={"email": data.payload.email, "number": data.payload.number, "mode": data.sync_mode or MISSING},
    )


async def send_batch(request: Request, data: BatchInput[Order, Settings]) -> MultiStatus:
    await request.post(f"{API}/batch", json=[payload.email for payload in data.payloads])
    first = data.payloads[0]
    return MultiStatus([Success(status=201, sent={"email": first.email}), Failure(status=422, message="no")])


async def choices(request: Request, data: ExecuteInput[Any, Settings]) -> DynamicChoices:
    found = await request.get(f"{API}/lists", search_params={"q": data.dynamic_field_context.query or ""})
    return DynamicChoices(choices=[DynamicChoice(value=one, label=one.title()) for one in found.data["lists"]])


async def save(request: Request, data: ExecuteInput[Any, Settings]) -> HookResult:
    made = await request.post(f"{API}/lists", json={"name": data.hook_inputs["name"]})
    return HookResult(saved_data={"id": made.data["id"]})


async def check(request: Request, data: ExecuteInput[None, Settings]) -> None:
    await request.get(f"{API}/me")


async def refresh(request: Request, data: RefreshInput[Settings]) -> RefreshedTokens:
    answer = await request.post(f"{API}/token", body="grant_type=refresh_token&scope=")
    return RefreshedTokens(access_token=answer.data["access_token"])


async def create_audience(request: Request, data: CreateAudienceInput[Settings]) -> Audience:
    answer = await request.post(f"{API}/audiences", json={"name": data.audience_name})
    return Audience(external_id=answer.data["id"])


async def get_audience(request: Request, data: GetAudienceInput[Settings]) -> Audience:
    await request.get(f"{API}/audiences/{data.external_id}")
    return Audience(external_id=data.external_id)


async def delete(request: Request, data: ExecuteInput[DeletionPayload, Settings]) -> None:
    await request.delete(f"{API}/users/{data.payload.user_id}")


def order(perform: Any) -> Action[Order, Settings]:
    return Action(
        title="Order",
        description="",
        payload=Order,
        perform=perform,
        perform_batch=send_batch,
        dynamic_fields={"number": choices},
        hooks={
            "onMappingSave": MappingHook(
                label="Make",
                description="",
                perform=save,
                inputs={"name": InputField(label="Name", type="string", required=True)},
            )
        },
        sync_modes=SyncModes(default="add", choices=["add"]),
    )


PRESETS = [
    Preset(name="Orders", action="order", trigger='event = "Order Completed"'),
    Preset(name="Refunds", action="order", trigger='event = "Order Refunded"'),
]


def destination(perform: Any = send, **options: Any) -> Destination[Settings]:
    return Destination(
        name="Acme (Actions)",
        slug="actions-acme",
        settings=Settings,
        extend_request=lambda data: RequestOptions(headers={"x-key": data.settings.key}),
        audiences=Audiences(mode="synced", create=create_audience, get=get_audience),
        on_delete=delete,
        **{
            "actions": {"order": order(perform)},
            "authentication": Authentication(check=check),
            "presets": PRESETS,
            **options,
        },
    )


def acme(perform: Any = send, **options: Any) -> DestinationTester[Settings]:
    return DestinationTester(destination(perform, **options), settings={"key": KEY})


# --- events ----------------------------------------------------------------------------------------------------------

OWN_PARTS = {
    "identify": {"traits"},
    "track": {"event", "properties"},
    "page": {"name", "category", "properties"},
    "screen": {"name", "category", "properties"},
    "group": {"groupId", "traits"},
    "alias": {"previousId"},
}
COMMON_PARTS = set(
    "type messageId anonymousId userId context integrations channel originalTimestamp sentAt receivedAt timestamp version".split()
)


@pytest.mark.parametrize("call", CALL_TYPES)
def test_an_event_has_everything_that_its_call_type_has_and_nothing_else(call: CallType) -> None:
    event = create_event(call)
    assert event["type"] == call
    assert set(event) == COMMON_PARTS | OWN_PARTS[call]
    assert all(event[part] for part in OWN_PARTS[call])


@pytest.mark.parametrize("call", CALL_TYPES)
def test_an_event_is_the_same_every_time_and_shares_nothing_with_another(call: CallType) -> None:
    first, second = create_event(call), create_event(call)
    assert first == second
    first["context"]["library"]["name"] = "changed"
    assert second != first


def test_an_event_is_a_track_event_unless_told_otherwise() -> None:
    assert create_event()["type"] == "track"


def test_what_is_given_replaces_a_part_whole_as_in_the_references_test_events() -> None:
    event = create_event("identify", traits={"plan": "free"}, extra=1)
    assert (event["traits"], event["extra"]) == ({"plan": "free"}, 1)


def test_missing_takes_a_part_away_and_none_is_null() -> None:
    event = create_event("track", userId=MISSING, event=None)
    assert "userId" not in event
    assert event["event"] is None


def test_an_unknown_call_type_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no call type 'tracks'; expected identify, track, page"):
        create_event("tracks")  # type: ignore[arg-type] # the mistake


# --- an action -------------------------------------------------------------------------------------------------------


def test_an_action_runs_with_the_default_mapping_and_tells_what_was_sent() -> None:
    result = acme().action("order", create_event("track"))
    assert (result.outcome, result.status, result.error) == ("delivered", 200, None)
    assert result.payload == {"email": "mira@northlight.example", "number": "ord_9001"}
    assert (result.request.method, result.request.url) == ("POST", f"{API}/orders?verbose=1")
    assert result.request.headers["x-key"] == KEY
    assert result.request.json == {"email": "mira@northlight.example", "number": "ord_9001"}
    assert result.request.search_params == {"verbose": "1"}


def test_an_action_has_a_test_event_unless_one_is_given() -> None:
    assert acme().action("order").request.json["number"] == create_event()["properties"]["order_id"]


def test_an_event_that_is_given_is_not_completed() -> None:
    result = acme().action("order", {"type": "track"})
    assert (result.outcome, result.requests) == ("rejected", ())
    assert str(result.error) == "The root value is missing the required field 'email'."


@pytest.mark.parametrize(
    ("mapping", "use_default_mappings", "sent"),
    [
        ({"email": "a"}, False, {"email": "a"}),
        ({"email": "a"}, True, {"email": "a", "number": "ord_9001"}),
        (None, True, {"email": "mira@northlight.example", "number": "ord_9001"}),
    ],
    ids=["the mapping alone", "the defaults fill it up", "the defaults alone"],
)
def test_a_mapping_stands_alone_unless_the_defaults_are_wanted(
    mapping: Object | None, use_default_mappings: bool, sent: Object
) -> None:
    result = acme().action("order", mapping=mapping, use_default_mappings=use_default_mappings)
    assert result.request.json == sent


def test_an_empty_mapping_maps_nothing() -> None:
    assert acme().action("order", mapping={}).outcome == "rejected"


@pytest.mark.parametrize("event", [create_event("alias"), {}, {"type": "nonsense"}], ids=["alias", "empty", "nonsense"])
def test_an_action_runs_whatever_triggers_there_are(event: Object) -> None:
    assert acme().action("order", event, mapping={"email": "a"}).outcome == "delivered"


def test_a_sync_mode_reaches_the_author() -> None:
    assert acme().action("order", sync_mode="add").request.json["mode"] == "add"


def test_a_mapping_and_an_event_are_not_changed() -> None:
    mapping, event = {"email": "a"}, create_event()
    acme().action("order", event, mapping=mapping, use_default_mappings=True, sync_mode="add")
    assert (mapping, event) == ({"email": "a"}, create_event())


def test_an_unknown_action_is_a_clear_error() -> None:
    with pytest.raises(UnknownActionError, match=r"Acme \(Actions\) has no action 'ordr'; it has order"):
        acme().action("ordr")


def test_settings_are_checked() -> None:
    with pytest.raises(SettingsError, match="missing the required field 'key'"):
        DestinationTester(destination()).action("order")


def test_a_definition_is_checked_as_when_it_is_loaded() -> None:
    with pytest.raises(DefinitionError, match="there is no action 'ordr'; the destination has order"):
        acme(presets=[Preset(name="x", action="ordr", trigger='type = "track"')])


def test_delivering_runs_the_presets_with_their_triggers() -> None:
    orders, refunds = acme().deliver(create_event("track"))
    assert (orders.outcome, len(orders.requests)) == ("delivered", 1)
    assert (refunds.outcome, len(refunds.requests), refunds.payload) == ("not subscribed", 0, MISSING)


# --- the partner -----------------------------------------------------------------------------------------------------


def test_the_partner_answers_as_it_was_told_in_order_and_then_with_200() -> None:
    run = acme()
    run.respond(status=503)
    run.respond(status=422, json={"why": "no"})
    assert [run.action("order").status for _ in range(3)] == [503, 422, 200]
    assert run.unused_answers == ()


def test_the_partners_refusal_is_the_error_with_its_answer() -> None:
    run = acme()
    run.respond(status=422, json={"why": "no"}, headers={"Retry-After": "2"})
    result = run.action("order")
    assert result.outcome == "failed"
    response = getattr(result.error, "response", None)
    assert response is not None
    assert (response.data, response.headers["retry-after"]) == ({"why": "no"}, "2")
    assert (response.reason, str(result.error)) == ("Unprocessable Entity", "Unprocessable Entity")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({}, {}),
        ({"json": None}, None),
        ({"json": [1]}, [1]),
        ({"body": "plain"}, "plain"),
        ({"body": b'{"a":1}', "headers": {"content-type": "application/json"}}, {"a": 1}),
        ({"status": 299, "body": ""}, ""),
    ],
    ids=["nothing", "null", "a list", "a text", "JSON by hand", "an unknown status"],
)
def test_the_author_receives_the_answers_body(answer: Object, expected: Any) -> None:
    received: list[Any] = []

    async def perform(request: Request, data: ExecuteInput[Order, Settings]) -> None:
        received.append((await request.get(API)).data)

    run = acme(perform)
    run.respond(**answer)
    assert run.action("order").outcome == "delivered"
    assert received == [expected]


@pytest.mark.parametrize("code", ["ETIMEDOUT", "ECONNRESET"])
def test_the_partner_may_give_no_answer(code: str) -> None:
    run = acme()
    run.respond(error=code)
    result = run.action("order")
    assert result.error is not None
    assert (result.outcome, result.error.code, result.error.retryable) == ("failed", code, True)
    assert len(result.requests) == 1


def test_a_function_answers_what_no_script_does() -> None:
    def partner(request: SentRequest) -> Answer:
        return Answer(status=404) if request.json["email"] == "a" else Answer()

    run = acme()
    run.respond_with(partner)
    run.respond(status=500)
    assert [run.action("order", mapping={"email": email}).status for email in ("a", "a", "b")] == [500, 404, 200]


def test_a_failed_assertion_in_the_partner_fails_the_test_although_the_author_could_swallow_it() -> None:
    async def perform(request: Request, data: ExecuteInput[Order, Settings]) -> None:
        with pytest.raises(AssertionError):
            await request.get(API)

    def partner(request: SentRequest) -> Answer:
        raise AssertionError("not as expected")

    run = acme(perform)
    run.respond_with(partner)
    with pytest.raises(AssertionError, match="not as expected"):
        run.action("order")


# --- results ---------------------------------------------------------------------------------------------------------


def test_the_only_request_is_refused_where_there_is_none_with_the_reason() -> None:
    result = acme().action("order", {"type": "track"})
    with pytest.raises(
        AssertionError,
        match="expected one request, but no request was sent; PayloadValidationError: The root value is missing",
    ):
        _ = result.request


def test_the_only_request_is_refused_where_there_are_several() -> None:
    async def perform(request: Request, data: ExecuteInput[Order, Settings]) -> None:
        await request.get(API)
        await request.get(API)

    with pytest.raises(AssertionError, match="expected one request, but 2 requests were sent"):
        _ = acme(perform).action("order").request


def test_a_request_shows_its_body_as_text_json_or_form() -> None:
    async def perform(request: Request, data: ExecuteInput[Order, Settings]) -> None:
        await request.post(API, body="a=1&b=&a=2")
        await request.post(API, json={"ü": 1})

    form, as_json = acme(perform).action("order").requests
    assert (form.text, form.form) == ("a=1&b=&a=2", {"a": "2", "b": ""})
    assert (as_json.body, as_json.json) == ('{"ü":1}'.encode(), {"ü": 1})


def test_a_snapshot_is_sorted_the_same_every_time_and_without_secrets() -> None:
    snapshots = [json.dumps(acme().action("order").snapshot()) for _ in range(2)]
    assert snapshots[0] == snapshots[1]
    assert KEY not in snapshots[0]
    assert json.loads(snapshots[0]) == {
        "error": None,
        "outcome": "delivered",
        "payload": {"email": "mira@northlight.example", "number": "ord_9001"},
        "requests": [
            {
                "body": {"email": "mira@northlight.example", "number": "ord_9001"},
                "headers": {
                    "content-type": "application/json",
                    "user-agent": "Segment (Actions)",
                    "x-key": "[redacted]",
                },
                "method": "POST",
                "url": f"{API}/orders?verbose=1",
            }
        ],
        "status": 200,
    }
    assert list(json.loads(snapshots[0])) == sorted(json.loads(snapshots[0]))


def test_a_snapshot_of_a_bug_does_not_tell_the_line_because_lines_move() -> None:
    async def perform(request: Request, data: ExecuteInput[Order, Settings]) -> None:
        raise RuntimeError(f"no {data.settings.key}")

    result = acme(perform).action("order")
    assert "test_testing.py:" in str(result.error)
    assert result.snapshot()["error"]["message"] == "RuntimeError: no [redacted]"


# --- everything else that an author writes ---------------------------------------------------------------------------


def test_a_batch_has_a_status_for_each_event_and_one_request() -> None:
    events = [create_event(), create_event("alias", context={}), create_event("page")]
    result = acme().batch("order", events, mapping={"email": path("$.context.traits.email")})
    assert [(status.status, status.code) for status in result.statuses] == [
        (201, None),
        (400, "PAYLOAD_VALIDATION_FAILED"),
        (422, "UNPROCESSABLE_ENTITY"),
    ]
    assert (result.outcome, result.error) == ("partial", None)
    assert result.request.json == ["mira@northlight.example"] * 2
    assert [status["status"] for status in result.snapshot()["statuses"]] == [201, 400, 422]


def test_a_batch_has_one_test_event_unless_some_are_given() -> None:
    assert len(acme().batch("order").statuses) == 1
    assert acme().batch("order", []).statuses == ()


def test_a_batch_that_the_partner_is_still_working_on_can_be_asked_about() -> None:
    async def submit(request: Request, data: BatchInput[Order, Settings]) -> Submitted:
        return Submitted(job_id=(await request.post(f"{API}/jobs")).data["job"])

    async def poll(request: Request, data: PollInput[Settings]) -> MultiStatus | None:
        done = (await request.get(f"{API}/jobs/{data.job_id}")).data.get("done")
        return MultiStatus([Success(status=200, sent={})] * data.count) if done else None

    slow = Action(title="O", description="", payload=Order, perform=send, perform_batch=submit, poll_batch=poll)
    run = acme(actions={"order": slow}, presets=[])
    run.respond(json={"job": "j1"})
    submitted = run.batch("order", [create_event(), create_event()])
    assert submitted.outcome == "submitted"
    waiting = run.poll(submitted)
    assert (waiting.outcome, waiting.request.url) == ("submitted", f"{API}/jobs/j1")
    run.respond(json={"done": True})
    assert [status.status for status in run.poll(waiting).statuses] == [200, 200]


def test_a_dynamic_field_gives_its_choices() -> None:
    run = acme()
    run.respond(json={"lists": ["vip"]})
    result = run.dynamic_field("order", "number", query="v")
    assert result.answer.choices == [DynamicChoice(value="vip", label="Vip")]
    assert result.request.search_params == {"q": "v"}
    assert result.snapshot()["answer"]["choices"][0]["value"] == "vip"


def test_a_hook_gives_what_it_saved() -> None:
    run = acme()
    run.respond(json={"id": 7})
    result = run.hook("order", "onMappingSave", {"name": "VIP"})
    assert result.answer.saved_data == {"id": 7}
    assert result.request.json == {"name": "VIP"}


def test_a_hooks_inputs_are_checked() -> None:
    result = acme().hook("order", inputs={})
    assert result.requests == ()
    with pytest.raises(Exception, match="missing the required field 'name'"):
        _ = result.answer


def test_audiences_are_made_and_found() -> None:
    run = acme()
    run.respond(json={"id": "aud_1"})
    made = run.create_audience("VIP")
    assert (made.answer.external_id, made.request.json) == ("aud_1", {"name": "VIP"})
    found = run.get_audience("aud_1")
    assert (found.answer.external_id, found.request.url) == ("aud_1", f"{API}/audiences/aud_1")


def test_a_user_is_deleted() -> None:
    result = acme().delete_user("u1")
    assert (result.error, result.request.method, result.request.url) == (None, "DELETE", f"{API}/users/u1")
    assert result.snapshot()["answer"] is None


def test_the_authentication_check_tells_whether_the_settings_are_right() -> None:
    run = acme()
    run.respond(status=401)
    refused, accepted = run.check_authentication(), run.check_authentication()
    assert str(refused.error) == "Credentials are invalid: 401 Unauthorized"
    assert accepted.error is None
    assert accepted.answer is None


def test_a_401_refreshes_the_token_and_runs_once_more() -> None:
    authentication = Authentication(scheme="oauth2", refresh_access_token=refresh)
    oauth = OAuthCredentials(access_token="0ld-t0ken", refresh_token="r3fresh")
    run = DestinationTester(destination(authentication=authentication), settings={"key": KEY}, oauth=oauth)
    run.respond(status=401)
    run.respond(json={"access_token": "n3w-t0ken"})
    result = run.action("order")
    first, refreshed, again = result.requests
    assert first.url == again.url
    assert refreshed.form == {"grant_type": "refresh_token", "scope": ""}
    assert result.tokens == RefreshedTokens(access_token="n3w-t0ken")
    assert result.outcome == "delivered"


def test_everything_works_inside_an_event_loop_too() -> None:
    async def test() -> None:
        assert acme().action("order").outcome == "delivered"

    asyncio.run(test())


# --- no network ------------------------------------------------------------------------------------------------------


def fetch() -> None:
    urllib.request.urlopen("http://198.51.100.7/", timeout=1)


def look_up() -> None:
    socket.getaddrinfo("www.example.com", 443)


def datagram() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        sending.sendto(b"x", ("198.51.100.7", 9))


@pytest.mark.parametrize(
    ("leave", "target"),
    [(fetch, "198.51.100.7:80"), (look_up, "www.example.com:443"), (datagram, "198.51.100.7:9")],
    ids=["connecting", "looking a host up", "sending a datagram"],
)
def test_a_test_that_would_leave_the_machine_fails_even_if_the_author_catches_it(
    leave: Callable[[], None], target: str
) -> None:
    async def perform(request: Request, data: ExecuteInput[Order, Settings]) -> None:
        with pytest.raises(NetworkAccessError):
            await asyncio.to_thread(leave)

    with pytest.raises(NetworkAccessError, match=f"the test tried to reach {target}: tests of destinations do not"):
        acme(perform).action("order")


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_may_be_reached(listening: int, host: str) -> None:
    with no_network():
        socket.create_connection((host, listening)).close()


def test_a_guard_that_saw_nothing_does_not_hide_one_that_did() -> None:
    def look_up_after_another_guard() -> None:
        with no_network():
            with no_network():
                pass
            with pytest.raises(NetworkAccessError):
                look_up()

    with pytest.raises(NetworkAccessError):
        look_up_after_another_guard()


def test_the_guard_is_gone_afterwards() -> None:
    with no_network():
        pass
    sys.audit("socket.getaddrinfo", "www.example.com", 443, 0, 0, 0)


# --- pytest ----------------------------------------------------------------------------------------------------------


def run_pytest(folder: Path, test: str, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_it.py").write_text(
        "from tests.actions_core.test_testing import KEY, destination\n"
        "from actions_core.testing import TesterFactory\n" + test,
        "utf-8",
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, str(folder / "test_it.py")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder, check=False)


def test_the_fixture_makes_testers(destination_tester: Any) -> None:
    assert destination_tester(destination(), settings={"key": KEY}).action("order").outcome == "delivered"


def test_the_fixture_fails_a_test_that_scripts_an_answer_that_no_request_asks_for(tmp_path: Path) -> None:
    found = run_pytest(
        tmp_path,
        "def test_it(destination_tester: TesterFactory) -> None:\n"
        "    destination_tester(destination(), settings={'key': KEY}).respond(status=500)\n",
    )
    assert found.returncode == 1
    assert "the partner was told 1 answers that no request asked for" in found.stdout
    assert "1 passed, 1 error" in found.stdout


def test_the_fixture_leaves_a_test_that_failed_to_its_own_failure(tmp_path: Path) -> None:
    found = run_pytest(
        tmp_path,
        "def test_it(destination_tester: TesterFactory) -> None:\n"
        "    destination_tester(destination(), settings={'key': KEY}).respond(status=500)\n"
        "    assert False\n",
    )
    assert "1 failed in" in found.stdout


def test_the_fixture_refuses_the_network_for_the_whole_test(tmp_path: Path) -> None:
    found = run_pytest(
        tmp_path,
        "import socket\n"
        "def test_it(destination_tester: TesterFactory) -> None:\n"
        "    socket.getaddrinfo('www.example.com', 443)\n",
    )
    assert "NetworkAccessError: the test tried to reach www.example.com:443" in found.stdout


def test_the_plugin_costs_nothing_where_it_is_not_used() -> None:
    program = (
        "import emulator.pytest_plugin, sys; print(sorted({'actions_core', 'pydantic', 'httpx'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    assert found.stdout.strip() == "[]"


def test_the_tests_of_the_page_for_authors_pass_and_are_typed(tmp_path: Path) -> None:
    section = (ROOT / "docs/authoring.md").read_text("utf-8").split("\n## Testing\n")[1].split("\n## ")[0]
    blocks = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    (tmp_path / "test_page.py").write_text("\n\n".join(blocks), "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "examples/beacon-destination")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_page.py"]
    tested = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
    assert f"{len(blocks)} passed" in tested.stdout, tested.stdout
    cache = str(ROOT / ".mypy_cache/third_party")
    command = [sys.executable, "-m", "mypy", "--config-file=", "--strict", "--cache-dir", cache, "test_page.py"]
    environment = {**os.environ, "MYPYPATH": str(ROOT / "examples/beacon-destination")}
    typed = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
    assert typed.returncode == 0, typed.stdout


def test_every_method_of_the_tester_and_every_part_of_its_results_is_in_the_page_for_authors() -> None:
    section = (ROOT / "docs/authoring.md").read_text("utf-8").split("\n## Testing\n")[1].split("\n## ")[0]
    parts = [*vars(DestinationTester), *dir(ActionResult), *dir(BatchResult), *dir(CallResult), *dir(SentRequest)]
    public = {part for part in parts if not part.startswith("_")}
    internal = {"delivery", "given", "redact", "sent", "search_params", "body", "unused_answers"}
    assert [part for part in sorted(public - internal) if not re.search(rf"\b{part}\b", section)] == []


def test_testing_needs_no_pytest() -> None:
    program = "import actions_core.testing, sys; print(sorted({'pytest', 'httpx'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    assert found.stdout.strip() == "[]"
