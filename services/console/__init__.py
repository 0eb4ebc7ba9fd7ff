"""The house in a browser: what is recorded now, a case's thread, who reads what of whom.

Begin with `routes`, which joins the others:

visitors   who looks, by the token that the sign-in put into a cookie
live       what is recorded, as it is recorded, for every page that is open
own_feed   the same for one agency: what it may see
cases      a case's thread, as far as who looks may see it
flow_map   the picture of who reads what of whom, laid out
pages      how all of it is written, in Vietnamese or English (`words`)
"""
