"""The command line of the crawler: parse, call one function, say what came of it."""

from __future__ import annotations

import argparse
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from crawler.errors import FAILED, INTERRUPTED, CrawlerError
from crawler.journal import Journal
from version import VERSION

PROGRAM = "python -m crawler"
JOURNAL = Path(".crawl", "journal.sqlite3")


def main(arguments: Sequence[str] | None = None, top: argparse.ArgumentParser | None = None) -> int:
    """Run one command.

    0 when all was had; 1 when something failed, which is listed; 2 when nothing could be begun; 3
    when the site says stop; 130 after Ctrl-C.
    """
    options = (top or parser()).parse_args(arguments)
    try:
        return int(options.run(options))
    except CrawlerError as error:
        print(f"crawler: {error}", file=sys.stderr)
        return error.exit_code
    except (OSError, sqlite3.Error) as error:  # a full disk, a folder that may not be written
        print(f"crawler: {error}; the same command goes on from here.", file=sys.stderr)
        return FAILED
    except ModuleNotFoundError as error:
        print(
            f"crawler: the package {error.name!r} is missing; run:"
            " pip install -r requirements/crawler.txt",
            file=sys.stderr,
        )
        return CrawlerError.exit_code
    except KeyboardInterrupt:
        print("crawler: stopped; the same command goes on from here.", file=sys.stderr)
        return INTERRUPTED


def parser(
    program: str = PROGRAM, kind: type[argparse.ArgumentParser] = argparse.ArgumentParser
) -> argparse.ArgumentParser:
    """What it takes; `fasi` parses, shows and completes the same."""
    top = kind(
        prog=program,
        description="From a listing of snaps to a folder for training.",
    )
    top.add_argument("--version", action="version", version=VERSION)
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    crawl = commands.add_parser("crawl", help="fetch snaps; the same command goes on")
    crawl.set_defaults(run=_crawl)
    crawl.add_argument("--profile", required=True, help="a shipped one, or a TOML file")
    crawl.add_argument("--output", required=True, type=Path, help="the folder of the snaps")
    crawl.add_argument("--listing", default="", help="another address: with {style} and {page}")
    crawl.add_argument("--styles", default="", help="ids or names, with commas; all otherwise")
    crawl.add_argument("--limit", type=_positive, default=0, help="snaps of each style, at most")
    crawl.add_argument("--pages", type=_pages, default=(0, 0), metavar="A-B", help="of the listing")
    crawl.add_argument("--again", action="store_true", help="walk pages that were walked before")
    crawl.add_argument("--delay", type=_seconds, help="seconds between requests to a host")
    crawl.add_argument("--parallel", type=_positive, default=2, help="downloads at a time (2)")
    crawl.add_argument(
        "--contact", default="", help="an address of yours that the user agent tells the site"
    )
    crawl.add_argument(
        "--allow-host", action="append", default=[], help="a host that may be internal"
    )
    crawl.add_argument(
        "--only-outfits", action="store_true", help="leave out what the model sees no outfit in"
    )
    crawl.add_argument("--chromium", default="", help="the browser, where it is not in the PATH")
    crawl.add_argument("--chromedriver", default="", help="its driver")
    remove = commands.add_parser("remove", help="a takedown: remove snaps, for good")
    remove.set_defaults(run=_remove)
    remove.add_argument("--output", required=True, type=Path)
    remove.add_argument("--source-url", required=True, help="of the image, or of the page it is on")
    upload = commands.add_parser("upload", help="make a folder in S3 what the output is")
    upload.set_defaults(run=_upload)
    upload.add_argument("--output", required=True, type=Path)
    upload.add_argument("--to", required=True, metavar="s3://BUCKET/PREFIX")
    return top


def _crawl(options: argparse.Namespace) -> int:
    from crawler.run import Run, RunOptions

    first_page, last_page = options.pages
    asked = RunOptions(
        profile=options.profile,
        output=options.output,
        journal=options.output / JOURNAL,
        listing=options.listing,
        styles=options.styles,
        limit=options.limit,
        first_page=first_page,
        last_page=last_page,
        again=options.again,
        delay_s=options.delay,
        parallel=options.parallel,
        contact=options.contact,
        trusted_hosts=frozenset(options.allow_host),
        chromium=options.chromium,
        chromedriver=options.chromedriver,
    )
    with Run(asked) as run:
        if run.first:
            print(run.terms, file=sys.stderr)
        try:
            with tqdm(unit="snaps", file=sys.stderr, disable=None) as bar:
                run.crawl(bar.update)
            if options.only_outfits:
                print(f"Skipped {run.leave_out_others()} snaps that show no outfit.")
        finally:
            for line in run.summary():
                print(line)
        return FAILED if run.has_failures() else 0


def _remove(options: argparse.Namespace) -> int:
    from crawler.removal import remove

    count = remove(options.output, _journal(options.output), options.source_url)
    print(f"Removed {count} files; the address will not be fetched again.")
    return 0


def _upload(options: argparse.Namespace) -> int:
    from crawler.upload import upload

    sent, removed = upload(options.output, options.to)
    print(f"Sent {sent} files to {options.to}, removed {removed} there.")
    return 0


def _journal(output: Path) -> Journal:
    if not (output / JOURNAL).is_file():
        raise CrawlerError(f"{output} is not the folder of a crawl.")
    return Journal(output / JOURNAL)


def _positive(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a valid number of seconds")
    return seconds


def _pages(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    if not first.isdigit() or not (last or first).isdigit() or int(last or first) < int(first):
        raise argparse.ArgumentTypeError(f"{text!r} is not a range of pages, such as 1-20")
    return int(first), int(last or first)
