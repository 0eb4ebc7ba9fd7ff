"""Who is given what: one feed an agency, numbered without a gap, with all that it may see.

`service` hears every family and fills the feeds, `feed` reads them, `routes` serves them over HTTP,
`topics` carries them into topics of the agencies' own,
`receipts` records what was received, `domain` decides what officers acknowledge.
"""
