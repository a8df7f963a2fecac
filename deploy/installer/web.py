"""nginx and its certificate: self-signed until certbot has one that browsers trust, and no promise of HTTPS before."""

import hashlib
import re
from pathlib import Path

from installer import checks
from installer.machine import OURS, Machine, Stop
from installer.variables import names, read

WITH_HTTP2_ON = (1, 25, 1)
TLS, SELF_SIGNED = "/etc/resoc/tls", "/etc/resoc/self-signed"
NO = ("0", "false", "no", "off")
BLOCK = r"# begin: {}\n.*?# end\n\n?"


def configuration(
    machine: Machine, template: str, name: str, port: int, *, promises: bool, others_answer: bool, has_ipv6: bool
) -> str:
    """`deploy/nginx.conf` for this site. With `others_answer`, another site answers to names that are nobody's."""
    text = re.sub(r"# `deploy/install` fills.*?\n#\n", "", template, flags=re.DOTALL)
    if others_answer:
        text = re.sub(BLOCK.format("other names"), "", text, flags=re.DOTALL)
    if len(names(name)) == 1:
        text = re.sub(BLOCK.format("bare name"), "", text, flags=re.DOTALL)
        text = text.replace(" www.example.org example.org;", " www.example.org;")
    if not has_ipv6:
        text = re.sub(r"\n *listen \[::\].*", "", text)
    if not promises:
        text = re.sub(r"\n *add_header Strict-Transport-Security.*", "", text)
    if version(machine) >= WITH_HTTP2_ON:
        text = re.sub(r"(\n *)(listen 443 ssl) http2(.*)", r"\1http2 on;\1\2\3", text)
        text = text.replace(" ssl http2", " ssl")
    text = re.sub(r"\n# (begin: .*|end)(?=\n)", "", text)
    text = text.replace("www.example.org", "\0").replace("example.org", names(name)[-1]).replace("\0", name)
    for path in ("/var/lib/resoc-acme", "/var/lib/resoc/", "/etc/resoc/tls", "/var/log/nginx"):
        text = text.replace(path, f"{machine.at(path)}{'/' if path.endswith('/') else ''}")
    return OURS + text.replace("127.0.0.1:8000", f"127.0.0.1:{port}")


def version(machine: Machine) -> tuple[int, ...]:
    """The version of nginx."""
    found = re.search(r"nginx/([\d.]+)", machine.ask("nginx", "-v")[1])
    return tuple(map(int, found[1].split("."))) if found else (0,)


def set_up(machine: Machine, template: str, name: str, port: int) -> None:
    """Let nginx serve the site; when it does not understand us, all is as it was. Raises Stop."""
    take_default_site_away(machine)
    others = any("default_server" in machine.read(path) for path in checks.other_sites(machine))
    values = read(machine)
    text = configuration(
        machine,
        template,
        name,
        port,
        promises=is_trusted(machine) and values.get("HSTS", "yes").lower() not in NO,
        others_answer=others,
        has_ipv6=checks.has_ipv6(machine),
    )
    path = machine.at("/etc/nginx/conf.d/resoc.conf")
    before = machine.read(path)
    machine.write(path, text)
    places = () if machine.is_real else ("-p", machine.root, "-c", machine.at("/etc/nginx/nginx.conf"))
    ended, said = machine.run("nginx", "-t", "-q", *places, quiet=True)
    if ended:
        if before:
            machine.write(path, before)
        else:
            machine.remove(path)
        line = next((each for each in said.splitlines() if "[emerg]" in each), said.strip().partition("\n")[0])
        raise Stop(f"nginx does not take the configuration, and is as it was: {line}")
    machine.must("nginx does not start: 'journalctl -u nginx' says why.", "systemctl", "enable", "--quiet", "nginx")
    machine.must("nginx does not start: 'journalctl -u nginx' says why.", "systemctl", "reload-or-restart", "nginx")


def take_default_site_away(machine: Machine) -> None:
    """Unlink the page that Debian's nginx shows, when nobody made another site of it; its file stays."""
    link, file = machine.at("/etc/nginx/sites-enabled/default"), machine.at("/etc/nginx/sites-available/default")
    if not link.is_symlink() or link.resolve() != file.resolve() or not file.exists():
        return
    digest = hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()  # as dpkg keeps them
    said = machine.ask("dpkg-query", "-W", "-f=${Conffiles}\n", "nginx-common", "nginx")[1]
    if f"/etc/nginx/sites-available/default {digest}" in said:
        machine.remove(link)


def is_trusted(machine: Machine) -> bool:
    """Whether the certificate is another than the one that we signed ourselves."""
    folder = machine.at(TLS)
    return folder.exists() and folder.resolve() != machine.at(SELF_SIGNED).resolve()


def sign_ourselves(machine: Machine, name: str) -> None:
    """Make a certificate that nobody vouches for, so that nginx can start, where there is none."""
    folder, link = machine.at(SELF_SIGNED), machine.at(TLS)
    if link.exists():
        return
    new = folder.with_name("self-signed.new")
    machine.remove(new)
    machine.remove(folder)
    machine.folder(new, 0o700)
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "3650", "-subj", f"/CN={name[:64]}"]
    command += ["-addext", f"subjectAltName={','.join(f'DNS:{each}' for each in names(name))}"]
    ended, said = machine.run(*command, "-keyout", new / "privkey.pem", "-out", new / "fullchain.pem", quiet=True)
    if ended:
        raise Stop(f"No certificate could be made: {said.strip().rpartition(chr(10))[2]}")
    if not machine.dry:
        new.rename(folder)
    machine.link(link, folder.name)


def certify(machine: Machine, name: str, contact: str) -> str:
    """Ask for a certificate that browsers trust; what is still to be done when there is none, in one line."""
    known = [each for each in names(name) if checks.is_known(machine, each)]
    if name not in known:
        return f"No certificate yet: DNS does not know {name}. Let it lead to this machine, and run this again."
    live = machine.at("/etc/letsencrypt/live/resoc")
    command: list[str | Path] = [
        "certbot",
        "certonly",
        "--webroot",
        "--webroot-path",
        machine.at("/var/lib/resoc-acme"),
    ]
    command += ["--cert-name", "resoc", "--non-interactive", "--agree-tos", "--keep-until-expiring", "--expand"]
    command += ["--deploy-hook", "systemctl reload nginx"]
    command += ["--email", contact] if contact else ["--register-unsafely-without-email"]
    if not machine.is_real:
        command += ["--config-dir", machine.at("/etc/letsencrypt")]
    for each in known:
        command += ["-d", each]
    machine.say(f"Certificate: certbot asks one for {' and '.join(known)}; so you agree to its authority's terms.")
    ended, said = machine.run(*command, quiet=True)
    if machine.dry:
        return ""
    if ended or not (live / "fullchain.pem").exists():
        why = next((each.strip() for each in said.splitlines() if "Detail:" in each or "rror" in each), "see its log")
        return f"No certificate yet: certbot said: {why}. Do DNS and the firewall let port 80 of {name} come here?"
    machine.link(machine.at(TLS), live)
    return ""
