"""The desk behind nginx with TLS, by the configuration in deploy/."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import time
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from desk_builders import a_signer, an_officer

from flows.casework import acts
from flows.casework.office import open_office
from flows.files import folder
from flows.register.signature import SESSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flows.home import Home

HOST: Final = "foi.example.gov.uk"


def a_free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def certify(place: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (place / "desk.crt").write_bytes(certificate.public_bytes(pem))
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (place / "desk.key").write_bytes(private)


@contextmanager
def nginx(place: Path, desk: str, port: int, plain: int) -> Iterator[None]:
    """Run nginx with the example, its host and paths those of the test, and a log of what it was asked."""
    certify(place)
    text = with_changes(
        "nginx-desk.conf",
        ("/etc/equipoise/tls", str(place)),
        ("127.0.0.1:8420", f"127.0.0.1:{desk.rpartition(':')[2]}"),
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("listen 80", f"listen 127.0.0.1:{plain}"),
        ("access_log off", f"access_log {place}/access.log"),
    )
    paths = "".join(
        f"{name}_temp_path {place}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = f"daemon off;\npid {place}/pid;\nevents {{}}\nhttp {{\n{paths}{text}}}\n"
    with running(place, whole, port):
        yield


def with_changes(file: str, *changes: tuple[str, str]) -> str:
    """Return a configuration of ``deploy/`` with what is of the test in it."""
    text = (folder("deploy") / file).read_text(encoding="utf-8")
    for said, here in changes:
        assert said in text
        text = text.replace(said, here)
    return text


@contextmanager
def running(place: Path, text: str, port: int) -> Iterator[None]:
    """Run nginx with a configuration."""
    (place / "nginx.conf").write_text(text, encoding="utf-8")
    found = shutil.which("nginx") or "/usr/sbin/nginx"
    call = [found, "-c", str(place / "nginx.conf"), "-e", str(place / "error.log"), "-p", str(place)]
    with subprocess.Popen(call) as process:
        try:
            for _ in range(200):
                with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                time.sleep(0.05)
            yield
        finally:
            process.terminate()


def test_behind_tls_people_sign_in_and_no_one_enters_as_in_the_sample(
    home: Home, at: str, tmp_path: Path
) -> None:
    port, plain = a_free_port(), a_free_port()
    origin = f"https://{HOST}:{port}"
    with open_office(home) as office:
        acts.change_desk(office, an_officer(home, "administrator"), [origin])
    place = tmp_path / "nginx"
    place.mkdir()
    with nginx(place, at, port, plain):
        trust = ssl.create_default_context(cafile=str(place / "desk.crt"))
        headers = {"Host": f"{HOST}:{port}", "Origin": origin}
        with httpx.Client(base_url=f"https://127.0.0.1:{port}", verify=trust, headers=headers) as client:
            asks = {"sni_hostname": HOST}
            page = client.get("/sign-in.json", extensions=asks)
            assert page.status_code == 404
            page = client.get("/sign-in", extensions=asks)
            assert (page.status_code, "Sign in as" in page.text) == (200, False)
            assert "max-age" in page.headers["strict-transport-security"]
            content = page.text.partition("<pre>")[2].partition("</pre>")[0].replace("&#34;", '"')
            challenge = page.text.partition('name="challenge" value="')[2].partition('"')[0]
            signed = a_signer(home, "legal-reviewer").sign(content.encode(), SESSION)
            form = {"challenge": challenge, "signature": signed, "next": "/"}
            entered = client.post("/sign-in", data=form, extensions=asks)
            assert entered.status_code == 303, entered.text
            cookie = entered.headers["set-cookie"]
            assert cookie.startswith("__Host-desk=")
            assert {"Secure", "HttpOnly", "Path=/"} <= {each.strip() for each in cookie.split(";")}
            client.cookies.set("__Host-desk", cookie.partition("=")[2].partition(";")[0])
            assert "1146A/22" in client.get("/", extensions=asks).text
        moved = httpx.get(f"http://127.0.0.1:{plain}/cases", headers={"Host": HOST})
        assert (moved.status_code, moved.headers["location"]) == (301, f"https://{HOST}/cases")


def test_the_door_of_the_container_answers_probes_and_tells_figures_to_whoever_has_the_token(
    home: Home, at: str, tmp_path: Path
) -> None:
    place, port, own = tmp_path / "door", a_free_port(), at.rpartition(":")[2]
    place.mkdir()
    certify(place)
    text = with_changes(
        "container/nginx.conf",
        ("listen 8443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("/etc/nginx/tls/tls", str(place / "desk")),
        ("127.0.0.1:8420", f"127.0.0.1:{own}"),
        ("localhost:8420", f"localhost:{own}"),
        ("/tmp/", f"{place}/"),  # noqa: S108 - as the file has it
        ("worker_processes 1;", "daemon off;\nworker_processes 1;"),
    )
    (home.root / "settings.toml").write_text('[metrics]\ntoken = "token"\n')
    (home.root / "token").write_text("zeppelin")
    (home.root / "token").chmod(0o600)
    trust = ssl.create_default_context(cafile=str(place / "desk.crt"))
    asks = {"sni_hostname": HOST}
    with (
        running(place, text, port),
        # As a probe asks: by the address of the pod, which is no name of the desk.
        httpx.Client(
            base_url=f"https://127.0.0.1:{port}", verify=trust, headers={"Host": "10.0.0.7"}
        ) as client,
    ):
        assert client.get("/health", extensions=asks).status_code == 200
        assert client.get("/", extensions=asks).status_code == 421
        assert client.get("/metrics", extensions=asks).status_code == 404
        # Whoever says that they are at this machine is not believed.
        local = {"Host": f"localhost:{own}"}
        assert client.get("/health/state", headers=local, extensions=asks).status_code == 404
        token = {"Authorization": "Bearer zeppelin"}
        said = client.get("/metrics", headers=token, extensions=asks)
        assert (said.status_code, "equipoise_entries_total" in said.text) == (200, True)
        # Somebody who announces more than nginx has places for by itself, and sends none, keeps nobody out.
        with ExitStack() as slow:
            for _ in range(600):
                plain = slow.enter_context(
                    socket.create_connection(("127.0.0.1", port), 20, ("127.0.0.2", 0))
                )
                slow.enter_context(trust.wrap_socket(plain, server_hostname=HOST)).sendall(
                    b"POST /sign-in HTTP/1.1\r\nHost: 10.0.0.7\r\nContent-Length: 9\r\n\r\n"
                )
            with httpx.Client(base_url=client.base_url, verify=trust, headers=client.headers) as another:
                assert another.get("/health", extensions=asks).status_code == 200
