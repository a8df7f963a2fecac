import re
import runpy
from pathlib import Path

from gunicorn.config import KNOWN_SETTINGS

CONFIG = Path(__file__).resolve().parents[2] / "deploy" / "gunicorn.conf.py"


def test_a_proxy_is_believed_by_the_site_alone():
    settings = runpy.run_path(str(CONFIG))
    assert settings["secure_scheme_headers"] == {}
    assert settings["forwarder_headers"] == ""
    assert 0 < settings["limit_request_line"] < settings["worker_class"].head_bytes
    assert settings["worker_connections"] < 1024


def test_the_file_only_sets_settings():
    assert not re.search(r"^ *(def|class|lambda) ", CONFIG.read_text(), re.MULTILINE)
    names = runpy.run_path(str(CONFIG)).keys() - {"Path", "Worker", "hooks", "os", "sys"}
    assert {name for name in names if not name.startswith("__")} <= {setting.name for setting in KNOWN_SETTINGS}
