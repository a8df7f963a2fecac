"""Our part in the comparison with other ways to serve the same content; `peers.json` says when it runs.

peers.py seed FACTOR          a site in PEERS_DATA with three themes times FACTOR
peers.py edit home|staff WORD publishes WORD on that page, and prints when it began
"""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "resoc.settings"
os.environ["DATA_DIR"] = os.environ["PEERS_DATA"]

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from pages.models import MissionPage  # noqa: E402
from publishing.workflow import publish  # noqa: E402
from staff.models import StaffMember  # noqa: E402

if sys.argv[1] == "seed":
    call_command("prepare")
    call_command("demo", scale=int(sys.argv[2]) - 1)
else:
    row: MissionPage | StaffMember
    if sys.argv[2] == "home":
        row = MissionPage.objects.get()
        row.mission_title_nl = sys.argv[3]
    else:
        row = StaffMember.objects.get(slug="johan-halsberghe")
        row.function_nl = sys.argv[3]
    print(time.time())
    row.save()
    publish(row, None)
