"""The state of one submitted form while its request is handled.

One object a request, found with `submission(request)`, instead of many attributes of the request itself.
"""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.http import HttpRequest

from publishing.admin.edit_conflicts import Difference
from publishing.models import Act, Publishable
from publishing.workflow import Amendment
from publishing.workflow.undo import Look


@dataclass
class Submission:
    """A form that was sent, or a page that was asked for, which has nothing of this."""

    digest: str = ""  # of everything that came with it
    before: Look | None = None  # how its object stood before it was saved
    differences: list[Difference] = field(default_factory=list)  # what somebody else saved meanwhile
    rows_added: dict[str, int] = field(default_factory=dict)  # the keys of new child rows, by their prefix in the form
    amendment: Amendment | None = None  # what a correction of the public version did
    refused: ValidationError | None = None  # why that correction was not published
    is_renamed: bool = False  # whether a proper name, which texts may mention, has another one now
    made: list[Publishable] = field(default_factory=list)  # what its child rows made besides, and how that stood then
    made_before: list[Look] = field(default_factory=list)
    source: Publishable | None = None  # the object that a new form starts from
    act: Act | None = None  # the deletion that can be undone


def submission(request: HttpRequest) -> Submission:
    """What is known of the form in `request`; always the same object for one request."""
    found: Submission = vars(request).setdefault("submission", Submission())
    return found
