"""What `actions deliver` prints: a line for each event and mapping, and the summary."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from actions_core import Delivery, Destination, DestinationInstance, Object, errors
from actions_core.js import stringify
from actions_core.redaction import Redactor
from actions_core.runtime.results import exchange_to_json
from emulator.cli.options import Route
from emulator.cli.output import Progress, echo_json, faint, outcome_text, shown
from emulator.events import MalformedEvent, NumberedEvent

Read: TypeAlias = NumberedEvent | MalformedEvent

OUTCOMES: Final = ("delivered", "not subscribed", "rejected", "failed")

_MOST_URLS: Final = 20
_OTHERS: Final = "other URLs"


@dataclass
class Report:
    """What the summary says; its size does not grow with the input."""

    destination: Destination[Any]
    route: Route
    started: int = 0
    events: int = 0
    malformed: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    interrupted: bool = False

    @property
    def went_wrong(self) -> bool:
        """Whether something was rejected, failed or malformed."""
        return bool(self.malformed or self.outcomes["rejected"] or self.outcomes["failed"])

    def count(self, read: Read, deliveries: list[Delivery], redact: Redactor) -> None:
        """Add what became of one event."""
        if isinstance(read, MalformedEvent):
            self.malformed += 1
            return
        self.events += 1
        for delivery in deliveries:
            self.outcomes[delivery.outcome] += 1
            for exchange in delivery.exchanges:
                url = urlsplit(exchange.request.url)
                host = url.netloc.rpartition("@")[2]
                what = shown(f"{exchange.request.method} {url.scheme}://{host}{url.path}", redact)
                known = what in self.requests or len(self.requests) < _MOST_URLS
                self.requests[what if known else _OTHERS] += 1

    def to_json(self) -> Object:
        """Give the summary as a JSON object."""
        return {
            "destination": self.destination.slug,
            "events": self.events,
            "malformed": self.malformed,
            **{outcome.replace(" ", "_"): self.outcomes[outcome] for outcome in OUTCOMES},
            "requests": dict(self.requests),
            "partner": "live" if self.route.live else "built-in",
            "interrupted": self.interrupted,
            "unfinished": self.started - self.events,
            "seconds": round(self.seconds, 3),
        }

    def text(self) -> str:
        """Give the summary as text."""
        counts = ", ".join(f"{self.outcomes[outcome]:,} {outcome}" for outcome in OUTCOMES)
        lines = [
            f"{_count(self.events, 'event')} to {self.destination.name} in {self.seconds:.1f} s",
            f"  {counts}" + (f"; {self.malformed:,} malformed" if self.malformed else ""),
        ]
        if self.interrupted:
            unfinished = _count(self.started - self.events, "event")
            lines.append(f"  interrupted; {unfinished} under way, whose requests may have been sent")
        where = "" if self.route.live else "; nothing left this machine"
        lines.append(f"  {_count(sum(self.requests.values()), 'request')} to {self.route.partner}{where}")
        lines += [f"    {count:,} {what}" for what, count in sorted(self.requests.items())]
        return "\n".join(lines)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


class Lines:
    """Prints what became of each event."""

    def __init__(
        self, instance: DestinationInstance[Any], *, as_json: bool, verbose: bool, quiet: bool, progress: Progress
    ) -> None:
        self._instance: Final = instance
        self._as_json: Final = as_json
        self._verbose: Final = verbose
        self._quiet: Final = quiet
        self._width: Final = max((len(shown(plan.subscription.name)) for plan in instance.plans), default=0)
        self.progress: Final = progress

    def read(self, read: Read, deliveries: list[Delivery]) -> None:
        """Print one line for each mapping, or one for what is no event."""
        if isinstance(read, NumberedEvent):
            self._deliveries(read, deliveries)
        elif self._as_json:
            place = {"event": read.number, "place": read.place}
            echo_json({**place, "outcome": "malformed", "error": {"message": read.message}})
        else:
            told = shown(f"{read.place} {read.message}", self._instance.redact)
            self.progress.line(f"{read.number:>5}  {outcome_text('malformed')}  {told}")

    def _deliveries(self, read: NumberedEvent, deliveries: list[Delivery]) -> None:
        redact = self._instance.redact
        for delivery in deliveries:
            if self._quiet and delivery.outcome in ("delivered", "not subscribed"):
                continue
            if self._as_json:
                known = {key: read.event.get(key) for key in ("messageId", "type")}
                place = {"event": read.number, "place": read.place}
                echo_json({**place, **redact.value(known), **delivery.to_json(redact)})
                continue
            self.progress.line(self._line(read, delivery))
            if self._verbose:
                for exchange in delivery.exchanges:
                    self._exchange(exchange_to_json(exchange, redact))

    def _line(self, read: NumberedEvent, delivery: Delivery) -> str:
        kind = read.event.get("type", "?")
        call = shown(kind if isinstance(kind, str) else stringify(kind), self._instance.redact)[:8].ljust(8)
        name = shown(delivery.subscription.name).ljust(self._width)
        return f"{read.number:>5}  {call}  {name}  {outcome_text(delivery.outcome)}  {self._detail(delivery)}".rstrip()

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

    def _exchange(self, exchange: Object) -> None:
        lines = [f"> {exchange['method']} {exchange['url']}"]
        lines += [f"> {name}: {value}" for name, value in exchange["headers"].items()]
        if exchange["body"] is not None:
            lines.append(f"> {_compact(exchange['body'])}")
        if "response" in exchange:
            answer = exchange["response"]
            lines.append(f"< {answer['status']} {_compact(answer['body'])}")
        if "error" in exchange:
            lines.append(f"< {exchange['error']['message']}")
        for line in lines:
            self.progress.line(faint(f"         {shown(line)}"))


def _compact(body: Any) -> str:
    return body if isinstance(body, str) else stringify(body)
