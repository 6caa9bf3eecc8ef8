"""`python -m invitepolicy` is the command."""

import sys

from invitepolicy.cli import main

if __name__ == "__main__":
    sys.exit(main())
