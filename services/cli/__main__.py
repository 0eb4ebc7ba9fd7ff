"""`python -m services.cli`: the command line where the script `lienthong` is not installed."""

from services.cli.main import main

main()
