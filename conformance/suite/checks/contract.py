"""What the plugin declares, compared with what the page and its annex say; nothing is sent.

Clauses that can be tried count as tried only where other checks send events; here they are only compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from actions_core.errors import TriggerSyntaxError
from actions_core.js import Object
from actions_core.trigger import compile_trigger, lint
from conformance.contracts import Layer, PageError, bind, read_page
from conformance.contracts.diff import Change, compare
from conformance.contracts.write_page import write_page
from conformance.suite.checks.subjects import whole
from conformance.suite.lab import Lab
from conformance.suite.model import Broken, Check, Judgement, Kept, NotApplicable, OnClause, Whole, check, once
from conformance.suite.target import Target


def _clauses(pattern: str, otherwise: str) -> Callable[[Target], Sequence[OnClause] | NotApplicable]:
    """Take the clauses whose ids match."""
    matching = re.compile(rf"(?:{pattern})\Z")

    def subjects(target: Target) -> Sequence[OnClause] | NotApplicable:
        found = [OnClause(one) for one in target.contract.clauses if matching.match(one)]
        return found or NotApplicable(otherwise)

    return subjects


def _compare(lab: Lab, at: OnClause, case: Object) -> Judgement:
    found = [
        one
        for one in lab.target.findings_by_clause.get(at.clause, ())
        if one.level != "SHOULD" and one.kind != "untold"
    ]
    if case:
        return None
    if found:
        clause = lab.target.contract.clauses[at.clause]
        return Broken(f"as documented: {clause.quote}", f"{found[0].place} {found[0].message}")
    return Kept("inside")


def _compared(id_: str, statement: str, pattern: str, otherwise: str, source: Layer = "page") -> Check[OnClause]:
    """Make a check of the clauses whose ids match a pattern."""
    return Check(
        id=id_,
        statement=statement,
        judge=_compare,
        subjects=_clauses(pattern, otherwise),
        clauses=lambda at: (at.clause,),
        source=source,
        vectors=once,
    )


_ANNEX: Final = "the annex tells none"
_FIELD: Final = "(?:action/[^/]+/field|setting)/[^/]+"

_COMPARED: Final = (
    _compared(
        "contract.identity.equal",
        "Name, owner and maturity are those of the page.",
        "identity/(?:title|name|owner|maturity)",
        "",
    ),
    _compared("contract.calls.equal", "The accepted calls are those of the page.", "identity/call/.+", ""),
    _compared(
        "contract.settings.equal",
        "Each setting has the label, description, required and type of the page.",
        "setting/[^/]+/(?:label|description|required|type)|settings/none",
        "the page has no settings",
    ),
    _compared(
        "contract.presets.equal",
        "Each preset has the name, trigger and action of the page.",
        "preset/[^/]+/(?:name|trigger|action)|presets/none",
        "the page has no presets",
    ),
    _compared(
        "contract.actions.equal",
        "Each action has the title, description, platform and default trigger of the page, and the annex's slug.",
        "action/[^/]+/(?:title|description|platform|trigger|slug)",
        "",
    ),
    _compared(
        "contract.fields.equal",
        "Each field has the label, description, required and type of the page.",
        "action/[^/]+/field/[^/]+/(?:label|description|required|type)",
        "no action has a field",
    ),
    _compared(
        "contract.keys.equal",
        "Each label belongs to the documented key.",
        f"{_FIELD}/key",
        _ANNEX,
        "catalog",
    ),
    _compared(
        "contract.defaults.equal",
        "Each field has the documented default.",
        f"{_FIELD}/default",
        _ANNEX,
        "catalog",
    ),
    _compared(
        "contract.options.equal",
        "Each field has the documented choices, format, bounds and other options.",
        f"{_FIELD}/(?!label|description|required|type|key|default|sent).+|{_FIELD}/required-if",
        _ANNEX,
        "catalog",
    ),
    _compared(
        "contract.preset_mapping.equal",
        "Each preset has the documented mapping.",
        "preset/[^/]+/mapping",
        _ANNEX,
        "catalog",
    ),
    _compared(
        "contract.engage.equal",
        "Engage can send to the destination if the page says so.",
        "engage/kind",
        "the page says nothing of Engage",
    ),
)


@check(
    "contract.index.equal",
    subjects=_clauses("index/.+", "the page has no list of actions"),
    source="page",
    clauses=lambda at: (at.clause,),
    vectors=once,
)
def index_equal(lab: Lab, at: OnClause, case: Object) -> Judgement:
    """Each action of the page's list is one of the plugin."""
    if case:
        return None
    quote = lab.target.contract.clauses[at.clause].quote
    titles = {action.title for action in lab.target.destination.actions.values() if not action.hidden}
    if any(f"[{title}]" in quote or quote.strip("* ") == title for title in titles):
        return Kept("inside")
    return Broken(f"an action called as in {quote!r}", f"the actions are {', '.join(sorted(titles))}")


@check(
    "contract.settings.complete",
    subjects=_clauses("settings/second-table", "the page lists the settings once"),
    source="page",
    clauses=lambda at: (at.clause,),
    vectors=once,
)
def settings_complete(lab: Lab, at: OnClause, case: Object) -> Judgement:
    """The table of settings at the end of the page has every setting of the plugin, and no other."""
    if case:
        return None
    documented = sorted(field.label for field in lab.target.contract.settings or ())
    fields = lab.target.destination.settings_fields.values()
    declared = sorted(field.label for field in fields if not field.unsafe_hidden)
    if documented == declared:
        return Kept("inside")
    return Broken(f"the settings {', '.join(documented)}", f"they are {', '.join(declared)}")


