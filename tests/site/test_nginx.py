"""The site behind nginx as `deploy/nginx.conf` sets it up: as quick, and as exact, as it says."""

import http.client
import re
import socket
import ssl
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree

import pytest

from tests.conftest import ROOT, Served, free_port, serving
from tests.site import nginx
from tests.site.nginx import HOST

BARE = "example.org"
SECONDS = 180  # at most, for what takes a few
PUBLISH = """
from priorities.models import Theme
from publishing.workflow import publish
theme = Theme.objects.order_by("pk")[0]
theme.title_nl = "Zonet veranderd"
theme.save()
publish(theme, None)
"""

pytestmark = [pytest.mark.skipif(not Path(nginx.NGINX).exists(), reason="needs nginx"), pytest.mark.server]


class Site:
    """A site with nginx before it, both on ports of this machine."""

    def __init__(self, data: Path, served: Served) -> None:
        self.data, self.served, self.port = data, served, free_port()
        self.own_port = int(served.environment["PORT"])

    def answers(self) -> bool:
        try:
            return self.get("/healthz").status == 200
        except OSError:
            return False

    def publish(self) -> None:
        self.run(PUBLISH)

    def run(self, code: str) -> None:
        command = [sys.executable, ROOT / "manage.py", "shell", "-v0", "-c", code]
        subprocess.run(command, env=self.served.environment, check=True)  # noqa: S603

    def get(self, path: str, port: int = 0, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=10)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, headers={"Host": HOST, **named})
            answer = connection.getresponse()
            answer.body = answer.read()
        finally:
            connection.close()
        return answer

    def wait(self, holds) -> None:
        end = time.monotonic() + SECONDS
        while not holds():
            assert time.monotonic() < end, "it did not come"
            time.sleep(0.01)

    def shown(self, path: str) -> bool:
        return (self.data / f"public/pages/live/http/{HOST}{path}index.html").exists()


@pytest.fixture(scope="module")
def site(prepared, tmp_path_factory):
    data = copytree(prepared, tmp_path_factory.mktemp("nginx") / "data")
    with serving(data, ALLOWED_HOSTS=f"{HOST},127.0.0.1", TRUSTED_PROXY_COUNT="1", WEB_CONCURRENCY="2") as served:
        site = Site(data, served)
        front = nginx.start(data, site.port, free_port(), site.own_port)
        try:
            site.wait(site.answers)
            site.get("/")
            site.wait(lambda: site.shown("/themas/") and site.shown("/fr/"))
            yield site
        finally:
            front.terminate()
            front.wait(10)


def by_nginx(answer) -> bool:
    return re.fullmatch(r'"[0-9a-f]{8}-[0-9a-f]+"', answer.headers["ETag"] or "") is not None  # a time and a size


@pytest.mark.parametrize("path", ["/", "/fr/", "/themas/"])
@pytest.mark.parametrize("accepts", ["identity", "gzip, deflate", "gzip, deflate, br"])
def test_nginx_says_of_a_page_what_the_site_says_of_it(site, path, accepts):
    asked = {"Accept_Encoding": accepts}
    there = site.get(path, port=site.own_port, **asked)
    here = site.get(path, **asked)
    assert by_nginx(here)
    assert not by_nginx(there)
    assert here.body == there.body
    of_a_server = {"Server", "Date", "Connection", "ETag", "Accept-Ranges", "Last-Modified"}
    said = [{name: value for name, value in each.headers.items() if name not in of_a_server} for each in (here, there)]
    assert said[0] == said[1]


def test_who_refuses_an_encoding_does_not_get_it(site):
    assert site.get("/", Accept_Encoding="br;q=0, gzip;q=0.0").headers["Content-Encoding"] is None
    assert site.get("/", Accept_Encoding="br;q=0, gzip").headers["Content-Encoding"] == "gzip"
    assert site.get("/", Accept_Encoding="xbr").headers["Content-Encoding"] is None


def test_who_has_the_page_gets_304(site):
    etag = site.get("/").headers["ETag"]
    assert site.get("/", If_None_Match=etag).status == 304


@pytest.mark.parametrize("headers", [{"Cookie": "sessionid=abc"}, {"Cookie": "a=b; __Host-sessionid=abc"}])
def test_who_is_signed_in_is_answered_by_the_site(site, headers):
    assert "ETag" not in site.get("/", **headers).headers


@pytest.mark.parametrize(
    ("path", "status"),
    [("/?page=2", 200), ("/themas", 301), ("/zoeken/?q=x", 200), ("/nergens/", 404), ("/../etc/passwd", 400)],
)
def test_all_else_is_answered_by_the_site(site, path, status):
    answer = site.get(path)
    assert answer.status == status
    assert not by_nginx(answer)


@pytest.mark.parametrize("method", ["POST", "PUT", "OPTIONS", "PURGE"])
@pytest.mark.parametrize("path", ["/", "/fr/themas%3F/"])
def test_what_does_not_ask_for_a_page_reaches_the_site_as_it_came(site, method, path):
    there, here = (site.get(path, port=port, method=method) for port in (site.own_port, 0))
    assert (here.status, here.headers["Allow"], here.body) == (there.status, there.headers["Allow"], there.body)


