"""Where things stand: few modules in a package, none too long, and for each a test at the same place in `tests/`."""

import ast
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.conftest import ROOT

APPS = ("publishing", "staff", "priorities", "pages", "consultation", "resoc")
MOST_MODULES = 12
MOST_LINES = 500
MOST_METHODS = 25
SAME_NAME = {"Command", "DatabaseWrapper"}  # by which Django looks for them
# Modules that only say what there is; what comes of it is tested with the pages that they make.
DECLARATIONS = (
    "*/apps.py",
    "*/urls.py",
    "*_urls.py",
    "*/translation.py",
    "*/migrations/*",
    "*/formats/*",
    "priorities/admin.py",
    "consultation/admin.py",
    "pages/admin.py",
    "staff/admin.py",
    "publishing/context.py",  # one variable
    "publishing/fields.py",  # the names that migrations know
    "*/types.py",
    "publishing/workflow/signals.py",
)
# What is tested together with something else, in this file.
ELSEWHERE = {
    "publishing/admin/work_list/entries.py": "tests/publishing/admin/work_list/test_ranking.py",
    "publishing/admin/work_list/operator.py": "tests/publishing/admin/work_list/test_views.py",
    "publishing/admin/work_list/putting_off.py": "tests/publishing/admin/work_list/test_ranking.py",
    "publishing/admin/work_list/readiness.py": "tests/publishing/admin/work_list/test_views.py",
    "publishing/admin/publishable/contributed.py": "tests/publishing/admin/test_sent_in.py",
    "publishing/contributions/secret_pages.py": "tests/publishing/contributions/test_translation.py",
    "publishing/contributions/texts.py": "tests/publishing/contributions/test_proposals.py",
    "publishing/models/contributions.py": "tests/publishing/contributions/test_remarks.py",
    "publishing/models/old_addresses.py": "tests/publishing/web/addresses/test_old_addresses.py",
    "publishing/models/translation_states.py": "tests/publishing/review/test_translation_rules.py",
    "publishing/models/work.py": "tests/publishing/review/test_lacks.py",
    "publishing/backup/rehearsal.py": "tests/publishing/backup/test_restore.py",
    "publishing/review/columns.py": "tests/publishing/review/test_checklist.py",
    "publishing/review/still_right.py": "tests/publishing/review/test_translation_rules.py",
    "publishing/search/places.py": "tests/publishing/search/test_query.py",
    "publishing/search/stop_words.py": "tests/publishing/search/test_text.py",
    "publishing/search/word_index.py": "tests/publishing/search/test_backend.py",
    "publishing/templatetags/change_notes.py": "tests/publishing/models/test_change_notes.py",
    "publishing/templatetags/schedule.py": "tests/publishing/admin/test_scheduling.py",
    "publishing/templatetags/source_texts.py": "tests/publishing/review/test_translation_rules.py",
    "publishing/templatetags/work.py": "tests/publishing/admin/work_list/test_views.py",
    "publishing/web/gone.py": "tests/publishing/web/test_views.py",
    "publishing/workflow/ending_share_links.py": "tests/publishing/contributions/test_remarks.py",
    "publishing/workflow/working_copies/texts.py": "tests/publishing/workflow/working_copies/test_drafts.py",
    "publishing/workflow/working_copies/merging_in.py": "tests/publishing/contributions/test_proposals.py",
    "pages/models/contact_details.py": "tests/pages/test_frame.py",
    "pages/models/mission.py": "tests/resoc/web/test_views.py",
    "pages/models/organisations.py": "tests/resoc/web/test_views.py",
    "resoc/demo/opinions.py": "tests/resoc/management/commands/test_demo.py",
    "publishing/content/word/blocks.py": "tests/publishing/content/word/test_convert.py",
    "publishing/content/word/numbers.py": "tests/publishing/content/word/test_convert.py",
    "publishing/content/word/output.py": "tests/publishing/content/word/test_convert.py",
    "publishing/content/word/reading.py": "tests/publishing/content/word/test_convert.py",
    "publishing/content/word/styles.py": "tests/publishing/content/word/test_convert.py",
    "resoc/management/commands/backup.py": "tests/publishing/backup/test_archive.py",
    "resoc/management/commands/doctor.py": "tests/resoc/doctor/test_questions.py",
    "resoc/management/commands/export.py": "tests/resoc/web/test_export.py",
    "resoc/management/commands/rehearse.py": "tests/publishing/backup/test_restore.py",
    "resoc/management/commands/restore.py": "tests/publishing/backup/test_restore.py",
    "resoc/management/commands/upkeep.py": "tests/resoc/operations/test_upkeep.py",
    "staff/accounts/notices.py": "tests/staff/accounts/test_admin.py",
    "staff/models/consents.py": "tests/staff/cards/test_consent.py",
    "staff/models/links.py": "tests/staff/my_card/test_invitations.py",
    "staff/my_data/data_copy_parts.py": "tests/staff/my_data/test_data_copy.py",
    "staff/my_data/data_copy_person.py": "tests/staff/my_data/test_data_copy.py",
}


def modules() -> list[str]:
    found = (path.relative_to(ROOT).as_posix() for app in APPS for path in (ROOT / app).rglob("*.py"))
    return sorted(path for path in found if not path.endswith("/__init__.py"))


def test_no_package_has_more_modules_than_one_can_oversee():
    sizes = Counter(module.rpartition("/")[0] for module in modules())
    counted = {each: size for each, size in sizes.items() if not each.endswith("/migrations")}
    assert counted["publishing/models"]
    assert counted["staff"]
    assert {each: size for each, size in counted.items() if size > MOST_MODULES} == {}


def test_no_module_is_longer_and_no_class_has_more_methods_than_one_can_oversee():
    too_large = []
    for module in (each for each in modules() if "/migrations/" not in each):
        source = (ROOT / module).read_text()
        lines = source.count("\n")
        classes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef)]
        methods = {each.name: sum(isinstance(part, ast.FunctionDef) for part in each.body) for each in classes}
        too_large += [(module, lines)] if lines > MOST_LINES else []
        too_large += [(module, name, number) for name, number in methods.items() if number > MOST_METHODS]
    assert too_large == []


def test_one_name_is_one_class():
    named: dict[str, list[str]] = {}
    for module in (each for each in modules() if "/migrations/" not in each):
        for node in ast.parse((ROOT / module).read_text()).body:
            if isinstance(node, ast.ClassDef) and node.name not in SAME_NAME:
                named.setdefault(node.name, []).append(module)
    assert len(named) > 300
    assert {name: where for name, where in named.items() if len(where) > 1} == {}


def own_tests(module: str) -> list[Path]:
    path = ROOT / "tests" / module
    return [path.with_name(f"test_{path.stem}{where}.py") for where in ("", "_in_browser")]


def test_each_module_has_a_test_file_where_one_looks_for_it():
    asked = [each for each in modules() if not any(fnmatch(each, pattern) for pattern in DECLARATIONS)]
    assert [each for each in asked if each not in ELSEWHERE and not any(map(Path.exists, own_tests(each)))] == []


@pytest.mark.parametrize("module", ELSEWHERE)
def test_what_is_tested_elsewhere_is_tested_there(module):
    assert (ROOT / module).exists()
    assert (ROOT / ELSEWHERE[module]).exists()
