"""``python -m scarline`` is the command ``scarline``."""

from scarline.cli import main

main()
