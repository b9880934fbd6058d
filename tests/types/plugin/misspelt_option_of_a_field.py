from dataclasses import dataclass
from typing import Annotated

from actions_core import Field


@dataclass(frozen=True, kw_only=True)
class Payload:
    price: Annotated[float, Field("Price", minimun=0)]  # mistake
