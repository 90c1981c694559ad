"""What people do in a room, at random: something for every kind of op and for every message a tab can send.

`test_converges.py` compares `OPS` and `TELLS` with what the room knows: a new kind without its entry here fails.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mdt.live.marks import TOOLS
from mdt.live.room import EMPTY_CASE
from mdt.outcome import codes
from mdt.outcome import form as forms
from mdt.outcome.proforma import FIRST, compose
from tests.fuzz.tab import Tab
from tests.fuzz.views import a_drawing, a_point, a_pointer, a_view
from tests.room_stage import ROLES, key, mark, uid

if TYPE_CHECKING:
    from tests.fuzz.simulation import Simulation

Body = dict[str, Any]
GUEST = "outsider"
EVERYBODY = (*ROLES, GUEST)
TAKING_PART = ("chair", "coordinator", "member", "presenter")
_PRESENTING = ("chair", "member", "presenter")


@dataclass(frozen=True)
class Doing:
    """How often, who usually does it, and the body they send of a case; None when there is nothing to do it to."""

    weight: float
    by: tuple[str, ...]
    body: Callable[["Simulation", Tab, str], Body | None] = lambda _day, _tab, _case: {}
    at_once: int = 1  # how many one after the other


def of_the_case(tab: Tab, case: str) -> Body:
    """As this tab knows it."""
    held: Body = tab.client.state["cases"].get(case, EMPTY_CASE)
    return held


def put_mark(day: "Simulation", tab: Tab, case: str) -> Body:
    """Their own, or one that all reach for; on an image or a plane; or a private one, to be shown to all."""
    random = day.random
    if (mine := day.private.get((tab.person, case))) and random.random() < 0.4:
        return {"case": case, "mark": random.choice(mine)}
    number = random.choice([0, 1, 10 * (tab.number + 1), 10 * (tab.number + 1) + 1])
    tool = random.choice(list(TOOLS))
    most = min(TOOLS[tool].most, TOOLS[tool].least + 2)
    points = [a_point(random) for _ in range(random.randint(TOOLS[tool].least, most))]
    more: Body = {"tool": tool, "points": points, "text": random.choice(["", "é", "\N{FISH}\r\n"])}
    if random.random() < 0.3:
        lesion = {"name": f"Lesion {number}", "role": "target", "organ": "Liver", "node": False, "state": "present"}
        more["lesion"] = lesion
    before = of_the_case(tab, case)["marks"].get(uid(500 + number), {"version": 0})
    drawn = mark(number, before["version"] + 1, **more)
    if random.random() < 0.2:
        del drawn["sop"], drawn["frame"]
        drawn["plane"] = {"frame_of_reference": "1.2.9", "normal": [0, 0.6, 0.8], "at": a_point(random)}
    return {"case": case, "mark": drawn}


def remove_mark(day: "Simulation", tab: Tab, case: str) -> Body | None:
    """Undo of one's own last, or somebody's."""
    marks = of_the_case(tab, case)["marks"]
    mine = [one for one in marks.values() if one["author"]["id"] == tab.person and not one.get("removed")]
    there = mine or list(marks.values())
    if not there:
        return None
    gone = day.random.choice(there)
    return {"case": case, "id": gone["id"], "version": gone["version"] + 1}


def put_key(day: "Simulation", tab: Tab, case: str) -> Body:
    return {"case": case, "key": key(_number(day, tab), caption=f"{day.random.random()}")}


def remove_key(day: "Simulation", tab: Tab, case: str) -> Body:
    there = list(of_the_case(tab, case)["keys"]) or [uid(700)]
    return {"case": case, "id": day.random.choice(there)}


def put_scene(day: "Simulation", tab: Tab, case: str) -> Body:
    """Of this patient's images; now and then of another's."""
    number, whose = _number(day, tab), case if day.random.random() < 0.9 else day.stage.cases[0]
    held = {scene["id"]: scene for scene in of_the_case(tab, case).get("scenes", [])}
    before = held.get(uid(900 + number), {"version": 0})
    return {
        "case": case,
        "scene": {
            "id": uid(900 + number),
            "version": before["version"] + 1,
            "view": a_view(day.random, case, day.imaging[whose], day.next_view()),
            "marks": list(of_the_case(tab, case)["marks"])[:3],
            "caption": f"Scene {day.random.random()}",
        },
    }


def remove_scene(day: "Simulation", tab: Tab, case: str) -> Body | None:
    scenes = of_the_case(tab, case).get("scenes", [])
    if not scenes:
        return None
    gone = day.random.choice(scenes)
    return {"case": case, "id": gone["id"], "version": gone["version"] + 1}


def order_scenes(day: "Simulation", tab: Tab, case: str) -> Body | None:
    order = [scene["id"] for scene in of_the_case(tab, case).get("scenes", [])]
    day.random.shuffle(order)
    return {"case": case, "order": order} if order else None


# A form that may be signed, in the order in which it is typed.
A_PLAN: Body = {
    "decision": "recommend",
    "intent": "C",
    "treatments": [{"code": "01", "relation": codes.SEQUENTIAL}, {"code": "03", "relation": codes.ALTERNATIVE}],
    "rationale": "Fit; the nodule has grown.",
    "responsible": "Dr Chair",
    "actions": [{"id": "aaaaaaaa-0001", "text": "Refer", "owner": "Beth Naylor", "due": "2026-11-09"}],
    "views_known": codes.VIEWS_NOT_KNOWN,
    "views": "",
    "tell_who": "Beth Naylor",
    "tell_by": "2026-11-10",
    "no_treatment_reason": None,
    "deferral_reason": None,
}
FORM = compose(FIRST)  # what a team writes on that has chosen nothing
_ODD: dict[str, list[Any]] = {
    forms.TEXT: ["", "A line\nand another", "x" * 5000, 7],
    forms.LINE: ["", "Dr Beth Naylor", "two\nlines"],
    forms.DATE: [None, "2026-12-01", "2026-02-30"],
    forms.TREATMENTS: [[], [{"code": "11", "relation": codes.SEQUENTIAL}], "surgery"],
    forms.ACTIONS: [[], A_PLAN["actions"], [{"id": "aaaaaaaa-0002", "text": "", "owner": "", "due": None}]],
}


def set_field(day: "Simulation", tab: Tab, case: str) -> Body | None:
    """What the form still lacks, or something odd; now and then of a case that the meeting has left."""
    if case != tab.client.state["case"] and _seldom(day):
        return None
    bound, lacks = _bound(day, tab, case), _lacks(tab, case)
    field = day.random.choice(FORM.fields)
    if lacks and day.random.random() < 0.9:
        lack = day.random.choice(lacks)
        return {**bound, "field": lack, "value": A_PLAN[lack]}
    if _is_signed(tab, case) and _seldom(day):
        return None
    odd = _ODD.get(field.kind, [None, "none of these", *(code.code for code in field.codes)])
    return {**bound, "field": field.name, "value": day.random.choice(odd)}


def sign(day: "Simulation", tab: Tab, case: str) -> Body | None:
    """When nothing is missing, as a rule."""
    is_ready = not _lacks(tab, case) and not _is_signed(tab, case)
    return _bound(day, tab, case) if is_ready or not _seldom(day) else None


def check(day: "Simulation", tab: Tab, case: str) -> Body | None:
    """As signing: when nothing is missing, as a rule; whoever typed in it is refused."""
    is_ready = not _lacks(tab, case) and not _is_signed(tab, case)
    return _bound(day, tab, case) if is_ready or not _seldom(day) else None


def amend(day: "Simulation", tab: Tab, case: str) -> Body | None:
    reason = day.random.choice(["The pathology has come.", "The pathology has come.", ""])
    is_due = _is_signed(tab, case) or not _seldom(day)
    return {**_bound(day, tab, case), "reason": reason} if is_due else None


def _lacks(tab: Tab, case: str) -> list[str]:
    """What the form lacks of one that may be signed."""
    form = (of_the_case(tab, case)["outcome"] or {"form": {}})["form"]
    return [name for name, value in A_PLAN.items() if (form.get(name) or None) != (value or None)]


def _is_signed(tab: Tab, case: str) -> bool:
    outcome = of_the_case(tab, case)["outcome"]
    return outcome is not None and outcome["status"] == "signed"


def _seldom(day: "Simulation") -> bool:
    """True nine times in ten: what makes no sense now is left alone, as a rule."""
    return day.random.random() < 0.9


def _bound(day: "Simulation", tab: Tab, case: str) -> Body:
    """To what the typist sees; now and then to another patient."""
    outcome = of_the_case(tab, case)["outcome"] or {"version": 1, "revision": 0}
    patient = day.stage.patients[day.stage.cases.index(case)]
    if day.random.random() < 0.03:
        patient = day.stage.patients[2]
    return {"case": case, "patient": patient, "version": outcome["version"], "revision": outcome["revision"]}


def open_meeting(day: "Simulation", tab: Tab, _case: str) -> Body | None:
    return {} if tab.client.state["status"] == "planned" or not _seldom(day) else None


def close_meeting(day: "Simulation", _tab: Tab, _case: str) -> Body | None:
    """Towards the end of some days."""
    return {} if day.is_late else None


def _number(day: "Simulation", tab: Tab) -> int:
    """Of something of their own, or of what all reach for."""
    return day.random.choice([0, 10 * (tab.number + 1), 10 * (tab.number + 1) + 1])


def _hand_over(day: "Simulation", _tab: Tab, _case: str) -> Body:
    return {"client": day.random.choice(day.tabs).id}


def _of_a_case(_day: "Simulation", _tab: Tab, case: str) -> Body:
    return {"case": case}


# Every kind of op. What only the system keeps is here, too: a tab that sends it is refused.
OPS: dict[str, Doing] = {
    "meeting.open": Doing(10, ("chair", "coordinator"), open_meeting),
    "meeting.close": Doing(4, ("chair",), close_meeting),
    "case.open": Doing(9, ("chair", "coordinator", "presenter"), _of_a_case),
    "agenda.change": Doing(0.5, EVERYBODY),
    "preparation.change": Doing(0.5, EVERYBODY, _of_a_case),
    "presenter.take": Doing(8, _PRESENTING),
    "presenter.hand": Doing(4, _PRESENTING, _hand_over),
    "presenter.release": Doing(2, _PRESENTING),
    "mark.put": Doing(25, TAKING_PART, put_mark),
    "mark.remove": Doing(8, TAKING_PART, remove_mark),
    "key.put": Doing(8, TAKING_PART, put_key),
    "key.remove": Doing(10, TAKING_PART, remove_key),
    "scene.put": Doing(10, TAKING_PART, put_scene),
    "scene.remove": Doing(6, TAKING_PART, remove_scene),
    "scene.order": Doing(8, TAKING_PART, order_scenes),
    "outcome.set": Doing(16, ("chair", "coordinator"), set_field, at_once=12),
    "outcome.check": Doing(20, TAKING_PART, check),
    "outcome.sign": Doing(16, ("chair",), sign),
    "outcome.amend": Doing(16, ("chair",), amend),
    "outcome.ratify": Doing(0.5, EVERYBODY, _of_a_case),
}


def show(day: "Simulation", tab: Tab, _case: str) -> Body | None:
    """What the presenter looks at; and now and then somebody who does not present pretends to."""
    presenter, case = tab.client.state["presenter"], tab.client.state["case"]
    if presenter is None or case is None or not (tab.presents or day.random.random() < 0.1):
        return None
    return tab.show(a_view(day.random, case, day.imaging[case], day.next_view()))


def point(day: "Simulation", _tab: Tab, case: str) -> Body:
    return {"n": day.next_view(), "pointer": a_pointer(day.random, day.imaging[case])}


def draw(day: "Simulation", tab: Tab, case: str) -> Body:
    drawn = a_drawing(day.random, day.imaging[case], uid(500 + 10 * tab.number))
    return {"n": day.next_view(), "case": case, "drawing": drawn}


def renew(_day: "Simulation", tab: Tab, _case: str) -> Body | None:
    presenter = tab.client.state["presenter"]
    return presenter and {"term": presenter["term"]}


def follow(day: "Simulation", _tab: Tab, _case: str) -> Body:
    return {"following": day.random.random() < 0.5}


def here(day: "Simulation", _tab: Tab, _case: str) -> Body:
    return {"idle": day.random.random() < 0.5}


def hand(day: "Simulation", tab: Tab, _case: str) -> Body:
    """Up or down; those who may lower somebody else's."""
    if tab.role in ("chair", "coordinator") and day.random.random() < 0.5:
        return {"up": False, "person": day.random.choice(list(day.stage.people.values()))}
    return {"up": day.random.random() < 0.7, "person": None}


def word(day: "Simulation", _tab: Tab, _case: str) -> Body:
    return {"person": day.random.choice([None, *day.stage.people.values()])}


def guest(day: "Simulation", tab: Tab, _case: str) -> Body | None:
    lobby = tab.client.desk.get("lobby") or []
    if not lobby:
        return None
    decision = day.random.choice(["observer", "participant", "participant", "declined", "shown-out"])
    return {"guest": day.random.choice(lobby)["id"], "decision": decision}


# Every other message a tab sends; what keeps it in step (hello, pull, digest) it sends by itself.
BY_ITSELF = {"op", "hello", "pull", "digest"}
TELLS: dict[str, Doing] = {
    "view": Doing(20, _PRESENTING, show),
    "pointer": Doing(6, EVERYBODY, point),
    "drawing": Doing(6, TAKING_PART, draw),
    "renew": Doing(8, _PRESENTING, renew),
    "follow": Doing(2, EVERYBODY, follow),
    "here": Doing(2, EVERYBODY, here),
    "hand": Doing(6, EVERYBODY, hand),
    "word": Doing(3, ("chair", "coordinator"), word),
    "guest": Doing(6, ("chair", "coordinator"), guest),
}
