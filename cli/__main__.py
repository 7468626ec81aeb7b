"""`python -m cli`: the same as `fasi`, where it is not installed."""

import sys

from cli.main import main

if __name__ == "__main__":
    sys.exit(main())
