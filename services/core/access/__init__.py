"""Who is who: the directory of agencies and officers, and the tokens under which they speak.

Begin with `directory`; `tokens` proves that a request comes from one of its agencies.
"""
