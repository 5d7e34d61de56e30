"""Takes the pictures of the README from a running demo: ``python docs/screenshots.py [http://127.0.0.1:8000]``.

Needs Chromium and the test requirements; run it on a fresh demo (``bin/demo --reset``), so that the pictures are the same shop's.
"""

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).resolve().parent / "images"
PASSWORD = "jishi-demo"  # noqa: S105  the demo prints it for everybody
WIDTH = 1200


def main(base: str) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        stage = opened(browser, f"{base}/preview/jishi-tea/", 1200, 960)
        stage.wait_for_timeout(6000)
        save(stage, "storefront")
        board = logged_in(browser, base, "ops")
        board.goto(f"{base}/ops/queue/to_pack/")
        board.wait_for_timeout(2000)
        save(board, "board")
        admin = logged_in(browser, base, "merchant")
        admin.goto(f"{base}/admin/shop/product/")
        admin.wait_for_timeout(3000)
        save(admin, "admin")
        browser.close()


def opened(browser: Browser, url: str, width: int, height: int) -> Page:
    page = browser.new_context(
        viewport={"width": width, "height": height}, locale="en-GB", device_scale_factor=1
    ).new_page()
    page.goto(url)
    return page


def logged_in(browser: Browser, base: str, user: str) -> Page:
    page = opened(browser, f"{base}/admin/login/", WIDTH, 800)
    page.fill("input[name=username]", user)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_load_state()
    return page


def save(page: Page, name: str) -> None:
    Image.open(io.BytesIO(page.screenshot())).convert("RGB").save(FOLDER / f"{name}.webp", quality=82, method=6)
    print(FOLDER / f"{name}.webp")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
