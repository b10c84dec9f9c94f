"""What a page of another origin, or of another port of this machine, gets of a desk in a browser."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final

import pytest
from desk_builders import CASE, Desk, passes_audit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from web_builders import Person

    from flows.home import Home

PAGE: Final = """<!doctype html><title>Elsewhere</title>
<form id="form" method="post" action="{at}{path}" target="{target}">
<input name="decision" value="approve"><input name="version" value="1">
<input name="gate" value="legal-review">
<input name="token" value="{token}"></form>
<iframe name="within" id="within"></iframe>
<img id="image" src="{at}/cases/1146A-22"><script src="{at}/cases/1146A-22.json"></script>
<link rel="stylesheet" href="{at}/static/desk.css">
"""
READS: Final = """async ([at, way]) => {
  try {
    const answer = await fetch(at + "/cases/1146A-22.json", way);
    return answer.type === "opaque" ? "opaque" : await answer.text();
  } catch (error) { return "refused"; }
}"""
ASKS_OFTEN: Final = """async (at) => {
  const asked = [...Array(70).keys()].flatMap((number) => [
    fetch(`${at}/sign-in?${number}`, { mode: "no-cors" }).catch(() => null),
    new Promise((done) => {
      const picture = new Image();
      picture.onerror = picture.onload = done;
      picture.src = `${at}/sign-in/on?${number}`;
    }),
    new Promise((done) => {
      const frame = document.createElement("iframe");
      frame.onload = frame.onerror = done;
      frame.src = `${at}/invitation/none?${number}`;
      document.body.append(frame);
    }),
  ]);
  await Promise.all(asked);
}"""
FETCHES_AHEAD: Final = """<!doctype html><title>Elsewhere</title>
<script type="speculationrules">
{{"prefetch": [{{"source": "list", "eagerness": "immediate", "urls": [{urls}]}}]}}
</script>
"""
"""No click is needed, and each of them says of itself that nobody led here."""
WAYS: Final = (
    {"credentials": "include"},
    {"credentials": "include", "mode": "no-cors"},
    {"credentials": "include", "method": "POST", "mode": "no-cors", "body": "token=x"},
    {"credentials": "include", "headers": {"X-Requested-With": "x"}},
)


@contextmanager
def another_place(text: str) -> Iterator[int]:
    """Serve a page on loopback; give its port."""

    class Serves(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Serves)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_another_page_of_the_browser_reads_and_does_nothing(
    name: str, person: Callable[..., Person], home: Home, command: Desk, at: str
) -> None:
    someone = person("legal-reviewer")
    someone.goes("/cases/1146A-22/decide/test")
    token = someone.page.locator("input[name=token]").first.input_value()
    for path in ("/cases/1146A-22/decide/test", "/sign-out", "/me/sessions"):
        for target in ("_self", "within"):
            # Even with the token, which it cannot read.
            text = PAGE.format(at=at, path=path, target=target, token=token)
            with another_place(text) as port:
                other = someone.context.new_page()
                other.goto(f"http://{name}:{port}/")
                for way in WAYS:
                    assert other.evaluate(READS, [at, way]) == "refused"
                assert other.evaluate("document.getElementById('image').naturalWidth") == 0
                with other.expect_response(f"{at}{path}") as answered:
                    other.evaluate("document.getElementById('form').submit()")
                assert answered.value.status == 403
                other.close()
    # Whoever opens the desk has no hold of it.
    with another_place("<!doctype html><title>Elsewhere</title>") as port:
        other = someone.context.new_page()
        other.goto(f"http://{name}:{port}/")
        opening = f"window.desk = window.open('{at}/cases/1146A-22'); true"
        with someone.context.expect_page() as opened:
            other.evaluate(opening)
        opened.value.wait_for_load_state()
        opened.value.wait_for_function("window.opener === null", timeout=60_000)
        other.wait_for_function("window.desk.closed", timeout=60_000)
    assert command.document(CASE, "test")["approvals"] == []
    someone.goes("/")
    assert someone.heading == "Waiting"
    assert passes_audit(home)
    someone.problems.clear()  # the browser says why


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_nothing_is_fetched_ahead_for_another_page_as_if_somebody_had_asked_for_it(
    name: str, person: Callable[..., Person], at: str
) -> None:
    someone, ahead = person(), [f"{at}/invitation/none?{number}" for number in range(30)]
    text = FETCHES_AHEAD.format(urls=", ".join(f'"{each}"' for each in ahead))
    with another_place(text) as port:
        other = someone.context.new_page()
        ended: list[str] = []
        for event in ("requestfinished", "requestfailed"):
            other.on(event, lambda each: ended.append(each.url))
        other.goto(f"http://{name}:{port}/")
        while not {*ahead} <= {*ended}:
            other.wait_for_timeout(50)
        other.close()

    answer = someone.page.goto(f"{at}/invitation/none")

    assert answer
    assert answer.status == 404  # and not 429
    someone.problems.clear()


@pytest.mark.exhaustive
def test_another_page_of_the_browser_keeps_nobody_from_signing_in(
    person: Callable[..., Person], at: str
) -> None:
    someone = person()
    with another_place("<!doctype html><title>Elsewhere</title><body>") as port:
        other = someone.context.new_page()
        other.goto(f"http://localhost:{port}/")
        other.evaluate(ASKS_OFTEN, at)
        other.close()
    statuses = []
    for path in ("/sign-in", "/invitation/none"):
        answer = someone.page.goto(f"{at}{path}")
        statuses.append(answer and answer.status)
    assert statuses == [200, 404]
    someone.problems.clear()
