"""The door through which agencies submit: it accepts once, for ever, and says what became of it.

Begin with `desk`, which joins the others:

body         what a request says, read strictly
edge         what may be refused without knowing any stream's state
acceptance   the one transaction that is the acceptance
outcomes     what became of a submission, told by the topics alone
following    for those who wait, and `service` for those who ask later
routes       the HTTP surface; `app` composes and serves it
"""
