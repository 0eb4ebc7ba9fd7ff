"""What happened, as people are told it: at a terminal, on a page.

following    records from some offset on, each once, as the chain says
lines        one event: time, who → whom, type, name, what became of it
thread       all that stands under one key, in the order in which it is told
corrected    a thread with its corrections taken in, as of a day, as known at a moment
standing     where the parts of a thread stand, and who may act next
stories      a case as a whole: its thread, parts and next steps
"""
