"""``python -m flightlake_local``: the commands behind the Makefile."""

from flightlake_local.cli import main

main()
