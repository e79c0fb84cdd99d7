"""``netwright data``: lists, descriptions, and fetching from a server on the loopback interface."""

from __future__ import annotations

import gzip
import hashlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest

from runtime.data import names
from runtime.data.owned import Download
from runtime.data.sets.mnist import Mnist

CONTENT = gzip.compress(np.random.default_rng(0).bytes(299_952), 0, mtime=0)  # 300,000 bytes
NAME = "train-images-idx3-ubyte.gz"
AGAIN = "what you delete there is fetched again"


@dataclass
class Server:
    """Serves CONTENT under any name; breaks off after so many bytes, if asked to, and notes what was asked for."""

    url: str = ""
    content: bytes = CONTENT
    breaks_after: int | None = None
    knows_ranges: bool = True
    status: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        wanted = request.headers.get("Range", "")
        self.asked.append((request.path, wanted))
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.knows_ranges else 0
        if self.status or start >= len(self.content):
            request.send_error(self.status or 416)
            return
        body = self.content[start:]
        request.send_response(206 if start else 200)
        if start:
            request.send_header("Content-Range", f"bytes {start}-{len(self.content) - 1}/{len(self.content)}")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body[: self.breaks_after])


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.answer(self)

        def log_message(self, *words: Any) -> None:
            pass

    serving = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=serving.serve_forever, args=(0.01,))
    thread.start()
    found.url = f"http://127.0.0.1:{serving.server_port}"
    yield found
    serving.shutdown()
    thread.join()
    serving.server_close()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder; what mnist needs is one file."""
    file = Download(f"http://nowhere.invalid/{NAME}", hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
    monkeypatch.setattr(Mnist, "downloads", (file,))
    monkeypatch.setenv("NETWRIGHT_DATA", str(tmp_path / "data"))
    for proxy in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(proxy, raising=False)
    return tmp_path / "data" / "mnist"


def test_a_file_is_fetched_once(run: Any, server: Server, place: Path) -> None:
    done = run("data", "fetch", "mnist", "--from", f"{server.url}/files/")
    assert (done.code, done.out) == (0, "") and (place / NAME).read_bytes() == CONTENT
    assert done.err == f"Fetching {NAME} (0.3 MB) …\nmnist is in {place}: 1 file fetched, their checksums right.\n"
    assert run("data", "fetch", "mnist", "--from", server.url).err == f"All of mnist is in {place} already; {AGAIN}.\n"
    assert server.asked == [(f"/files/{NAME}", "")] and [path.name for path in place.iterdir()] == [NAME]


def test_a_damaged_file_is_fetched_again_and_kept(run: Any, server: Server, place: Path) -> None:
    place.mkdir(parents=True)
    (place / NAME).write_bytes(b"damaged")
    done = run("data", "fetch", "mnist", "--from", server.url)
    assert done.code == 0 and (place / NAME).read_bytes() == CONTENT
    assert (place / "train-images-idx3-ubyte.old1.gz").read_bytes() == b"damaged"
    assert done.err.startswith(f"{NAME} is damaged: it is fetched again, and what is there now is kept beside it.\n")
    assert run("data", "fetch", "mnist", "--from", server.url).err == f"All of mnist is in {place} already; {AGAIN}.\n"


@pytest.mark.parametrize("name", [NAME, NAME.removesuffix(".gz")])
def test_what_was_unpacked_or_packed_by_others_stays(run: Any, server: Server, place: Path, name: str) -> None:
    place.mkdir(parents=True)
    (place / name).write_bytes(gzip.compress(b"packed anew") if name == NAME else b"unpacked")
    told = run("data", "fetch", "mnist", "--from", server.url)
    assert told.code == 0 and told.err.endswith("already; what you delete there is fetched again.\n")
    assert not server.asked and [path.name for path in place.iterdir()] == [name]


@pytest.mark.parametrize("knows_ranges", [True, False])
def test_a_broken_download_goes_on_where_it_stopped(run: Any, server: Server, place: Path, knows_ranges: bool) -> None:
    server.breaks_after, server.knows_ranges = 100_000, knows_ranges
    broken = run("data", "fetch", "mnist", "--from", server.url)
    wanted = "broke off after 100,000 of 300,000 bytes: fetch it again, and it goes on from there."
    assert broken.code == 1 and broken.err.splitlines()[1] == f"The download of {server.url}/{NAME} {wanted}"
    assert [path.name for path in place.iterdir()] == [f"{NAME}.part"]
    if knows_ranges:
        again = run("data", "fetch", "mnist", "--from", server.url)
        assert "broke off after 200,000 of 300,000 bytes" in again.err
    server.breaks_after = None
    assert run("data", "fetch", "mnist", "--from", server.url).code == 0
    assert (place / NAME).read_bytes() == CONTENT and not (place / f"{NAME}.part").exists()
    ranges = [asked for _, asked in server.asked]
    assert ranges == (["", "bytes=100000-", "bytes=200000-"] if knows_ranges else ["", "bytes=100000-"])


@pytest.mark.parametrize("content", [CONTENT[:-1] + b"?", CONTENT + b"more"])
def test_another_file_than_the_official_one_is_thrown_away(run: Any, server: Server, place: Path, content: bytes) -> None:
    server.content = content
    refused = run("data", "fetch", "mnist", "--from", server.url)
    wanted = f"What came from {server.url}/{NAME} has the checksum "
    official = hashlib.sha256(CONTENT).hexdigest()[:12]
    end = f"…, and {NAME} has {official}…: it was thrown away; fetch it again, or from elsewhere with --from."
    assert refused.code == 1 and refused.err.splitlines()[1].startswith(wanted) and refused.err.rstrip().endswith(end)
    assert not list(place.iterdir())
    server.content = CONTENT
    assert run("data", "fetch", "mnist", "--from", server.url).code == 0


def test_a_beginning_that_was_another_files_does_not_spoil_it(run: Any, server: Server, place: Path) -> None:
    place.mkdir(parents=True)
    (place / f"{NAME}.part").write_bytes(b"x" * 1000)
    assert run("data", "fetch", "mnist", "--from", server.url).code == 1
    assert run("data", "fetch", "mnist", "--from", server.url).code == 0
    (place / NAME).unlink()
    (place / f"{NAME}.part").write_bytes(CONTENT + b"more")  # longer than it should ever be
    assert run("data", "fetch", "mnist", "--from", server.url).code == 0
    (place / NAME).rename(place / f"{NAME}.part")  # whole, and not yet checked
    server.asked.clear()
    assert run("data", "fetch", "mnist", "--from", server.url).code == 0 and not server.asked


def test_a_server_whose_file_is_shorter_than_what_is_here(run: Any, server: Server, place: Path) -> None:
    server.content, server.breaks_after = CONTENT[:50], None
    place.mkdir(parents=True)
    (place / f"{NAME}.part").write_bytes(CONTENT[:100])
    assert "broke off after 50 of 300,000 bytes" in run("data", "fetch", "mnist", "--from", server.url).err
    assert [asked for _, asked in server.asked] == ["bytes=100-", ""]


@pytest.mark.parametrize(("status", "what"), [
    (404, "is not there (404 Not Found)"), (403, "was refused (403 Forbidden)"),
    (500, "was refused (500 Internal Server Error)"),
])  # fmt: skip
def test_servers_that_refuse(run: Any, server: Server, place: Path, status: int, what: str) -> None:
    server.status = status
    refused = run("data", "fetch", "mnist", "--from", server.url)
    cure = "give another address with --from, or put the file there yourself."
    assert (refused.code, refused.err.splitlines()[1:]) == (1, [f"{server.url}/{NAME} {what}: {cure}"])
    assert not list(place.iterdir())


def test_offline(run: Any, place: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    refused = run("data", "fetch", "mnist", "--from", url)
    cure = "check the connection, or give another address with --from."
    assert refused.err.splitlines()[1:] == [f"{url}/{NAME} cannot be reached (Connection refused): {cure}"]


def test_addresses_that_are_none(run: Any, place: Path) -> None:
    for url in ("file:///etc", "example.org"):
        refused = run("data", "fetch", "mnist", "--from", url)
        wanted = f"‘{url}’ is no address to fetch from: give one that begins with http:// or https://."
        assert refused.code == 1 and refused.err.splitlines()[1:] == [wanted] and not place.exists()


def test_a_folder_that_cannot_be_made(run: Any, server: Server, place: Path) -> None:
    place.parent.write_text("a file")
    refused = run("data", "fetch", "mnist", "--from", server.url)
    assert refused.code == 1 and refused.err.splitlines()[1].startswith(f"{place / NAME} cannot be written: ")


def test_what_needs_no_fetching(run: Any) -> None:
    wanted = "Dataset ‘digits’ needs no fetching: use it as it is (what can be fetched: cifar10, fashion-mnist, mnist).\n"
    assert run("data", "fetch", "digits").err == wanted
    assert run("data", "fetch", "mnits").err == "There is no dataset called ‘mnits’: did you mean ‘mnist’?\n"


def test_the_list_has_every_dataset_under_its_heading(run: Any) -> None:
    lines = run("data", "list").out.splitlines()
    assert [line.split()[0] for line in lines if line.startswith("  ")] == list(names())
    assert lines[0] == "Pictures" and all(len(line) <= 90 for line in lines)
    assert lines[lines.index("From the lectures") + 5].split() == ["mazur", "2", "2", "numbers", "Mazur’s", "example"]
    found = run("data", "list", "--json").json
    assert [each["name"] for each in found] == list(names()) and found[0]["group"] == "Pictures"


def test_what_a_dataset_is(run: Any, place: Path) -> None:
    lines = run("data", "info", "mnist").out.splitlines()
    assert lines[0] == "mnist: MNIST (70,000 handwritten digits)"
    assert "target    10 classes: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9" in lines
    assert f"folder    {place} (lacks {NAME}; netwright data fetch mnist)" in lines
    lines = run("data", "info", "shapes:size=64").out.splitlines()
    assert "target    4 classes, one for each of 64×64 places: background, disc, square, triangle" in lines
    assert "options   size=64  Width and height of the pictures. From 8 to 512; at first 32." in lines
    (large,) = [line for line in run("data", "info", "synthetic-imagenet").out.splitlines() if line.startswith("target")]
    assert large.startswith("target    1,000 classes: class 0, ") and large.endswith("class 19, …")


def test_the_same_as_json(run: Any, place: Path, tmp_path: Path) -> None:
    found = run("data", "info", "mnist", "--json").json
    assert found["sample_shape"] == [1, 28, 28] and found["folder"] == str(place) and found["licence"] == "CC BY-SA 3.0"
    (file,) = found["files"]
    assert (file["name"], file["size"], file["missing"]) == (NAME, 300_000, True)
    found = run("data", "info", "temperature:days=50", "--json").json
    assert found["options"][0]["name"] == "days" and found["train_size"] == 40 and found["files"] == []
    np.savez(tmp_path / "a.npz", samples=np.ones((20, 2)), labels=np.arange(20) % 2)
    found = run("data", "info", "a.npz", "--json").json
    assert found["train_size"] == 14 and found["group"] is None and found["name"] == str(tmp_path / "a.npz")


def test_the_addresses_are_whole_and_the_checksums_are_such() -> None:
    from runtime.data.registry import resolve

    for name in ("mnist", "fashion-mnist", "cifar10"):
        for file in resolve(name)[0].downloads:
            assert file.url.startswith("http") and len(bytes.fromhex(file.sha256)) == 32 and file.size > 4000
