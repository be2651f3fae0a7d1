"""``python -m tureen`` is the same as ``tureen``."""

from tureen.cli.main import main

if __name__ == "__main__":
    main()
