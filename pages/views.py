"""Public pages of plain text. The home page is composed in `resoc.views`."""

from pages.models import TextPage
from publishing.views import PublishedDetailView


class TextPageView(PublishedDetailView):
    """One text page."""

    model = TextPage
    context_name = "text_page"
    template_name = "pages/textpage_detail.html"
    has_versions = True
