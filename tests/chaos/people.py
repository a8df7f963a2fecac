"""The password of everybody in the sites that are broken."""

PASSWORD = "een lang wachtwoord"  # noqa: S105
