"""A report in sections: sentences, tables and plots, the same for the page, the PDF and a spreadsheet. Pure."""

from collections.abc import Sequence

from mdt.core.words import counted, long_date
from mdt.meeting.moving import reasons
from mdt.outcome.follow_through import ANSWER_LABELS, AS_DECIDED, REASONS
from mdt.reports import charts, published
from mdt.reports.attending import ENOUGH, Came
from mdt.reports.charts import Bar, Chart
from mdt.reports.counting import Share
from mdt.reports.facts import TELL_WITHIN
from mdt.reports.layout import Row, Section, Table
from mdt.reports.queries import Report

LONGEST_SHOWN = 10  # working days that have a bar of their own


def sections(report: Report) -> list[Section]:
    """All of them, in the order of a case's life; none is left out, so that nobody wonders."""
    parts = (_cases, _time, _delays, _again, _quorum, _standards, _decided, _told, _carried_out, _imaging)
    return [part(report) for part in parts]


def _cases(report: Report) -> Section:
    counts = report.counts
    due, discussed = counts.shares["due"].many, counts.shares["discussed"].many
    each = f", {due / report.meetings:.0f} at each" if report.meetings else ""
    months = counts.monthly["due"]
    return Section(
        "cases",
        "Cases",
        f"{counted(due, 'discussion')} due at {counted(report.meetings, 'meeting')}{each}. {discussed} were held.",
        (
            _shares(report, "What became of them", "due", "discussed", "standard", "delayed"),
            *_month_table(report, "Discussions due", [str(number) for number in months]),
        ),
        _by_month(report, "Discussions due", [Bar("", number, str(number)) for number in months]),
        ("Due: listed for a meeting that was held, and neither withdrawn nor moved before it.",),
    )


def _time(report: Report) -> Section:
    minutes, timed = report.counts.minutes, report.counts.shares["short"].of or 0
    if minutes.median is None or minutes.mean is None:
        lead = "No discussion was timed in this period."
    else:
        middle = f"{minutes.median:.1f} minutes in the median, {minutes.mean:.1f} in the mean"
        lead = f"A case took {middle} ({counted(timed, 'case')} timed)."
    bars = [Bar("", value, f"{value:.1f}" if value is not None else "–") for value in minutes.by_month]
    rows = (
        Row("Median minutes", _decimal(minutes.median)),
        Row("Mean minutes", _decimal(minutes.mean)),
        _row(report, "short"),
    )
    return Section(
        "time",
        "Minutes for a case",
        lead,
        (
            Table("Minutes for a case", ("", "Figure", "Of those timed"), rows),
            *_month_table(report, "Median minutes", [bar.shown for bar in bars]),
        ),
        _by_month(report, "Median minutes for a case", bars, (published.MINUTES, "3.2 minutes, published")),
        (published.TIME,),
    )


def _delays(report: Report) -> Section:
    counts = report.counts
    due, foreign = counts.shares["due"].many, counts.shares["foreign"]
    lead = _lead(
        foreign,
        "the discussions due",
        "were delayed because another trust’s images were missing.",
        otherwise="No discussion was due in this period.",
    )
    by_reason = tuple(
        Row(reasons.LABELS[code], str(many), _of(many, due), f"reason-{code}") for code, many in counts.reasons.items()
    )
    by_trust = tuple(
        Row(report.trusts.get(ods, ods), str(many), _of(many, due), f"trust-{ods}")
        for ods, many in counts.trusts.items()
    )
    heads = ("Cases", "Of those due")
    tables = [_shares(report, "Delayed discussions", "delayed", "rollover", "foreign")]
    if by_reason:
        tables.append(Table("By reason", ("Reason", *heads), by_reason))
    if by_trust:
        tables.append(Table("Missing images, by the trust that has them", ("Trust", *heads), by_trust))
    host = report.trusts.get(report.team.host_ods, report.team.host_ods)
    bars = [Bar(row.label, float(row.number), f"{row.number} ({row.share})") for row in by_reason]
    says, most = _said("Cases carried to a later meeting, by reason", bars), _most(bars)
    return Section(
        "delays",
        "Delayed discussions",
        lead,
        tuple(tables),
        charts.across(bars, says=says, most=most) if bars else None,
        (f"Another trust: any but {host}, which hosts this team.", published.DELAY, published.ROLLOVER),
    )


def _again(report: Report) -> Section:
    again = report.counts.shares["again"]
    return Section(
        "again",
        "Discussed again",
        _lead(
            again,
            "the discussions held",
            "were of patients whom this team had discussed before.",
            otherwise="Nobody was discussed in this period.",
        ),
        (_shares(report, "Discussed again", "again"),),
        notes=(published.AGAIN,),
    )


