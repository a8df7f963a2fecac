"""What the doctor finds: a line for each part of an installation."""

from dataclasses import dataclass

from publishing.operations.logs import masked

OK, ODD, WRONG = "ok", "warning", "wrong"


@dataclass(frozen=True)
class Finding:
    """One line: how it is, and what to do when it is not well."""

    level: str
    said: str
    part: str = ""  # the question that found it, by which an alarm knows it again

    @property
    def line(self) -> str:
        """What is said, in one line and without secrets."""
        return " ".join(masked(self.said).split())

    def __str__(self) -> str:
        return f"{self.level:8} {self.line}"
