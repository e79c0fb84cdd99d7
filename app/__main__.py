"""``python -m app`` is ``netwright``."""

from app.cli import main

if __name__ == "__main__":
    main()