def test_the_head_of_a_page_is_answered_by_nginx(site):
    assert by_nginx(site.get("/", method="HEAD"))


@pytest.mark.parametrize("path", ["/th%65mas/", "/themas%3Fx/", "/themas/%0a/", "/fr/th%C3%A8mes/"])
def test_however_an_address_is_spelt_nginx_answers_as_the_site_would(site, path):
    there, here = (site.get(path, port=port) for port in (site.own_port, 0))
    assert (here.status, here.body) == (there.status, there.body)


def test_pages_that_nginx_may_not_read_come_from_the_site(site):
    page = site.data / f"public/pages/live/http/{HOST}/themas/index.html"
    page.unlink()
    page.symlink_to(page)  # as little to be read as a page of somebody else, also by root
    assert site.get("/themas/").status == 200


@pytest.mark.parametrize("path", ["/themas", "/nergens/", "/../etc/passwd", "/static/nergens.css"])
def test_a_redirect_or_an_error_is_kept_by_no_browser_whoever_makes_it(site, path):
    assert site.get(path).headers.get_all("Cache-Control") in (["no-cache"], ["no-store"])


def test_style_sheets_are_files_for_ever(site):
    path = re.search(rb'href="(/static/css/[^"]+)"', site.get("/").body)[1].decode()
    answer = site.get(path, Accept_Encoding="gzip")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Type"].startswith("text/css")


PORTRAIT = """
from io import BytesIO
from django.core.files.base import ContentFile
from PIL import Image
from publishing.workflow import publish
from staff.models import StaffMember
data = BytesIO()
Image.new("RGB", (80, 120), "red").save(data, "JPEG")
member = StaffMember.objects.get(slug="johan-halsberghe")
member.photo.save("ik.jpg", ContentFile(data.getvalue()), save=True)
member.shows_photo = True
member.save()
publish(member, None)
"""
WITHOUT = """
from publishing.workflow import publish
from staff.models import StaffMember
member = StaffMember.objects.get(slug="johan-halsberghe")
member.photo = ""
member.save()
publish(member, None)
"""


def test_a_picture_comes_from_nginx_and_is_gone_when_it_is_withdrawn(site):
    site.run(PORTRAIT)
    page = site.get("/contact/johan-halsberghe/").body.decode()
    path = re.search(r"/media/variants/[^ \"]+\.(?:avif|webp|jpg)", page)[0]
    site.wait(lambda: site.get(path).status == 200 and by_nginx(site.get(path)))
    here, there = site.get(path), site.get(path, port=site.own_port)
    assert by_nginx(here)
    assert here.body == there.body
    of_a_server = {"Server", "Date", "Connection", "ETag", "Accept-Ranges", "Content-Disposition"}
    of_a_server |= {"Content-Language", "Vary", "Reporting-Endpoints"}  # which say nothing of a picture
    said = [{name: value for name, value in each.headers.items() if name not in of_a_server} for each in (here, there)]
    assert said[0] == said[1]
    assert site.get(path, If_None_Match=here.headers["ETag"]).status == 304
    assert site.get(path, method="POST").status == site.get(path, method="POST", port=site.own_port).status
    site.run(WITHOUT)
    assert site.get(path).status == 404


def test_a_publication_is_visible_at_once_and_nginx_serves_it_again_soon(site):
    assert b"Zonet veranderd" not in site.get("/themas/").body
    site.publish()
    assert b"Zonet veranderd" in site.get("/themas/").body
    site.wait(lambda: by_nginx(site.get("/themas/")))
    assert b"Zonet veranderd" in site.get("/themas/").body


def test_without_the_site_nginx_goes_on_with_what_there_is_and_keeps_nothing_of_who_asks(site):
    site.served.program.terminate()
    site.served.program.wait(10)
    assert b"Zonet veranderd" in site.get("/themas/").body
    answer = site.get("/zoeken/?q=heel-geheim")
    assert answer.status == 502
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers.get_all("Cache-Control") == ["no-cache"]
    for words in ("even weg", "momentanément indisponible", "away for a moment"):
        assert words in answer.body.decode()
    said = (site.data / "error.log").read_text()
    assert "heel-geheim" not in said
    assert "client: " not in said


# nginx alone, with nothing behind it


@contextmanager
def alone(folder: Path, change=lambda conf: conf):
    """The ports of an nginx with what `deploy/nginx.conf` says, TLS included, once `change` is done to that."""
    certificate(folder)
    conf = change(nginx.CONF.read_text()).replace("/etc/resoc/tls", str(folder))
    port, plain = free_port(), free_port()
    front = nginx.start_with(conf, folder, port, plain, free_port())
    try:
        end = time.monotonic() + SECONDS
        while front.poll() is None and time.monotonic() < end:
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.01)
        assert front.poll() is None, (folder / "error.log").read_text()
        yield port, plain
    finally:
        front.terminate()
        front.wait(10)


