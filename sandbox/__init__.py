"""A stand-in for Google: OAuth 2, the Gmail REST API v1, and the outside world behind them.

It runs as a process of its own and imports nothing of the product, so that a mistake in the
product's MIME, charset or sync code cannot be repeated here and thereby hidden. Where Gmail is
awkward it is awkward too; where Google's behaviour is not documented it takes the less convenient
reading, and the module that does so says it.
"""
