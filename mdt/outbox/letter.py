"""A message as the e-mail it becomes: plain text, the same at every attempt, with the same Message-ID."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from mdt.config import Mail
from mdt.outbox import calendar
from mdt.outbox.models import Message

PRODUCT = "Cancer MDT"


def compose(message: Message, mail: Mail, public_url: str) -> EmailMessage:
    """RFC 5322. `message.person` is loaded."""
    made = EmailMessage()
    made["From"] = Address(PRODUCT, addr_spec=mail.sender)
    made["To"] = Address(message.person.name, addr_spec=message.person.email)
    made["Subject"] = f"{PRODUCT}: {message.subject}"
    made["Date"] = format_datetime(message.made_at)
    made["Message-ID"] = message_id(message, mail)
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence note answers it
    made.set_content(text(message, public_url))
    if message.dates:
        dates = calendar.document(message.dates, organiser=mail.sender, made_at=message.made_at, public_url=public_url)
        how = {"method": calendar.METHOD}
        made.add_attachment(dates, subtype="calendar", filename="meetings.ics", params=how)
    return made


def message_id(message: Message, mail: Mail) -> str:
    """By it a mailbox knows a message that comes twice."""
    return f"<{message.id}@{mail.sender.rpartition('@')[2]}>"


def text(message: Message, public_url: str) -> str:
    lines = [f"Dear {message.person.name},", ""]
    for part in message.parts:
        lines += [part["say"], f"{public_url}{part['path']}", ""]
    lines += [
        "This message names no patient. The pages behind the links do, once you have signed in.",
        "What you are written to about you choose here:",
        f"{public_url}/reminders/",
        "",
        f"{PRODUCT}. Nobody reads what is sent to this address.",
    ]
    return "\n".join(lines)
