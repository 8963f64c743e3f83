"""Live hints: transport only.

`publish()` tells every web process, after the commit, that something new stands in the database;
`hints()` is the other end. A hint carries what the publisher gives it and no more, and losing one
loses nothing: the browser asks again from the last event that it has seen.
"""

from callcenter.live.hints import hints, publish

__all__ = ["hints", "publish"]
