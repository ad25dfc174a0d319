"""A real Odoo 19, PostgreSQL and Asterisk in one cache folder, for demo, tests and benchmarks.

Nothing here touches a system service: clusters, servers and phones are private processes on loopback, all started by
`./run` and all stopped by it. Standard library only, because `./run` must work before anything is installed.
"""
