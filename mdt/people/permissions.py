"""Who may do what: one table to read from top to bottom.

A role is held in a team. An administrator looks after trusts and people and sees no patients by that alone.
The system (commands, worker) may do everything and is audited under its own name.
"""

from mdt.core.actor import Actor
from mdt.core.errors import Forbidden, NotFound

CHAIR, COORDINATOR, MEMBER, PRESENTER, OBSERVER, MANAGER = ROLES = (
    "chair",
    "coordinator",
    "member",
    "presenter",
    "observer",
    "manager",  # answers for the service: reads the team's figures, is in no meeting and sees no patient
)

TAKING_PART = frozenset({CHAIR, COORDINATOR, MEMBER, PRESENTER})
_EVERYBODY = TAKING_PART | {OBSERVER}

IN_A_TEAM: dict[str, frozenset[str]] = {
    "meeting.see": _EVERYBODY,  # its agenda, its cases, their imaging, the live room
    "meeting.plan": frozenset({CHAIR, COORDINATOR}),
    "meeting.open": frozenset({CHAIR, COORDINATOR}),
    "meeting.close": frozenset({CHAIR}),
    "case.list": frozenset({CHAIR, COORDINATOR}),
    "case.order": frozenset({CHAIR, COORDINATOR}),
    "case.triage": frozenset({CHAIR, COORDINATOR, MEMBER}),  # full discussion, standard of care, or not ready
    "case.promote": TAKING_PART,  # from standard of care to full discussion, with a reason
    "case.late.approve": frozenset({CHAIR}),  # onto a list that is locked
    "case.move": frozenset({CHAIR, COORDINATOR}),  # to a later meeting, or to another team and from one
    "standard.write": frozenset({CHAIR, COORDINATOR}),  # the team's library of standards of care
    "standard.ratify": frozenset({CHAIR}),  # all cases on a standard of care, in one act
    "referral.see": TAKING_PART,  # what was sent to the team
    "referral.complete": frozenset({CHAIR, COORDINATOR, MEMBER}),  # add what it lacks, until its meeting is over
    "referral.decide": frozenset({CHAIR, COORDINATOR}),  # return it, refuse to list, or list
    "referral.override": frozenset({CHAIR}),  # let through what was returned or refused
    "pathway.set": frozenset({CHAIR, COORDINATOR, MEMBER}),  # a patient's waiting-time dates
    "list.lock": frozenset({CHAIR, COORDINATOR}),  # nobody is listed any more
    "list.unlock": frozenset({CHAIR}),
    "imaging.ask": TAKING_PART,  # ask the trusts again
    "imaging.import": TAKING_PART,  # bring what is on a disc
    "case.open": frozenset({CHAIR, COORDINATOR, PRESENTER}),  # make it the one being discussed
    "match.decide": frozenset({CHAIR, COORDINATOR, MEMBER}),
    "presenter.take": frozenset({CHAIR, MEMBER, PRESENTER}),  # when nobody presents, or handed over to them
    "presenter.takeback": frozenset({CHAIR}),  # from somebody who presents
    "mark": TAKING_PART,
    "mark.others": frozenset({CHAIR}),  # change or remove what somebody else drew
    "scene": TAKING_PART,  # prepare views of a case, before its meeting or in it
    "worklist.see": TAKING_PART,  # what is still to be looked through before coming meetings
    "study.review": frozenset({CHAIR, MEMBER, PRESENTER}),  # radiologists and, of slides, pathologists among them
    "report.state": TAKING_PART,  # that a study is reported although no report of it is here
    "opinion.write": frozenset({CHAIR, MEMBER, PRESENTER}),  # what one thinks before the meeting
    "opinion.read": TAKING_PART,  # others' too: at once, or once the case is opened, as the team's policy says
    "discrepancy.flag": frozenset({CHAIR, MEMBER, PRESENTER}),  # the chair, and readers of images among the others
    "discrepancy.see": TAKING_PART,
    "feedback.govern": frozenset({CHAIR}),  # what became of all that the team flagged; its addressees see their own
    "guest.admit": frozenset({CHAIR, COORDINATOR}),  # from the lobby, to look; or show out again
    "guest.admit.part": frozenset({CHAIR}),  # to take part, as a member does
    "hand.lower": frozenset({CHAIR, COORDINATOR}),  # somebody else's; and give them the word
    "clock.see": frozenset({CHAIR, COORDINATOR, PRESENTER}),  # others when the team's policy says so
    "policy.set": frozenset({CHAIR, COORDINATOR}),  # how the team prepares, who makes its quorum, what is recorded
    "attendance.see": frozenset({CHAIR, COORDINATOR}),
    "replay.see": TAKING_PART,  # a past case as it was shown
    "outcome.type": frozenset({CHAIR, COORDINATOR}),
    "outcome.check": TAKING_PART,  # what somebody else typed, before the chair signs it
    "outcome.sign": frozenset({CHAIR}),
    "outcome.amend": frozenset({CHAIR}),
    "report.see": frozenset({CHAIR, COORDINATOR, MANAGER}),  # the team's figures; whose they are with "meeting.see"
    "cosd.see": frozenset({CHAIR, COORDINATOR}),
    "sample.see": TAKING_PART,  # which cases of the standard of care are audited, and what was said of each
    "sample.draw": frozenset({CHAIR, COORDINATOR}),  # how much of the standard of care is audited, and draw a sample
    "sample.review": frozenset({CHAIR, MEMBER, PRESENTER}),  # say of a case in it whether the standard was right
    "letter.see": TAKING_PART,  # what was written to GP, referrer and patient
    "letter.make": frozenset({CHAIR, COORDINATOR, MEMBER}),  # of a signed outcome, and say that it went
    "letter.word": frozenset({CHAIR, COORDINATOR}),  # the team's own wording, from a day on
    "action.see": TAKING_PART,  # what the team's outcomes ask to be done, and what became of it
    "action.do": TAKING_PART,  # say that it is done, that the patient was told, that treatment has begun
}

FOR_ADMINISTRATORS = frozenset(
    {
        "trusts.manage",
        "people.manage",
        "patients.add",
        "audit.verify",
        "outbox.see",  # messages that wait or failed, and to try them again; they name no patient
        "clashes.see",  # which study or object, which trusts, what differs; whose it is only with "meeting.see"
    }
)


# Whoever treats patients, in any trust, whether they meet in a team or not.
FOR_CLINICIANS = frozenset({"refer"})


def may(by: Actor, act: str, team_id: str | None = None) -> bool:
    """Whether `by` may do `act` (in that team, where the act belongs to one)."""
    if by.is_system:
        return True
    if act in FOR_ADMINISTRATORS:
        return by.administrator
    if act in FOR_CLINICIANS:
        return any(role != OBSERVER for role in by.roles.values()) or not (by.roles or by.manages or by.administrator)
    return team_id is not None and role_in(by, team_id) in IN_A_TEAM[act]


def role_in(by: Actor, team_id: str) -> str | None:
    """What somebody is in a team: of its meetings, or only of its figures."""
    return by.roles.get(team_id) or (MANAGER if team_id in by.manages else None)


def require(by: Actor, act: str, team_id: str | None = None) -> None:
    """Refuse in words. Those outside the team are told "not found", so that nothing leaks."""
    if may(by, act, team_id):
        return
    if act in IN_A_TEAM and by.roles.get(team_id or "") is None:
        raise NotFound("There is no such page, or you are not a member of its team.")
    raise Forbidden(f"Your role here does not allow this ({act}).")
