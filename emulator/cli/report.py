"""What `actions deliver` prints: a line for each event and mapping, and the summary."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from actions_core import Delivery, Destination, DestinationInstance, HttpRequest, Object, errors
from actions_core.js import stringify
from actions_core.runtime.results import exchange_to_json
from emulator.cli.options import Route
from emulator.cli.output import faint, outcome_text, shown
from emulator.events import MalformedEvent, NumberedEvent

Read: TypeAlias = NumberedEvent | MalformedEvent

OUTCOMES: Final = ("delivered", "not subscribed", "rejected", "failed")

_MOST_URLS: Final = 20
_OTHERS: Final = "other URLs"
_MOST_KNOWN: Final = 1000


@dataclass
class Tally:
    """What became of some events, counted."""

    events: int = 0
    malformed: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Add what was counted later; of many URLs only the first are told apart, so that this does not grow."""
        self.events += other.events
        self.malformed += other.malformed
        self.outcomes.update(other.outcomes)
        for what, count in other.requests.items():
            known = what in self.requests or len(self.requests) < _MOST_URLS
            self.requests[what if known else _OTHERS] += count


class Told(NamedTuple):
    """What became of some events."""

    text: str
    """What is to be printed."""
    tally: Tally


@dataclass
class Report:
    """What the summary says; its size does not grow with the input."""

    destination: Destination[Any]
    route: Route
    tally: Tally = field(default_factory=Tally)
    started: int = 0
    """Events that were begun."""
    seconds: float = 0.0
    interrupted: bool = False

    @property
    def went_wrong(self) -> bool:
        """Whether something was rejected, failed or malformed."""
        tally = self.tally
        return bool(tally.malformed or tally.outcomes["rejected"] or tally.outcomes["failed"])

    @property
    def unfinished(self) -> int:
        """Events that were begun and of whose end nothing is known."""
        return self.started - self.tally.events

    def to_json(self) -> Object:
        """Give the summary as a JSON object."""
        return {
            "destination": self.destination.slug,
            "events": self.tally.events,
            "malformed": self.tally.malformed,
            **{outcome.replace(" ", "_"): self.tally.outcomes[outcome] for outcome in OUTCOMES},
            "requests": dict(self.tally.requests),
            "partner": "live" if self.route.live else "built-in",
            "interrupted": self.interrupted,
            "unfinished": self.unfinished,
            "seconds": round(self.seconds, 3),
        }

    def text(self) -> str:
        """Give the summary as text."""
        tally = self.tally
        counts = ", ".join(f"{tally.outcomes[outcome]:,} {outcome}" for outcome in OUTCOMES)
        lines = [
            f"{_count(tally.events, 'event')} to {self.destination.name} in {self.seconds:.1f} s",
            f"  {counts}" + (f"; {tally.malformed:,} malformed" if tally.malformed else ""),
        ]
        if self.interrupted:
            unfinished = _count(self.unfinished, "event")
            lines.append(f"  interrupted; {unfinished} under way, whose requests may have been sent")
        where = "" if self.route.live else "; nothing left this machine"
        lines.append(f"  {_count(sum(tally.requests.values()), 'request')} to {self.route.partner}{where}")
        lines += [f"    {count:,} {what}" for what, count in sorted(tally.requests.items())]
        return "\n".join(lines)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


@dataclass(frozen=True, kw_only=True)
class Style:
    """What is shown of an event."""

    as_json: bool
    verbose: bool
    quiet: bool


