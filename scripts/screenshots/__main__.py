"""Plays the scenes; says which could not be played, and of what the pages complained."""

from __future__ import annotations

import argparse
import sys

from playwright.sync_api import Error

from scripts.screenshots import __doc__ as usage
from scripts.screenshots import administration, drawers, lists, mails, searching, writing
from scripts.screenshots.camera import LANGUAGES, OUT, ROOT, SCENES, SIZES, Album, Room, browser

# Importing them is what fills SCENES.
PARTS = (lists, mails, writing, searching, drawers, administration)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description=usage, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--only", nargs="*", default=[], help="pictures, or patterns: write-*")
    parser.add_argument("--language", choices=LANGUAGES, action="append")
    parser.add_argument("--width", choices=SIZES, action="append")
    parser.add_argument("--readme", action="store_true", help="also write docs/images/")
    options = parser.parse_args(arguments)
    album = Album(readme=options.readme, only=frozenset(options.only))
    complaints = 0
    with browser() as opened:
        for language in options.language or LANGUAGES:
            for width in options.width or SIZES:
                room = Room(opened, options.url, language, width, album)
                play(room)
                room.close()
                complaints += room.complaints
    print(f"{album.taken} pictures in {OUT.relative_to(ROOT)}/")
    return 1 if complaints else 0


def play(room: Room) -> None:
    """All scenes in one language and width; one that fails does not keep the others back."""
    for scene in SCENES:
        if not room.album.wants(scene.pictures):
            continue
        page = room.page(scene.who)
        try:
            scene.play(room, page)
        except Error as error:
            room.complain(f"{', '.join(scene.pictures)} at {page.url}: {str(error).strip()}")
        finally:
            page.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
