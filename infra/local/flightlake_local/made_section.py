"""The part of a page that a command makes; the rest of the page is people's."""

from __future__ import annotations

_END = "<!-- to here -->"


def with_made_section(text: str, command: str, section: str) -> str:
    """A page with the section that ``command`` makes, such as ``make docs``, in place of its last.

    Raises:
        ValueError: the page has no such section.
    """
    begin = f"<!-- made by `{command}` from here -->"
    before, _, rest = text.partition(begin)
    _, end, after = rest.partition(_END)
    if not end:
        raise ValueError(f"the page has no section between {begin} and {_END}")
    return f"{before}{begin}\n\n{section}\n\n{end}{after}"
