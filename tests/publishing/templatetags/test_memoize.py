"""What pages have in common is rendered once, and never for too long."""

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation

from priorities.models import Theme
from publishing.models import Revision
from publishing.models.immutability import permit
from publishing.templatetags import memoize
from publishing.templatetags.languages import TEXT_LANGUAGES
from publishing.workflow import publish
from staff.models import StaffMember

GREETING = (
    "{% load i18n memoize %}{% memoize name=who %}{% translate 'Search' %} {{ name }}{{ secret }}{% endmemoize %}"
)


class Counted:
    """A value that is another one each time it is printed."""

    printed = 0

    def __str__(self):
        self.printed += 1
        return f"{self.printed}"


def test_it_is_rendered_once_for_the_same_values():
    template, value = Template(GREETING), Counted()

    assert [template.render(Context({"who": value})) for _time in range(3)] == ["Zoeken 1"] * 3


def test_it_is_rendered_again_for_other_values_and_in_another_language():
    template = Template(GREETING)

    assert template.render(Context({"who": "An"})) == "Zoeken An"
    assert template.render(Context({"who": "Jo"})) == "Zoeken Jo"
    with translation.override("fr"):
        assert template.render(Context({"who": "An"})) == "Rechercher An"
    assert template.render(Context({"who": "An"})) == "Zoeken An"


def test_it_sees_nothing_else_of_the_page():
    assert Template(GREETING).render(Context({"who": "An", "secret": "!"})) == "Zoeken An"


def test_its_values_are_escaped():
    assert Template(GREETING).render(Context({"who": "<b>"})) == "Zoeken &lt;b&gt;"


def test_it_remembers_no_more_than_its_measure(monkeypatch):
    monkeypatch.setattr(memoize, "REMEMBERED", 2)
    template = Template(GREETING)
    node = template.nodelist.get_nodes_by_type(memoize.MemoizeNode)[0]

    for number in range(5):
        assert template.render(Context({"who": number})) == f"Zoeken {number}"
        assert len(node.remembered) <= 2


def test_a_value_without_a_name_is_refused():
    with pytest.raises(TemplateSyntaxError, match="with a name"):
        Template("{% load memoize %}{% memoize who %}{% endmemoize %}")


ROW = (
    "{% load edit_links i18n languages memoize %}"
    "{% memoize theme=theme %}{% text theme 'summary' %}{{ theme.updated }}{% edit theme %}{% endmemoize %}"
)


@pytest.fixture
def theme(db):
    """The working copy of a theme, published with a summary in Dutch alone."""
    theme = Theme.objects.get(slug_nl="regiomarketing")
    theme.summary_nl = "Een"
    theme.save()
    publish(theme, None)
    return theme


def shown(**context):
    return Context({"theme": Theme.published().called("regiomarketing", "nl").get(), **context})


def remembered(template):
    return template.nodelist.get_nodes_by_type(memoize.MemoizeNode)[0].remembered


def test_a_published_object_is_the_same_value_until_something_else_is_published_of_it(theme):
    template = Template(ROW)
    assert [template.render(shown()) for _time in range(3)] == ["Een"] * 3
    assert len(remembered(template)) == 1

    theme.summary_nl = "Twee"
    theme.save()
    assert template.render(shown()) == "Een"
    publish(theme, None)
    assert template.render(shown()) == "Twee"


def test_a_revision_of_which_something_was_erased_is_another_value(theme):
    template = Template(ROW)
    assert template.render(shown()) == "Een"
    revision = Revision.objects.of(theme).public().get()
    with permit():
        Revision.objects.filter(pk=revision.pk).update(data=revision.data | {"summary_nl": "Gewist"})

    assert template.render(shown()) == "Gewist"


def test_it_sees_of_a_published_object_nothing_that_was_put_on_it(theme):
    context = shown()
    context["theme"].updated = "gisteren"

    assert Template(ROW).render(context) == "Een"


def test_a_list_of_published_objects_is_a_value(theme):
    template = Template(
        "{% load languages memoize %}"
        "{% memoize themes=themes %}{% for theme in themes %}{% text theme 'title' %};{% endfor %}{% endmemoize %}"
    )
    everything = list(Theme.published())
    assert template.render(Context({"themes": everything})).count(";") == len(everything) > 1
    assert template.render(Context({"themes": list(Theme.published())})).count(";") == len(everything)
    assert len(remembered(template)) == 1
    assert template.render(Context({"themes": everything[:1]})).count(";") == 1


def test_what_asks_the_database_is_not_remembered(db):
    template = Template("{% load memoize %}{% memoize member=member %}{{ member.stand_in.name }}{% endmemoize %}")
    away, stand_in = StaffMember.objects.all()[:2]
    away.stand_in = stand_in
    away.save()
    publish(away, None)

    for name in ("Eerste naam", "Tweede naam"):
        stand_in.name = name
        stand_in.save()
        assert template.render(Context({"member": StaffMember.published().numbered(away.pk).get()})) != name
        publish(stand_in, None)
        assert template.render(Context({"member": StaffMember.published().numbered(away.pk).get()})) == name
    assert not remembered(template)


def test_the_page_hears_each_time_that_a_text_is_in_another_language(theme):
    template = Template(ROW)
    with translation.override("fr"):
        for _time in range(2):
            context = shown(**{TEXT_LANGUAGES: set()})
            assert template.render(context) == '<span lang="nl">Een</span>'
            assert context[TEXT_LANGUAGES] == {"nl"}


def test_who_edits_gets_the_way_to_the_form_and_nobody_else_does(theme, editor, rf):
    template, request = Template(ROW), rf.get("/")
    request.user = editor

    assert 'class="edit"' in template.render(shown(editing=True, request=request))
    assert not remembered(template)
    assert template.render(shown()) == "Een"
    assert 'class="edit"' in template.render(shown(editing=True, request=request))


def test_a_working_copy_is_never_what_it_was(theme):
    template = Template(ROW)
    for summary in ("Een", "Twee"):
        theme.summary_nl = summary
        assert template.render(Context({"theme": theme})) == summary
