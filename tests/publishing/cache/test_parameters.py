import pytest
from django.core.paginator import Paginator
from django.http import HttpResponse

from publishing.cache.parameters import LONGEST, PAGE, OtherPage, kept_query, page_of, takes

LIST, ELSEWHERE = "/themas/", "/contact/"


@pytest.mark.parametrize(
    ("query", "path", "kept"),
    [
        ("", LIST, ""),
        ("page=2", LIST, "page=2"),
        ("page=2", "/fr/themes/", "page=2"),
        ("page=9999", LIST, "page=9999"),
        ("utm_source=x&page=2&fbclid=y&", LIST, "page=2"),
        ("page=10000", LIST, None),
        ("page=1", LIST, None),
        ("page=02", LIST, None),
        ("page=2&page=2", LIST, None),
        ("page=2&x=1", LIST, None),
        ("PAGE=2", LIST, None),
        ("p%61ge=2", LIST, None),
        ("page=%32", LIST, None),
        ("page=2;x", LIST, None),
        ("page=2\n", LIST, None),
        ("page=2", ELSEWHERE, None),
        ("page=2", "/fr/themas/", None),
        ("page=2", "/nergens/", None),
        ("page=2", "/zoeken/", None),
        ("q=x", "/zoeken/", None),
        ("x", LIST, None),
        ("=", LIST, None),
        ("utm_source=" + "x" * LONGEST, LIST, None),
    ],
)
def test_what_is_kept_of_a_query(query, path, kept):
    assert kept_query(query, path) == kept


@pytest.mark.parametrize(
    "name", ["utm_source", "utm_id", "fbclid", "gclid", "mc_cid", "mc_eid", "msclkid", "UTM_TERM", "utm%5Fid"]
)
def test_names_that_only_count_visitors(name):
    assert kept_query(f"{name}=1", ELSEWHERE) == kept_query(name, ELSEWHERE) == ""


@pytest.mark.parametrize("name", ["utm", "utm_", "xfbclid", "fbclid2", "page", "id", "", "utm_source[]", "utm_a-b"])
def test_other_names_count(name):
    assert kept_query(f"{name}=1", ELSEWHERE) is None


def test_parameters_are_kept_in_the_order_in_which_they_are_declared(monkeypatch):
    monkeypatch.setattr("publishing.cache.parameters.declared", lambda *_args: {"kind": "news|jobs", "page": PAGE})
    assert kept_query("kind=news&page=2", LIST) == "kind=news&page=2"
    assert kept_query("page=2&kind=news", LIST) is None
    assert kept_query("kind=other", LIST) is None
    assert kept_query("kind=", LIST) is None


def test_a_view_that_declares_its_parameters_redirects_to_the_page_that_there_is(rf):
    @takes(page=PAGE)
    def numbers(request):
        return HttpResponse(page_of(request, Paginator(range(25), 10)).object_list)

    assert numbers.parameters == {"page": PAGE}
    assert numbers(rf.get("/x/")).status_code == numbers(rf.get("/x/?page=3")).status_code == 200
    for query, leads_to in (("page=4&a=%26", "/x/?a=%26&page=3"), ("page=1", "/x/"), ("page=", "/x/")):
        assert numbers(rf.get(f"/x/?{query}")).headers["Location"] == leads_to
    with pytest.raises(OtherPage):
        page_of(rf.get("/x/?page=03"), Paginator(range(25), 10))


def test_a_list_without_anything_has_one_page(rf):
    assert page_of(rf.get("/x/"), Paginator([], 10)).number == 1
