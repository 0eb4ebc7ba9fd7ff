"""What all doors of HTTP share: who calls, how rows are asked for, how somebody is turned away.

A service that shows something has a `routes.py` which returns a `Door`; `services/all.py` puts them
into the one application that the gateway serves.
"""
