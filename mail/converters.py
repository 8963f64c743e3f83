"""Public ids in addresses: what is no such id is a 404 before any view is asked."""

from __future__ import annotations

from mail import publicid


class MessageIdConverter:
    """`M-7K3Q9F`, the public id of a mail."""

    regex = r"[Mm]-[0-9A-Za-z]{6,12}"
    prefix = "M"

    def to_python(self, value: str) -> int:
        number = publicid.decode(value, self.prefix)
        if number >= 2**63:
            raise ValueError(value)
        return number

    def to_url(self, value: int | str) -> str:
        return value if isinstance(value, str) else publicid.encode(value, self.prefix)


class DraftIdConverter(MessageIdConverter):
    """`D-7K3Q9F`, the public id of a draft."""

    regex = r"[Dd]-[0-9A-Za-z]{6,12}"
    prefix = "D"
