"""What is about PostgreSQL is collected only where the suite was told of one."""

import os

collect_ignore = [] if "postgres" in os.environ.get("DATABASE_URL", "") else ["test_postgresql.py"]
