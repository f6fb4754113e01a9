"""Pull Datadog metrics into the store that .env names: ``scarline pull metrics`` by another name.

Prints which metrics came, from when to when, how many points each, and the total.
"""

import sys

from scarline.cli import main

if __name__ == "__main__":
    sys.argv[1:] = ["pull", "metrics", *sys.argv[1:]]
    main()
