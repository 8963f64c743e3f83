"""Access tokens as the API sees them: whose, for which client, with which scopes."""

from __future__ import annotations

from urllib.parse import parse_qs

from sandbox.errors import login_required, unauthenticated
from sandbox.world import Token, World


def identify(world: World, authorization: str, query_string: str) -> Token:
    """The token's owner; 401 in Google's form for a missing, unknown or expired one."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "bearer" or not value:
        value = ""
        if "access_token=" in query_string:
            value = parse_qs(query_string).get("access_token", [""])[0]
        if not value:
            raise login_required()
    value = value.strip()
    token = world.tokens.get(value)
    if token is None:
        row = world.store.one(
            "SELECT account, client_id, scope, expires_at FROM tokens "
            "WHERE token = ? AND kind = 'access'",
            (value,),
        )
        if row is None:
            raise unauthenticated()
        token = Token(row[0], row[1], frozenset(row[2].split()), row[3])
        world.tokens[value] = token
    if token.expires_at <= world.clock.now():
        raise unauthenticated()
    return token
