"""What people without an account sent in about a text that is erased: its source, and sentences out of it."""

from publishing.content.html import to_text
from publishing.models import Contribution, Publishable
from publishing.models.snapshots import freeze, values


def forget_sent_in(model: type[Publishable], object_id: int) -> None:
    """Delete proposals that were made from anything that the working copy does not say, and those decided about.

    Remarks stay, without the heading and the sentence that they spoke of when it does not say those.
    """
    row = model._base_manager.filter(pk=object_id).first()
    said = {str(each) for each in values(freeze(row)).values() if each} if row else set()
    ours = Contribution.objects.filter(model=model._meta.label_lower, object_id=object_id)
    for proposal in ours.proposals():
        texts = [
            text
            for text in proposal.texts
            if said.issuperset([text["source"], *(str(each) for each in text["unit"].values() if each)])
        ]
        if not (texts and proposal.is_open):
            proposal.delete()
        elif texts != proposal.texts:
            proposal.texts = texts
            proposal.save(update_fields=["texts"])
    lines = [_one_line(to_text(each)) for each in said]
    for remark in ours.remarks():
        for name in ("section", "quote"):
            if not any(_one_line(getattr(remark, name)) in line for line in lines):
                setattr(remark, name, "")
        remark.save(update_fields=["section", "quote"])


def _one_line(text: str) -> str:
    return " ".join(text.split()).casefold()
