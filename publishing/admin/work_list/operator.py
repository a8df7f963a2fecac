"""What only the person who runs the site can mend: the desk fills in a mail to them."""

from urllib.parse import quote, urlencode

from django.utils.translation import gettext as _


def mail_to(subject: str, *lines: str) -> str:
    """An address that opens a mail with this subject and these lines; to whom, the editor knows."""
    text = "\r\n\r\n".join([*lines, _("The command 'manage.py doctor' on the server says more.")])
    return f"mailto:?{urlencode({'subject': subject, 'body': text}, quote_via=quote)}"
