"""The embedded stack: PostgreSQL, Valkey and SeaweedFS from wheels, and `make up`'s supervisor.

`python -m fasi_site.local up` runs the whole product; `... run -- COMMAND` runs a command against
the three services only. Nothing here imports Django: the site learns of the services through
environment variables, as it does on a server.
"""
