"""pytest with a throwaway database and broker: `python -m scripts.test [--pg15] [pytest args…]`.

Everything but `--pg15` goes to pytest as it stands.
"""

from __future__ import annotations

import sys

from scripts.services import with_services


def main(arguments: list[str]) -> int:
    pg15 = "--pg15" in arguments
    rest = [argument for argument in arguments if argument != "--pg15"]
    return with_services([sys.executable, "-m", "pytest", *rest], pg15=pg15)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
