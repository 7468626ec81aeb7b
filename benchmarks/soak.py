"""`python -m benchmarks.soak -n 500`: people upload while processes are killed at random.

The exit code is 1 where an accepted photo was lost, doubled or stuck, or failed.
"""

import argparse
import sys

from tests.support.live_stack import LiveStack
from tests.support.soak import soak
from tests.support.starting import own_folder


def main() -> int:
    """Run in a stack of its own and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=500, help="photos")
    parser.add_argument("--seed", type=int, default=0, help="of what dies when")
    options = parser.parse_args()
    with own_folder("soak") as folder, LiveStack(folder) as stack:
        tally = soak(stack, options.n, options.seed)
    for title, counts in (("struck", tally.strikes), ("failed", tally.reasons)):
        for name, number in sorted(counts.items()):
            print(f"{title:8}{name:32}{number:6}")
    print(tally.line())
    return 0 if tally.clean else 1


if __name__ == "__main__":
    sys.exit(main())
