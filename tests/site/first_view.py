"""What a first view of a page costs, as it comes over the line."""

from dataclasses import dataclass
from typing import Any

BYTES = 60_000  # everything
REQUESTS = 12
CSS_BYTES = 12_000


@dataclass(frozen=True)
class FirstView:
    """The requests of a browser that keeps nothing yet, until all is quiet."""

    size: int  # bytes, compressed, with what comes before them
    requests: int
    css: int
    kinds: frozenset[str]
    hosts: frozenset[str]
    shift: float  # how far things jumped

    @property
    def is_too_much(self) -> bool:
        return self.size > BYTES or self.requests > REQUESTS


def first_view(browser: Any, address: str, width: int) -> FirstView:
    """Look at `address` in a window of this width."""
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    requests: dict[str, Any] = {}
    sizes: dict[str, int] = {}
    network.on("Network.responseReceived", lambda event: requests.update({event["requestId"]: event}))
    network.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    page.goto(address, wait_until="networkidle")
    # Once all is quiet the observer is told of all that came before, or of nothing: by the second frame it knows.
    shift = page.evaluate(
        """() => new Promise(done => {
            let sum = 0;
            new PerformanceObserver(list => list.getEntries().forEach(entry => sum += entry.value))
                .observe({type: "layout-shift", buffered: true});
            requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(sum), 50)));
        })"""
    )
    context.close()
    return FirstView(
        size=sum(sizes.values()),
        requests=len(requests),
        css=sum(sizes[key] for key, event in requests.items() if event["type"] == "Stylesheet"),
        kinds=frozenset(event["type"] for event in requests.values()),
        hosts=frozenset(event["response"]["url"].split("/")[2] for event in requests.values()),
        shift=shift,
    )
