"""The local HTTP API: readings, live events and health, to who holds a credential.

`api.app.create_app(api.deps.Deps(…))` makes it, `api.server.serve` runs it,
`api.tokens.load_or_create` keeps its token. Nothing is imported here: showing the token
must not load a web framework.
"""