def _quorum(report: Report) -> Section:
    counts, came = report.counts, report.attending
    quorate = counts.shares["quorate"]
    tables = [_shares(report, "Decisions and their quorum", "quorate", "not-quorate", "no-quorum-kept")]
    if counts.lacked:
        rows = tuple(Row(role, str(many), _of(many, quorate.of or 0)) for role, many in counts.lacked.items())
        tables.append(Table("Whom decisions lacked", ("Role", "Decisions", "Of those with a quorum kept"), rows))
    if came.roles:
        rows = tuple(_came(one) for one in came.roles)
        tables.append(Table("Each core role at the meetings", ("Role", "Filled at", "Of the meetings"), rows))
    if came.people:
        rows = tuple(_came(one) for one in came.people)
        tables.append(Table("Core members", ("Member", "Came to", "Of their meetings"), rows))
    bars = [Bar(one.name, one.percent, f"{one.percent:.0f} % ({one.to} of {one.of})") for one in came.roles]
    few = sum(not one.is_enough for one in came.people)
    notes = [published.ATTENDANCE]
    if came.people:
        notes.append(f"{few} of {counted(len(came.people), 'core member')} came to fewer.")
    if came.without_policy:
        notes.append(
            f"{counted(came.without_policy, 'meeting')} had no policy that names core roles, and count nowhere here."
        )
    says = _said("Share of meetings at which each core role was filled", bars)
    return Section(
        "quorum",
        "Quorum and attendance",
        _lead(
            quorate,
            "the decisions",
            "were made with a quorum.",
            otherwise="No quorum was kept with a decision of this period.",
        ),
        tuple(tables),
        charts.across(bars, says=says, most=100, target=(100 * ENOUGH, "two of three")) if bars else None,
        tuple(notes),
    )


def _standards(report: Report) -> Section:
    standard = report.counts.shares["standard"]
    return Section(
        "standards",
        "Standards of care",
        _lead(
            standard,
            "the discussions due",
            "were answered by a standard of care that the chair ratified, and not discussed.",
            otherwise="No discussion was due in this period.",
        ),
        (_shares(report, "Standards of care", "standard", "promoted"),),
        notes=(
            "Of those promoted, the share is of all that were put on a standard of care and not taken off by triage.",
        ),
    )


def _decided(report: Report) -> Section:
    undecided = report.counts.shares["undecided"]
    return Section(
        "decided",
        "Decisions",
        _lead(
            undecided,
            "the discussions held",
            "have no signed outcome.",
            otherwise="Nobody was discussed in this period.",
        ),
        (_shares(report, "Decisions", "signed", "undecided"),),
        notes=(published.UNDECIDED,),
    )


def _told(report: Report) -> Section:
    counts = report.counts
    in_time, after = counts.shares["told-in-time"], counts.told_after
    late = sum(many for days, many in after.items() if days > LONGEST_SHOWN)
    bars = [Bar(str(days), after.get(days, 0), str(after.get(days, 0))) for days in range(LONGEST_SHOWN + 1)]
    bars.append(Bar("later", late, str(late)))
    days = tuple(Row(bar.label, bar.shown) for bar in bars)
    says = _said("Patients told, by working days after the meeting", bars)
    return Section(
        "told",
        "Telling the patient",
        _lead(
            in_time,
            "the patients with a signed decision",
            f"were told within {TELL_WITHIN} working days.",
            otherwise="No decision was signed in this period.",
        ),
        (
            _shares(report, "When patients were told", "told-in-time", "told-late", "not-told"),
            Table("By working days", ("Working days", "Patients", ""), days),
        ),
        charts.upright(bars, says=says) if after else None,
        (published.TOLD, "Working days: Monday to Friday, without bank holidays; the meeting’s own day is day 0."),
    )


