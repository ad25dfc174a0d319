"""Recordings: the sound files that the PBX writes, found when they are closed, made small, and sent to Odoo.

`names` says which file is a recording of which call, `wav` and `join` mend what Asterisk wrote and put both sides into
one file, `encoders` makes it small with a program of the system, `state` remembers on disk how far each file is,
`upload` talks to Odoo, and `recordings` keeps it all going. Files of the PBX are only ever read, or deleted.
"""