@check(
    "contract.options.told",
    subjects=_clauses(f"{_FIELD}/key", _ANNEX),
    source="catalog",
    clauses=lambda at: (at.clause,),
    vectors=once,
)
def options_told(lab: Lab, at: OnClause, case: Object) -> Judgement:
    """Where the annex describes a field, it tells everything that decides on its values: choices, format, bounds."""
    if case:
        return None
    found = [one for one in lab.target.findings_by_clause.get(at.clause, ()) if one.kind == "untold"]
    if found:
        return Broken("an entry that says so", "; ".join(f"{one.place} {one.message}" for one in found))
    return Kept("inside")


@check("contract.fields.bound", subjects=whole, source="page", vectors=once)
def fields_bound(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """The plugin has no field, setting, action, preset or call that the page does not tell of."""
    if case:
        return None
    found = [one for one in lab.target.findings if one.kind == "undocumented" and one.level == "MUST"]
    if found:
        told = "; ".join(f"{one.place} {one.message}" for one in found)
        return Broken("nothing undocumented", told)
    return Kept("inside")


@check("contract.page.complete", subjects=whole, source="page", level="SHOULD", vectors=once)
def page_complete(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """The page says what people ought to know of the plugin, and lists fields in the plugin's order."""
    if case:
        return None
    found = [one for one in lab.target.findings if one.level == "SHOULD"]
    if found:
        return Broken("a page that says it", "; ".join(f"{one.place} {one.message}" for one in found))
    return Kept("inside")


def _conflicts(target: Target) -> Sequence[Whole] | NotApplicable:
    return (Whole(),) if target.contract.annex is not None else NotApplicable("the page is the only source")


@check("contract.sources.agree", subjects=_conflicts, source="catalog", vectors=once)
def sources_agree(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """Page, catalog and annex say the same of what they tell of, or the conflict is listed with its winner."""
    if case:
        return None
    open_ = [one for one in lab.target.contract.conflicts if one.winner is None]
    if open_:
        return Broken("no conflict that is not listed", "; ".join(map(str, open_)))
    return Kept("inside")


def _triggers(lab: Lab) -> list[tuple[str, str]]:
    destination = lab.target.destination
    found = [
        (f"actions.{slug}.default_subscription", action.default_subscription)
        for slug, action in destination.actions.items()
        if action.default_subscription is not None
    ]
    found += [
        (f"presets[{index}].trigger", preset.trigger)
        for index, preset in enumerate(destination.presets)
        if preset.trigger is not None
    ]
    return found


@check(
    "contract.trigger.parses",
    subjects=whole,
    source="runtime",
    vectors=lambda lab, _at: ({"place": place} for place, _ in _triggers(lab)),
    vacuous=True,
)
def trigger_parses(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """Each trigger parses, and Segment's runtime reads every clause of it as the documentation does."""
    trigger = dict(_triggers(lab)).get(str(case.get("place")))
    if trigger is None:
        return None
    try:
        compile_trigger(trigger)
    except TriggerSyntaxError as error:
        return Broken("a trigger", f"{trigger!r} does not parse: {error}")
    cautions = lint(trigger)
    if cautions:
        return Broken("no clause that is dropped or read otherwise", f"{cautions[0].clause}: {cautions[0].advice}")
    return Kept("inside")


@check(
    "contract.call.reachable",
    subjects=_clauses("identity/call/.+", ""),
    source="page",
    level="INFO",
    vectors=once,
)
def call_reachable(lab: Lab, at: OnClause, case: Object) -> Judgement:
    """Some preset takes events of each accepted call; of others only mappings of one's own do."""
    if case:
        return None
    call = at.clause.rpartition("/")[2]
    triggers = [one.documented.trigger for one in lab.target.bound.presets if one.documented.trigger is not None]
    if any(call in (compile_trigger(trigger).call_types or (call,)) for trigger in triggers):
        return Kept("inside")
    return Broken(f"a preset that takes {call} calls", "none does")


@check("contract.docs.roundtrip", subjects=whole, source="page", vectors=once)
def docs_roundtrip(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """A page written from the plugin, read again, promises what the plugin declares."""
    if case:
        return None
    destination = lab.target.destination
    try:
        again = read_page(write_page(destination), "the page of the plugin")
    except PageError as error:
        return Broken("a page", str(error))
    _, findings = bind(again, destination)
    if findings:
        return Broken("a page without findings", "; ".join(map(str, findings)))
    return Kept("inside")


def _changed(target: Target) -> Sequence[Whole] | NotApplicable:
    return (Whole(),) if target.previous is not None else NotApplicable("no earlier contract was given to compare with")


@check(
    "contract.diff.compatible",
    subjects=_changed,
    source="page",
    vectors=lambda lab, _at: [{}, *({"subject": change.subject} for change in _changes(lab.target))],
)
def diff_compatible(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """Since the earlier contract nothing has become required, has gone, or takes less than before."""
    found = [one for one in _changes(lab.target) if one.subject == case.get("subject", one.subject)]
    breaking = [one for one in found if one.kind == "breaking"]
    return Broken("no breaking change", "; ".join(map(str, breaking))) if breaking else Kept("inside")


def _changes(target: Target) -> Sequence[Change]:
    return compare(target.previous, target.contract) if target.previous is not None else ()


CHECKS: Final[tuple[Check[Any], ...]] = (
    *_COMPARED,
    options_told,
    index_equal,
    settings_complete,
    fields_bound,
    page_complete,
    sources_agree,
    trigger_parses,
    call_reachable,
    docs_roundtrip,
    diff_compatible,
)
