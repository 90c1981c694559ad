"""RECIST 1.1 (Eisenhauer et al., Eur J Cancer 2009; 45: 228) as a rule: a suggestion with its arithmetic, no decision.

Lengths are millimetres, to a tenth, so that what is shown adds up.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

TARGETS_MOST, TARGETS_IN_AN_ORGAN_MOST = 5, 2
TARGET_LEAST, TARGET_NODE_LEAST = 10.0, 15.0  # measurable at baseline: longest diameter; short axis of a node
NODE_NORMAL_BELOW = 10.0
TOO_SMALL = 5.0  # what a lesion counts that is there, but too small to measure
GROWTH, GROWTH_LEAST, SHRINKING = 0.20, 5.0, 0.30
_HAIR = 1e-9  # what arithmetic with decimal fractions leaves

CR, PR, SD, PD, NE, BASELINE = "CR", "PR", "SD", "PD", "NE", "baseline"
NON_CR_NON_PD = "non-CR/non-PD"
_PRESENT = ("measured", "present", "too-small", "progressed")


@dataclass(frozen=True)
class Seen:
    """One lesion in one study. `diameter`: the longest, or the short axis of a node; None where it was not measured."""

    name: str
    role: str  # target, non-target or new
    organ: str
    node: bool
    state: str  # as `marks.LESION_STATES`
    diameter: float | None = None

    @property
    def size(self) -> float | None:
        """What it adds to the sum; None when that cannot be said."""
        match self.state:
            case "measured":
                return self.diameter
            case "absent":
                return 0.0
            case "too-small":
                return TOO_SMALL
        return None

    @property
    def gone(self) -> bool:
        """Disappeared; of a node, back to a normal size."""
        size = self.size
        return size is not None and (size < NODE_NORMAL_BELOW if self.node else size == 0)


@dataclass(frozen=True)
class Assessment:
    """What a time point comes to. Fractions, not per cent; `why` says it in sentences, with the figures."""

    sum: float | None
    from_baseline: float | None
    nadir: float | None
    from_nadir: float | None
    target: str | None
    non_target: str | None
    new: tuple[str, ...]
    overall: str
    why: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class _Course:
    """What a time point is compared with. `cleared`: every target had gone at the one before."""

    targets: list[str]
    others: list[str]
    baseline: float | None
    nadir: float | None
    cleared: bool = False


def assess(points: list[list[Seen]]) -> list[Assessment]:
    """Each time point, oldest first; the first one is the baseline, and says which lesions are targets."""
    if not points:
        return []
    known = {seen.name for seen in points[0]}
    targets = [seen.name for seen in points[0] if seen.role == "target"]
    others = [seen.name for seen in points[0] if seen.role != "target"]
    first = _sum(targets, {seen.name: seen for seen in points[0]})
    found = [Assessment(first, None, None, None, None, None, (), BASELINE, _baseline_words(targets, first))]
    course = _Course(targets, others, first, first)
    for point in points[1:]:
        new = [seen.name for seen in point if seen.name not in known and seen.role == "new" and seen.state in _PRESENT]
        one = _at({seen.name: seen for seen in point}, course, tuple(sorted(new)))
        found.append(one)
        sums = [each for each in (course.nadir, one.sum) if each is not None]
        cleared = one.target == CR or (course.cleared and one.target is None)
        course = replace(course, nadir=min(sums, default=None), cleared=cleared)
    return found


def warnings(points: list[list[Seen]]) -> list[str]:
    """What of the choice of lesions is not as RECIST 1.1 has it."""
    if not points:
        return []
    said = []
    targets = [seen for seen in points[0] if seen.role == "target"]
    if len(targets) > TARGETS_MOST:
        said.append(f"{len(targets)} target lesions: RECIST 1.1 takes at most {TARGETS_MOST}.")
    organs = Counter("lymph nodes" if seen.node else seen.organ.casefold() for seen in targets)
    said += [
        f"{count} target lesions in {organ or 'an organ that is not named'}: RECIST 1.1 takes at most two of an organ."
        for organ, count in organs.items()
        if count > TARGETS_IN_AN_ORGAN_MOST
    ]
    for seen in targets:
        least = TARGET_NODE_LEAST if seen.node else TARGET_LEAST
        if seen.state != "measured":
            said.append(f"{seen.name}: a target must be measured at baseline.")
        elif seen.size is not None and seen.size < least - _HAIR:
            axis = "short axis" if seen.node else "longest diameter"
            said.append(f"{seen.name}: a target needs a {axis} of {least:g} mm at baseline; it has {seen.size:.1f} mm.")
    known = {seen.name for seen in points[0]}
    late = {seen.name for point in points[1:] for seen in point if seen.name not in known and seen.role != "new"}
    said += [f"{name} was not there at baseline: call it new, or mark it there." for name in sorted(late)]
    return said


def _at(now: dict[str, Seen], course: _Course, new: tuple[str, ...]) -> Assessment:
    total = _sum(course.targets, now)
    target, why = _target(now, course, total)
    non_target, more = _non_target(now, course.others)
    why += more
    if new:
        why.append(f"New: {_listed(new)}. A new lesion is progression.")
    return Assessment(
        sum=total,
        from_baseline=_change(course.baseline, total),
        nadir=course.nadir,
        from_nadir=_change(course.nadir, total),
        target=target,
        non_target=non_target,
        new=new,
        overall=_overall(target, non_target, progressed=bool(new)),
        why=tuple(why),
    )


def _target(now: dict[str, Seen], course: _Course, total: float | None) -> tuple[str | None, list[str]]:
    if not course.targets:
        return None, []
    if course.baseline is None or course.nadir is None:
        return NE, ["The baseline sum is not known, so the targets cannot be compared."]
    if total is not None:
        return _compared(now, course, course.baseline, course.nadir, total)
    sizes = {name: now[name].size if name in now else None for name in course.targets}
    lacking = _listed(name for name, size in sizes.items() if size is None)
    least = _tenth(sum(size for size in sizes.values() if size is not None))
    if _has_grown(course.nadir, least):  # whatever the others measure
        return PD, [f"{_grown(course.nadir, least)} That is without {lacking}."]
    return NE, [f"Not all targets can be evaluated: {lacking}."]


def _compared(
    now: dict[str, Seen], course: _Course, baseline: float, nadir: float, total: float
) -> tuple[str, list[str]]:
    if all(now[name].gone for name in course.targets):
        return CR, [f"Every target is gone, and every node below {NODE_NORMAL_BELOW:g} mm (sum {total:.1f} mm)."]
    if _has_grown(nadir, total):
        return PD, [_grown(nadir, total)]
    if course.cleared or nadir == 0:
        back = [name for name in course.targets if not now[name].node and not now[name].gone]
        if back:  # a node that grows again is judged by the sum
            return PD, [f"Back after it had gone: {_listed(back)}."]
    changed = f"Sum {total:.1f} mm: {_per_cent(baseline, total)} from baseline ({baseline:.1f} mm)"
    if total <= (1 - SHRINKING) * baseline + _HAIR:
        return PR, [f"{changed}; partial response is 30 % or more below it."]
    since = f"{_per_cent(nadir, total)} ({_signed(total - nadir)} mm) from the smallest sum ({nadir:.1f} mm)"
    return SD, [f"{changed}, {since}."]


def _has_grown(nadir: float, total: float) -> bool:
    return total - nadir >= max(GROWTH_LEAST, GROWTH * nadir) - _HAIR


def _non_target(now: dict[str, Seen], others: list[str]) -> tuple[str | None, list[str]]:
    if not others:
        return None, []
    worse = [name for name in others if name in now and now[name].state == "progressed"]
    if worse:
        return PD, [f"Unequivocal progression of {_listed(worse)}."]
    unknown = [name for name in others if name not in now or now[name].state == "not-evaluable"]
    if unknown:
        return NE, [f"Not evaluated among the non-targets: {_listed(unknown)}."]
    if all(now[name].gone for name in others):
        return CR, ["Every non-target lesion is gone."]
    return NON_CR_NON_PD, ["Non-target lesions persist."]


def _overall(target: str | None, non_target: str | None, *, progressed: bool) -> str:
    """Tables 1 and 2 of RECIST 1.1."""
    if progressed or PD in (target, non_target):
        return PD
    if target is None:
        return non_target or NE
    if target == CR:
        return CR if non_target in (None, CR) else PR
    return target


def _sum(targets: list[str], now: dict[str, Seen]) -> float | None:
    sizes = [now[name].size if name in now else None for name in targets]
    known = [size for size in sizes if size is not None]
    return _tenth(sum(known)) if known and len(known) == len(sizes) else None


def _change(before: float | None, now: float | None) -> float | None:
    return None if before is None or now is None or before == 0 else (now - before) / before


def _tenth(value: float) -> float:
    return round(value, 1)


def _grown(nadir: float, total: float) -> str:
    since = f"{_per_cent(nadir, total)} ({_signed(total - nadir)} mm) from the smallest ({nadir:.1f} mm)"
    return f"Sum {total:.1f} mm: {since}; progression is 20 % and 5 mm or more above it."


def _per_cent(before: float, now: float) -> str:
    change = _change(before, now)
    return "no per cent of nothing" if change is None else f"{_signed(change * 100)} %"


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "\N{MINUS SIGN}")


def _baseline_words(targets: list[str], total: float | None) -> tuple[str, ...]:
    if not targets:
        return ("Baseline without target lesions.",)
    if total is None:
        return ("Baseline: not every target is measured.",)
    return (f"Baseline: {len(targets)} target{'s' if len(targets) > 1 else ''}, sum {total:.1f} mm.",)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
