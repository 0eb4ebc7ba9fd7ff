"""The docket (sổ thụ lý): which cases a judgment has, who handles them, and where each stands."""
