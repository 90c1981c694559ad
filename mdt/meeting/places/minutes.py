"""How long each case may take, by the team's own history, and what the booked minutes hold. Pure rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

# Mean minutes for a patient, 3.2: Cancer Research UK 2017, 24 meetings, 624 patients (BMJ 2017;356:j114).
USUAL_SECONDS = 192
ENOUGH = 5  # past cases of a kind, from which on their median is taken


@dataclass(frozen=True)
class Estimate:
    """Seconds, and what they are taken from, in words."""

    seconds: int
    source: str


@dataclass(frozen=True)
class Slot:
    """A case on the time line: when it begins and how long it may take, in seconds; whether it ends in time."""

    case: str
    begins: int
    seconds: int
    fits: bool


def estimates(
    kinds: Mapping[str, tuple[str, str]], past: Sequence[tuple[str, int]], default: int = USUAL_SECONDS
) -> dict[str, Estimate]:
    """By case. `kinds`: each case's kind, and what that is called; `past`: kind and seconds of cases that were held."""
    of_kind: dict[str, list[int]] = {}
    for kind, seconds in past:
        of_kind.setdefault(kind, []).append(seconds)
    everything = [seconds for _, seconds in past]
    found = {}
    for case, (kind, called) in kinds.items():
        mine = of_kind.get(kind, []) if kind else []
        if len(mine) >= ENOUGH:
            found[case] = Estimate(round(median(mine)), f"the team's {len(mine)} of this kind ({called.lower()})")
        elif len(everything) >= ENOUGH:
            found[case] = Estimate(round(median(everything)), f"the team's last {len(everything)} cases")
        else:
            found[case] = Estimate(default, f"the usual {default / 60:.1f} minutes, as the team has no history yet")
    return found


def slots(order: Sequence[str], estimated: Mapping[str, Estimate], booked_minutes: int | None) -> list[Slot]:
    """One case after another; without booked minutes all fit."""
    made, begins = [], 0
    for case in order:
        seconds = estimated[case].seconds
        fits = booked_minutes is None or begins + seconds <= booked_minutes * 60
        made.append(Slot(case, begins, seconds, fits))
        begins += seconds
    return made


def said(made: Sequence[Slot], booked_minutes: int | None) -> str:
    """E.g. "About 77 minutes for 24 cases. 60 are booked: 18 fit, 6 will roll over."."""
    many = f"{len(made)} case{'' if len(made) == 1 else 's'}"
    told = f"About {round(sum(one.seconds for one in made) / 60)} minutes for {many}."
    if booked_minutes is None:
        return f"{told} How long the room is booked is not known."
    over = sum(not one.fits for one in made)
    if not over:
        return f"{told} {booked_minutes} are booked: all fit."
    return f"{told} {booked_minutes} are booked: {len(made) - over} fit, {over} will roll over."
