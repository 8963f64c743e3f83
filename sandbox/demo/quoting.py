"""How each mail program quotes what it answers, and how it prefixes the subject."""

from __future__ import annotations

from datetime import datetime

from sandbox.demo.shapes import Box, Letter

WEEKDAYS = "月火水木金土日"


def prefixed(style: str, subject: str) -> str:
    """Return the subject of an answer; prefixes are not stacked by programs that know better."""
    if style == "carrier":
        return f"Re:{subject.removeprefix('Re:').lstrip()}"
    if style == "outlook":
        return f"RE: {subject.removeprefix('RE: ').removeprefix('Re: ')}"
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def _marked(text: str) -> str:
    return "\n".join(
        f">{line}" if line.startswith(">") else f"> {line}".rstrip()
        for line in text.rstrip().split("\n")
    )


def _long_date(at: datetime) -> str:
    return f"{at.year}年{at.month}月{at.day}日({WEEKDAYS[at.weekday()]}) {at.hour}:{at.minute:02d}"


def quoted(style: str, answered: Letter) -> str:
    """Return the quotation block of an answer to `answered`, or nothing where none is usual."""
    at, who, text = answered.date, answered.sender, answered.text
    name = who.name or who.address
    match style:
        case "carrier":
            return ""
        case "outlook":
            to = "; ".join(box.address for box in answered.to)
            return (
                "-----Original Message-----\n"
                f"From: {name} <{who.address}> \n"
                f"Sent: {at.strftime('%A, %B')} {at.day}, {at.year} {at.strftime('%I:%M %p')}\n"
                f"To: {to}\nSubject: {answered.subject}\n\n{text.rstrip()}\n"
            )
        case "outlook-ja":
            to = "; ".join(box.address for box in answered.to)
            return (
                "-----Original Message-----\n"
                f"From: {name} <{who.address}> \n"
                f"Sent: {at.year}年{at.month}月{at.day}日 {at.hour}:{at.minute:02d}\n"
                f"To: {to}\nSubject: {answered.subject}\n\n{text.rstrip()}\n"
            )
        case "iphone":
            day = f"{at.year}/{at.month:02d}/{at.day:02d} {at.hour}:{at.minute:02d}"
            return f"{day}、{name} <{who.address}>のメール:\n\n{_marked(text)}\n"
        case "becky":
            stamp = at.strftime("%a, %d %b %Y %H:%M:%S +0900")
            return f"On {stamp}\n{name} <{who.address}> wrote:\n\n{_marked(text)}\n"
        case "thunderbird":
            stamp = f"{at.year}/{at.month:02d}/{at.day:02d} {at.hour}:{at.minute:02d}"
            return f"On {stamp}, {name} wrote:\n{_marked(text)}\n"
        case "yahoo":
            return (
                "----- Original Message -----\n"
                f">From: {name} <{who.address}>\n"
                f">To: {answered.to[0].address}\n"
                f">Date: {at.strftime('%Y/%m/%d, %a %H:%M')}\n"
                f">Subject: {answered.subject}\n>\n{_marked(text)}\n"
            )
        case _:
            return f"{_long_date(at)} {name} <{who.address}>:\n\n{_marked(text)}\n"


def box_line(box: Box) -> str:
    """Write a box for people: name and address."""
    return f"{box.name} <{box.address}>" if box.name else box.address
