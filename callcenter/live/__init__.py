"""Live hints: transport only.

`publish()` tells every web process, after the commit, that something new stands in the database;
`hub.listener()` is the other end. A hint carries what the publisher gives it and no more, and
losing one loses nothing: the page asks again from the place that it has seen.
"""

from callcenter.live.hints import publish
from callcenter.live.hub import hub

__all__ = ["hub", "publish"]
