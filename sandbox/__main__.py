"""`python -m sandbox`: serves the Gmail sandbox, or imports mail into its database.

Prints one line when it is ready: `sandbox: listening on http://127.0.0.1:8025`.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import socket
import sys
from pathlib import Path

from sandbox import importer, server
from sandbox.app import App
from sandbox.world import World

DEFAULT_DATABASE = Path("var/sandbox.sqlite3")


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    world = World(None if options.memory else options.db, validate=not options.no_validate)
    try:
        if options.import_path is not None:
            result = importer.import_path(world, options.account, options.import_path)
            print(
                f"sandbox: imported {result.messages} mails from {result.files} files", flush=True
            )
            if options.port is None:
                return 0
        if options.demo:
            from sandbox import demo_world

            demo_world.load(world)
        return _serve(world, options)
    finally:
        world.store.close()


def _serve(world: World, options: argparse.Namespace) -> int:
    port = 8025 if options.port is None else options.port
    try:
        listening = server.listen(options.host, port)
    except OSError as error:
        print(f"sandbox: cannot listen on {options.host}:{port}: {error.strerror}", file=sys.stderr)
        return 1
    address = f"http://{options.host}:{listening.getsockname()[1]}"
    asyncio.run(_run(world, listening, address, options))
    return 0


async def _run(
    world: World, listening: socket.socket, address: str, options: argparse.Namespace
) -> None:
    tasks = []
    if options.living:
        from sandbox import living_world

        tasks.append(asyncio.create_task(living_world.live(world)))
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if options.until_stdin_closes:
        loop.add_reader(sys.stdin.fileno(), _read_input, loop, stop)
    try:
        await server.serve(
            App(world),
            listening,
            lambda: print(f"sandbox: listening on {address}", flush=True),
            stop,
        )
    finally:
        for task in tasks:
            task.cancel()


def _read_input(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    if not os.read(sys.stdin.fileno(), 4096):
        loop.remove_reader(sys.stdin.fileno())
        stop.set()


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, help="0 takes a free one; default 8025")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--db", type=Path, default=DEFAULT_DATABASE, help="SQLite file")
    where.add_argument("--memory", action="store_true", help="keep nothing")
    parser.add_argument("--no-validate", action="store_true", help="do not check our own answers")
    parser.add_argument("--demo", action="store_true", help="demo mail, into an empty database")
    parser.add_argument("--living", action="store_true", help="demo customers go on writing")
    parser.add_argument(
        "--import", dest="import_path", type=Path, help=".eml files, folders of them, or mbox files"
    )
    parser.add_argument(
        "--until-stdin-closes",
        action="store_true",
        help="end with the process that holds our stdin",
    )
    parser.add_argument("--account", default="support@shop.example", help="account to import into")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
