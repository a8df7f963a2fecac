"""The data of now, set aside while those of the release before are put back: nothing is lost before they are there."""

from pathlib import Path

from installer.machine import Stop
from installer.site import Site

SCHEMA = "resoc_set_aside"
# What PostgreSQL does in one moment or not at all. The schema is the one that the tables are made in.
IN_ONE_MOMENT = """
from django.db import connection, transaction
with transaction.atomic(), connection.cursor() as cursor:
    cursor.execute("select quote_ident(current_schema()), to_regnamespace('{schema}') is not null")
    schema, is_aside = cursor.fetchone()
    for command in [{commands}]:
        cursor.execute(command)
"""
MAY = """
from django.db import connection
cursor = connection.cursor()
cursor.execute("select pg_has_role(nspowner, 'usage') and has_database_privilege(current_database(), 'create')"
    " from pg_namespace where nspname = current_schema()")
print("may:", cursor.fetchone())
"""
SET = 'f"alter schema {schema} rename to SCHEMA", f"create schema {schema}"'
UNDO = '*[f"drop schema {schema} cascade", f"alter schema SCHEMA rename to {schema}"] * is_aside'
FORGET = '"drop schema if exists SCHEMA cascade"'


class Files:
    """The file of SQLite, in a folder of its own."""

    def __init__(self, site: Site) -> None:
        self.site, self.machine = site, site.machine
        self.folder = site.data / "db-set-aside"

    def check(self, release: str) -> None:
        """Raise Stop when this can't be done."""

    def set(self, release: str) -> None:
        """Put the database aside. Broken off, `undo` puts it back."""
        self.machine.remove(self.folder)
        self.machine.folder(self.folder, 0o700, owned=True)
        if not self.machine.would(f"put the database aside in {self.folder}"):
            # The file itself last: `undo` takes it for the sign that all of it is there.
            for path in sorted(self._files(self.site.data), key=lambda path: -len(path.name)):
                path.rename(self.folder / path.name)

    def undo(self, release: str) -> None:
        """Put it back, whatever was made in its place."""
        if (self.folder / "db.sqlite3").exists():
            for path in self._files(self.site.data):
                self.machine.remove(path)
        if not self.machine.would(f"put the database of {self.folder} back"):
            # The file itself first: from then on it counts as put back.
            for path in sorted(self._files(self.folder)):
                path.rename(self.site.data / path.name)
        self.machine.remove(self.folder)

    def forget(self, release: str) -> None:
        """Let it go."""
        self.machine.remove(self.folder)

    def _files(self, folder: Path) -> list[Path]:
        return list(folder.glob("db.sqlite3*"))


class Schema:
    """The tables of PostgreSQL, in a schema of another name: so it needs no right but to own the database."""

    def __init__(self, site: Site) -> None:
        self.site, self.machine = site, site.machine

    def check(self, release: str) -> None:
        """Raise Stop when the role may not do this."""
        ended, said = self.site.manage(release, "shell", "-v0", "-c", MAY, quiet=True, reads=True)
        if ended or "may: (True,)" not in said:
            raise Stop(
                "The role in DATABASE_URL must own the database and its schema. As the administrator of PostgreSQL: "
                "'alter database NAME owner to ROLE', there 'alter schema public owner to ROLE', and run this again."
            )

    def set(self, release: str) -> None:
        """Put the tables aside, and make an empty place for others, in one moment."""
        self._tell(release, f"put the tables aside in the schema {SCHEMA}", SET)

    def undo(self, release: str) -> None:
        """Put them back, if they are aside, whatever was made in their place."""
        self._tell(release, f"put the tables of the schema {SCHEMA} back", UNDO)

    def forget(self, release: str) -> None:
        """Let them go."""
        self._tell(release, f"delete the schema {SCHEMA}", FORGET)

    def _tell(self, release: str, what: str, commands: str) -> None:
        if self.machine.would(what):
            return
        code = IN_ONE_MOMENT.format(schema=SCHEMA, commands=commands.replace("SCHEMA", SCHEMA))
        ended, said = self.site.manage(release, "shell", "-v0", "-c", code, quiet=True)
        if ended:
            last = said.strip().rpartition("\n")[2]
            raise Stop(f"The database did not {what}: {last}. Mend that, and run this again: it goes on where it was.")


def of(site: Site) -> Files | Schema:
    """How this site sets its data aside. Raises Stop."""
    address = site.variables().get("DATABASE_URL", "")
    if not address:
        return Files(site)
    if not address.startswith("postgres"):
        raise Stop(
            "The database of DATABASE_URL is neither that of the site's own folder nor PostgreSQL: stop the site, move "
            "that database away, turn /srv/resoc/current, and 'manage.py restore --into-empty' the backup of then."
        )
    return Schema(site)