def _carried_out(report: Report) -> Section:
    counts = report.counts
    followed, done = counts.shares["followed"].many, counts.shares[AS_DECIDED].many
    because: dict[str, int] = {}
    for (answer, reason), many in counts.why.items():
        if answer != AS_DECIDED:
            because[reason] = because.get(reason, 0) + many
    tables = [_shares(report, "What became of decisions", "followed", *ANSWER_LABELS, "unfollowed")]
    rows = tuple(
        Row(REASONS[code], str(because[code]), _of(because[code], followed), f"why-{code}")
        for code in REASONS
        if because.get(code)
    )
    if rows:
        tables.append(Table("Why not as decided", ("Reason", "Decisions", "Of those followed up"), rows))
    bars = [Bar(row.label, float(row.number), f"{row.number} ({row.share})") for row in rows]
    says = _said("Decisions not carried out as decided, by reason", bars)
    most = _most(bars)
    return Section(
        "carried-out",
        "Decisions carried out",
        _lead(
            Share(followed - done, followed),
            "the decisions followed up",
            "were changed or not carried out.",
            otherwise="No decision of this period has been followed up yet; that is asked eight weeks after it.",
        ),
        tuple(tables),
        charts.across(bars, says=says, most=most) if bars else None,
        (published.CARRIED_OUT,),
    )


def _imaging(report: Report) -> Section:
    counts = report.counts
    cut_off, discussion = counts.shares["ready-cut-off"], counts.shares["ready-discussion"]
    pairs = (("At the cut-off", cut_off), ("When discussed", discussion))
    bars = [
        Bar(name, share.percent, f"{_percent(share)} ({share.many} of {share.of})") for name, share in pairs if share.of
    ]
    says = _said("Share of cases whose imaging was complete", bars)
    since = report.imaging_since
    notes = [
        "Complete: every trust has answered, all that is the patient’s is here, and no match waits for a person. The "
        "board’s word, written down when the list closed and when the case was opened."
    ]
    if since is None:
        notes.append("Not recorded yet: it is written down from the next list that closes, and the next case opened.")
    elif report.period.begins < since:
        notes.append(f"Not recorded before {long_date(since)}: earlier cases count nowhere here.")
    known = [f"{_percent(share)} of {counted(share.of, 'case')} {name.lower()}" for name, share in pairs if share.of]
    return Section(
        "imaging",
        "Imaging complete",
        f"Imaging was complete for {', and for '.join(known)}."
        if known
        else "Not recorded for any case of this period.",
        (
            _shares(
                report,
                "Imaging complete, of the cases it was recorded for",
                *("ready-cut-off", "not-ready-cut-off", "ready-discussion", "not-ready-discussion"),
            ),
        ),
        charts.across(bars, says=says, most=100) if bars else None,
        (*notes, published.IMAGING),
    )


def _lead(share: Share, of_what: str, what: str, *, otherwise: str) -> str:
    """The figure in a sentence; `otherwise` where there was nothing to count."""
    return f"{_percent(share)} of {of_what}, {share.many} of {share.of}, {what}" if share.of else otherwise


def _shares(report: Report, caption: str, *keys: str) -> Table:
    return Table(caption, ("", "Cases", "Share"), tuple(_row(report, key) for key in keys))


def _row(report: Report, key: str) -> Row:
    share = report.counts.shares[key]
    said = "" if share.of is None else f"{_percent(share)} of {share.of}" if share.of else "of none"
    return Row(report.says[key], str(share.many), said, key)


def _came(one: Came) -> Row:
    label = f"{one.name}, {one.specialty}" if one.specialty else one.name
    under = "" if one.is_enough else ", under two of three"
    return Row(label, str(one.to), f"{one.percent:.0f} % of {one.of}{under}")


def _by_month(report: Report, what: str, bars: Sequence[Bar], target: tuple[float, str] | None = None) -> Chart | None:
    """A column for each month; nothing to see in a single one."""
    months = report.period.months
    if len(months) < 2 or not any(bar.value for bar in bars):
        return None
    named = [Bar(f"{month:%b} {month:%y}", bar.value, bar.shown) for month, bar in zip(months, bars, strict=True)]
    return charts.upright(named, says=_said(f"{what}, by month", named), target=target)


def _month_table(report: Report, what: str, numbers: Sequence[str]) -> tuple[Table, ...]:
    """The numbers of such a plot; none for a single month."""
    months = report.period.months
    if len(months) < 2:
        return ()
    rows = tuple(Row(f"{month:%B %Y}", number) for month, number in zip(months, numbers, strict=True))
    return (Table("By month", ("Month", what, ""), rows),)


def _said(what: str, bars: Sequence[Bar]) -> str:
    return f"{what}: " + ", ".join(f"{bar.label} {bar.shown}" for bar in bars) + "."


def _most(bars: Sequence[Bar]) -> float:
    return max((bar.value or 0 for bar in bars), default=0)


def _percent(share: Share) -> str:
    return _of(share.many, share.of or 0)


def _of(many: int, of: int) -> str:
    return f"{100 * many / of:.1f} %" if of else "–"


def _decimal(number: float | None) -> str:
    return "–" if number is None else f"{number:.1f}"
