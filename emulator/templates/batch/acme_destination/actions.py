"""What Acme can do with an event."""

from dataclasses import dataclass
from typing import Annotated

from actions_core import (
    MISSING,
    Action,
    BatchInput,
    ExecuteInput,
    Failure,
    Field,
    Missing,
    MultiStatus,
    Object,
    Request,
    Response,
    Success,
    coalesce,
    path,
)

from acme_destination.settings import API, Settings


@dataclass(frozen=True, kw_only=True)
class User:
    """A user with an email address."""

    userId: Annotated[str, Field("User ID", "The user's id in your own systems", default=path("$.userId"))]
    email: Annotated[
        str, Field("Email", "The user's email address", default=coalesce("$.traits.email", "$.context.traits.email"))
    ]
    traits: (
        Annotated[Object, Field("Traits", "Anything else that is known of the user", default=path("$.traits"))]
        | Missing
    ) = MISSING


def body_of(user: User) -> Object:
    """Write a user as Acme's API does."""
    return {"id": user.userId, "email": user.email, "traits": user.traits}


async def save_user(request: Request, data: ExecuteInput[User, Settings]) -> Response:
    """Create or update a user."""
    return await request.post(f"{API}/users", json=body_of(data.payload))


async def save_users(request: Request, data: BatchInput[User, Settings]) -> MultiStatus:
    """Create or update many users with one request; Acme answers with a status for each, in order."""
    bodies = [body_of(user) for user in data.payloads]
    response = await request.post(f"{API}/users/batch", json={"users": bodies})
    answers = MultiStatus()
    for body, found in zip(bodies, response.data["users"], strict=True):
        if found["status"] < 300:
            answers.append(Success(status=found["status"], sent=body, body=found))
        else:
            answers.append(Failure(status=found["status"], message=found["error"], sent=body, body=found))
    return answers


SAVE_USER = Action(
    title="Save User",
    description="Create or update a user",
    default_subscription='type = "identify"',
    payload=User,
    perform=save_user,
    perform_batch=save_users,
)
