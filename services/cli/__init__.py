"""The command `lienthong`. Start with `main.py`; each group of commands is a module beside it."""
