#!/usr/bin/env python
"""Django's command line for this project."""

import errno
import os
import signal
import sys

USER = "Run this as the user of the site, such as 'sudo resoc NAME', and let that user own DATA_DIR."
ROOM = "Make room on the disk, and run this again."
ADVICE = {
    errno.EACCES: USER,
    errno.EPERM: USER,
    errno.EROFS: "Let DATA_DIR lie where files can be written.",
    errno.ENOSPC: ROOM,
    errno.EDQUOT: ROOM,
}


def main() -> None:
    """Run a management command; a configuration mistake ends it with one line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "resoc.settings")
    # As systemd stops a command: by an exception, so that it takes away what it had not finished.
    signal.signal(signal.SIGTERM, lambda *_arguments: sys.exit(128 + signal.SIGTERM))
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    if sys.argv[1:] in (["--version"], ["version"]):  # Django would say its own
        from resoc.operations.version import version

        print(version())
        return
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Configuration: {error}")
    except OperationalError as error:
        from resoc.operations.database_errors import no_answer

        sys.exit(no_answer(error))
    except BrokenPipeError:  # whoever read the output, such as `head`, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        if "--traceback" in sys.argv or error.errno not in ADVICE:
            raise
        where = f" {error.filename}" if error.filename else ""
        sys.exit(f"{error.strerror}:{where}. {ADVICE[error.errno]}")


if __name__ == "__main__":
    main()