class Writer:
    """Writes what became of each event, and counts it."""

    def __init__(self, instance: DestinationInstance[Any], style: Style) -> None:
        self._instance: Final = instance
        self._style: Final = style
        self._hidden: Final = frozenset({"delivered", "not subscribed"} if style.quiet else ())
        width = max((len(shown(plan.subscription.name)) for plan in instance.plans), default=0)
        self._names: Final = [shown(plan.subscription.name).ljust(width) for plan in instance.plans]
        self._outcomes: Final = {outcome: outcome_text(outcome) for outcome in (*OUTCOMES, "malformed")}
        self._known: Final[dict[tuple[str, str], str]] = {}

    def count(self, read: Read, deliveries: list[Delivery], tally: Tally) -> None:
        """Add what became of one event."""
        if isinstance(read, MalformedEvent):
            tally.malformed += 1
            return
        tally.events += 1
        for delivery in deliveries:
            tally.outcomes[delivery.outcome] += 1
            for exchange in delivery.exchanges:
                tally.requests[self._endpoint(exchange.request)] += 1

    def _endpoint(self, request: HttpRequest) -> str:
        """Name where a request went, without what may hold a secret: the query and the user."""
        key = (request.method, request.url)
        known = self._known.get(key)
        if known is None:
            url = urlsplit(request.url)
            host = url.netloc.rpartition("@")[2]
            known = shown(f"{request.method} {url.scheme}://{host}{url.path}", self._instance.redact)
            if len(self._known) < _MOST_KNOWN:
                self._known[key] = known
        return known

    def lines(self, read: Read, deliveries: list[Delivery]) -> str:
        """Write a line for each mapping, or one for what is no event; "" if nothing is to be shown of it."""
        if isinstance(read, NumberedEvent):
            visible = [(index, one) for index, one in enumerate(deliveries) if one.outcome not in self._hidden]
            if not visible:
                return ""
            lines = self._json(read, visible) if self._style.as_json else self._text(read, visible)
            return "\n".join(lines) + "\n"
        if self._style.as_json:
            place = {"event": read.number, "place": read.place}
            return stringify({**place, "outcome": "malformed", "error": {"message": read.message}}) + "\n"
        told = shown(f"{read.place} {read.message}", self._instance.redact)
        return f"{read.number:>5}  {self._outcomes['malformed']}  {told}\n"

    def _json(self, read: NumberedEvent, deliveries: list[tuple[int, Delivery]]) -> list[str]:
        place = {"event": read.number, "place": read.place}
        known = {key: read.event.get(key) for key in ("messageId", "type")}
        redact = self._instance.redact

        def line(delivery: Delivery) -> str:
            return redact.stringify(lambda hide: {**place, **hide.value(known), **delivery.to_json(hide)})

        return [line(delivery) for _, delivery in deliveries]

    def _text(self, read: NumberedEvent, deliveries: list[tuple[int, Delivery]]) -> list[str]:
        redact = self._instance.redact
        kind = read.event.get("type", "?")
        call = shown(kind if isinstance(kind, str) else stringify(kind), redact)[:8].ljust(8)
        lines = []
        for index, delivery in deliveries:
            told = f"{self._names[index]}  {self._outcomes[delivery.outcome]}  {self._detail(delivery)}"
            lines.append(f"{read.number:>5}  {call}  {told}".rstrip())
            if self._style.verbose:
                for exchange in delivery.exchanges:
                    lines += _exchange(exchange_to_json(exchange, redact))
        return lines

    def _detail(self, delivery: Delivery) -> str:
        redact, error = self._instance.redact, delivery.error
        if error is not None:
            told = shown(str(error), redact)
            if isinstance(error, errors.HTTPError):
                told = f"{told} {shown(error.response.content, redact)[:200]}".strip()
            silent = isinstance(error, (errors.TimeoutError, errors.TransportError))
            retry = faint(" (Segment would retry)") if error.retryable and delivery.outcome == "failed" else ""
            return f"{error.code if silent else error.status} {told}{retry}"
        if delivery.exchanges:
            last = delivery.exchanges[-1].request
            return shown(f"{delivery.status} {last.method} {last.url}", redact)
        return ""


def _exchange(exchange: Object) -> list[str]:
    lines = [f"> {exchange['method']} {exchange['url']}"]
    lines += [f"> {name}: {value}" for name, value in exchange["headers"].items()]
    if exchange["body"] is not None:
        lines.append(f"> {_compact(exchange['body'])}")
    if "response" in exchange:
        answer = exchange["response"]
        lines.append(f"< {answer['status']} {_compact(answer['body'])}")
    if "error" in exchange:
        lines.append(f"< {exchange['error']['message']}")
    return [faint(f"         {shown(line)}") for line in lines]


def _compact(body: Any) -> str:
    return body if isinstance(body, str) else stringify(body)
