"""A headless Chromium, spoken to through a pipe (the Chrome DevTools Protocol): what does a page do, and how does it look?"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = next((place for place in map(shutil.which, NAMES) if place), None)
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-pipe")
AS_3_AND_4 = "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); os.execv(sys.argv[3], sys.argv[3:])"
PHONE, DESK = 390, 1200  # CSS pixels


class Browser:
    """One page in a browser without a window."""

    def __init__(self, folder: Path) -> None:
        """Start it with a profile of its own in `folder`."""
        (asked, self._to), (self._from, said) = os.pipe(), os.pipe()
        ours = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (asked, said)]  # out of the way of 3 and 4
        self._process = subprocess.Popen(
            [sys.executable, "-c", AS_3_AND_4, *map(str, ours), str(CHROMIUM), *FLAGS, f"--user-data-dir={folder}"],
            pass_fds=ours,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for end in (asked, said, *ours):
            os.close(end)
        self._read, self._events, self._number, self._session = b"", [], 0, None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log"):
            self.ask(f"{domain}.enable")

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        os.close(self._to)
        os.close(self._from)

    def open(self, page: Path, width: int = DESK, scheme: str = "light") -> None:
        """Show a file at a width, light or dark."""
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        phone = width < 600
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=phone)
        self._events.clear()
        self.ask("Page.navigate", url=page.as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self._events):
            self._events.append(self._next())

    def tell(self, script: str) -> Any:
        """The value of a JavaScript expression in the page, whatever the page itself may run."""
        found = self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def requests(self) -> list[str]:
        """The addresses that the page asked for since it was opened; what is inside it is none."""
        sent = [event["params"]["request"]["url"] for event in self._events if event["method"] == "Network.requestWillBeSent"]
        return [address for address in sent if not address.startswith("data:")]

    def complaints(self) -> list[str]:
        """What the browser had to say against the page."""
        return [event["params"]["entry"]["text"] for event in self._events if event["method"] == "Log.entryAdded"]

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """One command of the protocol."""
        self._number += 1
        asked = {"id": self._number, "method": method, "params": params}
        os.write(self._to, json.dumps(asked | ({"sessionId": self._session} if self._session else {})).encode() + b"\0")
        while (said := self._next()).get("id") != self._number:
            self._events.append(said)
        assert "error" not in said, said
        return said["result"]

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._read:
            part = os.read(self._from, 1 << 20)
            assert part, "the browser ended"
            self._read += part
        line, _, self._read = self._read.partition(b"\0")
        return json.loads(line)
