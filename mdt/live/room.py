"""The room as a value: its state, and what each kept event does to it. The same fold runs in the browser.

State and events are JSON as docs/wire.md section 2 writes them. Nothing here changes what it is given.
"""

from collections.abc import Callable, Iterable
from typing import Any

State = dict[str, Any]
Event = dict[str, Any]

EMPTY: State = {"status": "planned", "case": None, "presenter": None, "cases": {}}
EMPTY_CASE: dict[str, Any] = {"marks": {}, "keys": {}, "outcome": None}


def apply(state: State, event: Event) -> State:
    """The state after `event`. A kind this version does not know leaves the room as it is."""
    if event["case"] is not None and event["case"] not in state["cases"]:
        state = {**state, "cases": {**state["cases"], event["case"]: EMPTY_CASE}}
    fold = _FOLDS.get(event["kind"])
    return fold(state, event["case"], event["body"]) if fold else state


def fold(state: State, events: Iterable[Event]) -> State:
    """The state after all of `events`, in their order."""
    for event in events:
        state = apply(state, event)
    return state


def _open(state: State, _case: None, _body: Any) -> State:
    return {**state, "status": "open"}


def _close(state: State, _case: None, _body: Any) -> State:
    return {**state, "status": "closed", "presenter": None}


def _open_case(state: State, _case: str, body: Any) -> State:
    return {**state, "case": body["case"]}


def _present(state: State, _case: None, body: Any) -> State:
    return {**state, "presenter": body}


def _release(state: State, _case: None, _body: Any) -> State:
    return {**state, "presenter": None}


def _put_mark(state: State, case: str, body: Any) -> State:
    return _in_case(state, case, "marks", lambda marks: {**marks, body["mark"]["id"]: body["mark"]})


def _remove_mark(state: State, case: str, body: Any) -> State:
    gone = {"version": body["version"], "removed": True}
    return _in_case(state, case, "marks", lambda marks: {**marks, body["id"]: {**marks[body["id"]], **gone}})


def _put_key(state: State, case: str, body: Any) -> State:
    return _in_case(state, case, "keys", lambda keys: {**keys, body["key"]["id"]: body["key"]})


def _remove_key(state: State, case: str, body: Any) -> State:
    return _in_case(state, case, "keys", lambda keys: {k: key for k, key in keys.items() if k != body["id"]})


def _put_scene(state: State, case: str, body: Any) -> State:
    """In the place of the one it is a new version of, or after the others."""
    scene = body["scene"]

    def put(scenes: list[Any]) -> list[Any]:
        if all(one["id"] != scene["id"] for one in scenes):
            return [*scenes, scene]
        return [scene if one["id"] == scene["id"] else one for one in scenes]

    return _in_scenes(state, case, put)


def _remove_scene(state: State, case: str, body: Any) -> State:
    return _in_scenes(state, case, lambda scenes: [one for one in scenes if one["id"] != body["id"]])


def _order_scenes(state: State, case: str, body: Any) -> State:
    return _in_scenes(state, case, lambda scenes: sorted(scenes, key=lambda one: body["order"].index(one["id"])))


def _set_field(state: State, case: str, body: Any) -> State:
    def changed(outcome: Any) -> Any:
        outcome = outcome or new_outcome(case, body)
        return {
            **{name: held for name, held in outcome.items() if name != "checked"},
            "revision": body["revision"],
            "form": {**outcome["form"], body["field"]: body["value"]},
            "changed": {**outcome["changed"], body["field"]: body["revision"]},
        }

    return _in_case(state, case, "outcome", changed)


def _check(state: State, case: str, body: Any) -> State:
    checked = {"checked": body["checked"], "revision": body["revision"]}
    return _in_case(state, case, "outcome", lambda outcome: {**(outcome or new_outcome(case, body)), **checked})


def _sign(state: State, case: str, body: Any) -> State:
    signed = {"status": "signed", "signed": body["signed"], "revision": body["revision"]}
    return _in_case(state, case, "outcome", lambda outcome: {**(outcome or new_outcome(case, body)), **signed})


def _amend(state: State, case: str, body: Any) -> State:
    draft = {name: body[name] for name in ("version", "revision", "reason", "form")}
    return _in_case(state, case, "outcome", lambda _signed: {**new_outcome(case, body), **draft})


def _ratify(state: State, case: str, body: Any) -> State:
    """Signed as it begins."""
    whole = {"status": "signed", **{name: body[name] for name in ("revision", "form", "signed")}}
    changed = dict.fromkeys(body["form"], body["revision"])
    return _in_case(state, case, "outcome", lambda _: {**new_outcome(case, body), **whole, "changed": changed})


def new_outcome(case: str, body: Any) -> dict[str, Any]:
    """An empty draft of the version that `body` names."""
    return {
        "case": case,
        "patient": body["patient"],
        "version": body["version"],
        "revision": 0,
        "status": "draft",
        "form": {},
        "changed": {},
        "signed": None,
        "reason": "",
        # Since proformas have versions, whatever begins an outcome names its own.
        **({"proforma": body["proforma"]} if "proforma" in body else {}),
    }


def _in_case(state: State, case: str, part: str, change: Callable[[Any], Any]) -> State:
    held = state["cases"][case]
    return {**state, "cases": {**state["cases"], case: {**held, part: change(held[part])}}}


def _in_scenes(state: State, case: str, change: Callable[[list[Any]], list[Any]]) -> State:
    """A case has `scenes` from its first scene on."""
    held = state["cases"][case]
    return {**state, "cases": {**state["cases"], case: {**held, "scenes": change(held.get("scenes", []))}}}


_FOLDS: dict[str, Callable[[State, Any, Any], State]] = {
    "meeting.open": _open,
    "meeting.close": _close,
    "case.open": _open_case,
    "presenter.take": _present,
    "presenter.hand": _present,
    "presenter.release": _release,
    "mark.put": _put_mark,
    "mark.remove": _remove_mark,
    "key.put": _put_key,
    "key.remove": _remove_key,
    "scene.put": _put_scene,
    "scene.remove": _remove_scene,
    "scene.order": _order_scenes,
    "outcome.set": _set_field,
    "outcome.check": _check,
    "outcome.sign": _sign,
    "outcome.amend": _amend,
    "outcome.ratify": _ratify,
}
