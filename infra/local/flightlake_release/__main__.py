"""``python -m flightlake_release <command>``: what the Makefile calls."""

from flightlake_release.cli import main

if __name__ == "__main__":
    main()
