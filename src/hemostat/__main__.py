"""`python -m hemostat`; also the file that `./hemostat` runs, from the checkout and without installing it."""

import os.path
import sys

if not __package__:  # run as a file: the package is the folder it lies in
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

if __name__ == "__main__":
    try:
        from hemostat.cli import main

        status = main()
    except KeyboardInterrupt:  # while modules are loaded
        status = 130
    sys.exit(status)
