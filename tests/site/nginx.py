"""nginx on a port of this machine, set up as `deploy/nginx.conf` says; for tests, and for `make bench`."""

import re
import shutil
import subprocess
from pathlib import Path

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
HOST = "www.example.org"
CONF = Path(__file__).resolve().parents[2] / "deploy" / "nginx.conf"
HAS_IPV6 = "00000000000000000000000000000001 " in (
    Path("/proc/net/if_inet6").read_text() if Path("/proc/net/if_inet6").exists() else ""
)
MAIN = """
daemon off;
user root;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
    include /etc/nginx/mime.types;
    sendfile on;  # this and the next as Debian has it
    tcp_nopush on;
    gzip on;  # more than Debian has: what is packed is not to be packed again
    gzip_types *;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


def start(data: Path, port: int, redirecting_port: int, site_port: int, more: str = "") -> subprocess.Popen:
    """nginx before a site that keeps its data in `data`, over plain http; `more` stands in its server block."""
    conf = re.sub(r"\n *(ssl_\S+ |add_header Strict).*", "", CONF.read_text())
    conf = conf.replace("report-to csp; ", "")  # of HTTPS
    conf = conf.replace("    server_name www.example.org;", f"    server_name www.example.org;\n{more}")
    conf = conf.replace(" ssl http2", "")
    return start_with(conf, data, port, redirecting_port, site_port)


def start_with(conf: str, data: Path, port: int, redirecting_port: int, site_port: int) -> subprocess.Popen:
    """nginx with `conf`, of which only places are made others."""
    conf = conf.replace("/var/lib/resoc-acme", str(data / "acme")).replace("/var/lib/resoc", str(data))
    conf = conf.replace("/var/log/nginx", str(data))
    if HAS_IPV6:
        conf = conf.replace("[::]:80", f"[::1]:{redirecting_port}").replace("[::]:443", f"[::1]:{port}")
    else:
        conf = re.sub(r"\n *listen \[::\].*", "", conf)
    conf = conf.replace("listen 80", f"listen 127.0.0.1:{redirecting_port}")
    conf = conf.replace("listen 443", f"listen 127.0.0.1:{port}")
    conf = conf.replace("127.0.0.1:8000", f"127.0.0.1:{site_port}")
    (data / "site.conf").write_text(conf)
    (data / "nginx.conf").write_text(MAIN.format(folder=data))
    command = [NGINX, "-p", data, "-c", data / "nginx.conf"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
