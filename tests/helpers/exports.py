"""Small exports, written for a test."""

from __future__ import annotations

HEADER = "From,To,Sent At,Message,Direction,inviterProfileUrl,inviteeProfileUrl"
CONNECTED = "First Name,Last Name,URL,Email Address,Company,Position,Connected On"
ME = "https://www.linkedin.com/in/me"


def address(slug):
    """Return the address of a profile."""
    return f"https://www.linkedin.com/in/{slug}"


def sent(slug="ann", *, at="3/11/26, 12:00 PM", name=None, note=""):
    """Return a row of an invitation that I sent."""
    return f'Me,{slug.title() if name is None else name},"{at}",{note},OUTGOING,{ME},{address(slug)}'


def got(slug="ann", *, at="3/11/26, 12:00 PM", name=None, note=""):
    """Return a row of an invitation that I got."""
    return f'{slug.title() if name is None else name},Me,"{at}",{note},INCOMING,{address(slug)},{ME}'


def write_export(folder, rows=(), *, header=HEADER, connections=(), connected=CONNECTED, people=None):
    """Write an export into a folder, and return the folder."""
    (folder / "Invitations.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8", newline="")
    if connections is not None:
        (folder / "Connections.csv").write_text("\n".join([connected, *connections]), encoding="utf-8", newline="")
    if people is not None:
        (folder / "people.csv").write_text("\n".join(people) + "\n", encoding="utf-8", newline="")
    return folder
