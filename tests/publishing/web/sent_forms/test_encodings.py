import io

import pytest

from publishing.web.sent_forms.encodings import read_as_utf8
from resoc.wsgi import application
from tests.publishing.cache.reader import Reader

ODD = ["unicode_escape", "rot13", "idna", "utf-16", "hex", '"rot13"', "nonsense"]


@pytest.mark.django_db(transaction=True)  # the application closes its connections
@pytest.mark.parametrize("path", ["/account/login/", "/contact/schrijf/", "/zoeken/", "/"])
def test_an_encoding_that_is_none_of_text_is_no_error_of_ours(path):
    part = b'--X\r\nContent-Disposition: form-data; name="login"\r\n\r\nDag \\ud800\r\n--X--\r\n'
    for charset in ODD:
        for kind, body in (("multipart/form-data; boundary=X", part), ("application/x-www-form-urlencoded", b"a=%ED")):
            sent = {"CONTENT_TYPE": f"{kind}; charset={charset}", "CONTENT_LENGTH": str(len(body))}
            for method in ("GET", "POST"):
                read = Reader(application).get(path, "q=caf%C3%A9", method, **sent, **{"wsgi.input": io.BytesIO(body)})
                assert read.status < 500, (charset, kind, method)


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("multipart/form-data; charset=rot13; boundary=X", "multipart/form-data; boundary=X"),
        ('text/plain ; Charset = "a; b" ', "text/plain "),
        ("multipart/form-data; boundary=charset", "multipart/form-data; boundary=charset"),
        ("", ""),
    ],
)
def test_nothing_else_of_the_type_changes(sent, told):
    seen = []
    read_as_utf8(lambda environ, _start: seen.append(environ["CONTENT_TYPE"]) or [])({"CONTENT_TYPE": sent}, None)
    assert seen == [told]
