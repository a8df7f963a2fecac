"""Static files under names that change with their content."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORTS = ('(?P<matched>from "(?P<url>[.]{1,2}/[^"]+)")', 'from "%(url)s"')


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """WhiteNoise's; in our own scripts it also names what they import, so that no browser keeps an old part.

    Django can do so for all scripts, and then reads those of packages too, as an experiment.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        *((folder, (IMPORTS,)) for folder in ("js/*.js", "publishing/js/*.js")),
    )
