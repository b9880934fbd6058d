"""What Acme can do with an event."""

from dataclasses import dataclass
from typing import Annotated

from actions_core import MISSING, Action, ExecuteInput, Field, Missing, Object, Request, Response, coalesce, path

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


async def save_user(request: Request, data: ExecuteInput[User, Settings]) -> Response:
    """Create or update a user."""
    user = data.payload
    return await request.post(f"{API}/users", json={"id": user.userId, "email": user.email, "traits": user.traits})


SAVE_USER = Action(
    title="Save User",
    description="Create or update a user",
    default_subscription='type = "identify"',
    payload=User,
    perform=save_user,
)