def certificate(folder: Path) -> None:
    """A certificate that nobody vouches for, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1)
    made = made.not_valid_before(datetime.now(UTC) - timedelta(days=1))
    made = made.not_valid_after(datetime.now(UTC) + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
    pem = serialization.Encoding.PEM
    (folder / "fullchain.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(pem))
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "privkey.pem").write_bytes(key.private_bytes(pem, *private))


def ask(port: int, path: str = "/", method: str = "GET", server: str = HOST, host: str = HOST, **options):
    """What is answered over TLS to a client that asks for the certificate of `server`, and then for `host`."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    for name, value in options.items():
        if name != "length":
            setattr(context, name, value)
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    connection.sock = context.wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname=server)
    with closing(connection):
        connection.putrequest(method, path, skip_host=True)
        connection.putheader("Host", host)
        if "length" in options:
            connection.putheader("Content-Length", str(options["length"]))
        connection.endheaders()
        version = connection.sock.version()
        answer = connection.getresponse()
        answer.body, answer.tls = answer.read().decode(), version
    return answer


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_only_tls_of_today_is_spoken(tmp_path):
    with alone(tmp_path) as (port, _plain):
        for version, name in ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
            answer = ask(port, minimum_version=version, maximum_version=version)
            assert (answer.tls, answer.status) == (name, 502)
        for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            with pytest.raises((ssl.SSLError, ConnectionError)):
                ask(port, minimum_version=version, maximum_version=version)


def test_nobody_is_answered_under_another_name(tmp_path):
    with alone(tmp_path) as (port, plain):
        with pytest.raises((ssl.SSLError, ConnectionError)):  # it has no certificate for that name
            ask(port, server="evil.example", host="evil.example")
        for host in ("evil.example", "localhost", "127.0.0.1"):
            with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
                ask(port, host=host)
            with closing(http.client.HTTPConnection("127.0.0.1", plain, timeout=10)) as connection:
                connection.request("GET", "/", headers={"Host": host})
                if host:
                    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
                        connection.getresponse()
        with closing(http.client.HTTPConnection("127.0.0.1", plain, timeout=10)) as connection:
            connection.request("GET", "/zoeken/?q=x", headers={"Host": HOST})
            answer = connection.getresponse()
            assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/zoeken/?q=x")
            assert answer.headers["Server"] == "nginx"


def plainly(port: int, path: str, host: str, address: str = "127.0.0.1") -> http.client.HTTPResponse:
    with closing(http.client.HTTPConnection(address, port, timeout=10)) as connection:
        connection.request("GET", path, headers={"Host": host})
        answer = connection.getresponse()
        answer.body = answer.read()
    return answer


def test_the_bare_name_leads_to_the_site_with_and_without_tls(tmp_path):
    with alone(tmp_path) as (port, plain):
        answers = [plainly(plain, "/fr/?a=b", "example.org"), ask(port, "/fr/?a=b", server=BARE, host=BARE)]
    for answer in answers:
        assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/fr/?a=b")


@pytest.mark.parametrize("host", [HOST, "example.org"])
def test_what_the_authority_of_the_certificate_asks_for_is_a_file_and_nothing_else_is(tmp_path, host):
    folder = tmp_path / "acme" / ".well-known" / "acme-challenge"
    folder.mkdir(parents=True)
    (folder / "token").write_text("answer")
    (tmp_path / "acme" / "other").write_text("secret")
    with alone(tmp_path) as (_port, plain):
        assert plainly(plain, "/.well-known/acme-challenge/token", host).body == b"answer"
        assert plainly(plain, "/.well-known/acme-challenge/nothing", host).status == 404
        assert plainly(plain, "/.well-known/acme-challenge/../../other", host).status == 301


def test_the_site_is_reached_over_ipv6_too(tmp_path):
    lines = re.findall(r"^ *listen (\[::\]:)?(\S.*);", nginx.CONF.read_text(), re.MULTILINE)
    both = [{rest for six, rest in lines if bool(six) is is_six} for is_six in (True, False)]
    assert both[0] == both[1]
    if nginx.HAS_IPV6:  # else it is seen in the file alone
        with alone(tmp_path) as (_port, plain):
            assert plainly(plain, "/", HOST, "::1").status == 301


def test_what_nginx_refuses_itself_is_said_in_three_languages_and_kept_nowhere(tmp_path):
    def strict(conf: str) -> str:
        assert "rate=30r/s" in conf
        return re.sub(r"rate=\d+r/s", "rate=1r/m", re.sub(r"burst=\d+", "burst=2", conf))

    with alone(tmp_path, strict) as (port, _plain):
        large = ask(port, "/admin/", method="POST", length=33_000_000)
        statuses = [ask(port, "/zoeken/?q=heel-geheim").status for _time in range(6)]
        refused = ask(port, "/zoeken/?q=heel-geheim")
        page = ask(port, "/static/css/site.0123456789ab.css")
    assert (large.status, statuses.count(429) >= 3, refused.status, page.status) == (413, True, 429, 429)
    for answer, words in ((large, "te groot|trop grand|too large"), (refused, "Wacht even|Patientez|Wait a moment")):
        assert re.findall(words, answer.body) == words.split("|")
        assert answer.headers["Server"] == "nginx"
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert (tmp_path / "error.log").read_text() == ""
