"""Erasing for good: the only code that takes from history, for personal data (GDPR, article 17).

A whole object (`objects`), one version (`versions`), a file that no page shows any more (`stored_files`), or some
words (`redaction`). All or nothing: while files are away, or what was erased can't be remembered, StorageUnavailable
is raised and everything stays. What goes is remembered without what it said (`memory`), and a restore of an older
archive erases it again (`again`). Not deleting: that goes to the bin. Begin with `objects.erase`.
"""
