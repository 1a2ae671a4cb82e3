"""`python -m hemostat`; also the file that `./hemostat` runs, from the checkout and without installing it."""

import os.path
import sys

if not __package__:  # run as a file: the package is the folder it lies in
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from hemostat.cli import main

if __name__ == "__main__":
    sys.exit(main())
