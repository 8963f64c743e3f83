"""How a mailbox is: the facts behind the health page and behind monitoring (S6).

- `facts`      everything that is known of one mailbox, read in a few bounded queries
- `sends`      what was sent in the last 24 hours, against Google's limit
- `judging`    facts -> what is wrong, and how badly; pure
- `told`       facts and judgement under the stable names of docs/monitoring.md
- `unimported` the mails that could not be imported, and why, in words
"""

from mail.health.facts import Health, of
from mail.health.judging import Level, Reason, judge, level_of

__all__ = ["Health", "Level", "Reason", "judge", "level_of", "of"]
