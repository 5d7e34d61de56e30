"""``python -m demo.art <folder> [picture ...]``: draw all pictures, or the named ones anew."""

import argparse
import time
from pathlib import Path

from . import draw, draw_all, file_names


def main() -> None:
    """Draw and say how long it took."""
    parser = argparse.ArgumentParser(prog="python -m demo.art", description="Draw the demo store's pictures.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("pictures", nargs="*", metavar="picture", help="names such as longjing-spring.jpg; all without")
    parser.add_argument("--again", action="store_true", help="also draw what is there already")
    parser.add_argument("--share", type=float, default=1, help="of the full size, for a quick look: 0.25")
    options = parser.parse_args()
    if not 0 < options.share <= 1:
        parser.error("--share is above 0 and at most 1")
    unknown = sorted(set(options.pictures) - set(file_names()))
    if unknown:
        parser.error(f"no such picture: {', '.join(unknown)}")
    started = time.monotonic()
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.pictures:
        drawn = [draw(name, options.folder, options.share) for name in options.pictures]
    else:
        drawn = draw_all(options.folder, only_missing=not options.again, share=options.share)
    print(f"{len(drawn)} pictures in {time.monotonic() - started:.1f} s")


if __name__ == "__main__":
    main()
