"""Every text of the site has its Chinese, in the catalogue of the room that asks for it, with the same placeholders.

``manage.py collect_texts`` enters what is missing; ``manage.py compile_texts`` compiles it without gettext's programs.
"""

import re
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import translation

from core import catalogues
from core.catalogues import Text

ROOMS = [Path(settings.BASE_DIR) / name for name in catalogues.ROOMS]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_every_text_is_translated(room: Path) -> None:
    lacking = catalogues.missing(room)

    assert not lacking, "\n".join(f"{path}: {text.msgid}" for text, path in lacking.items())


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_translations_keep_the_placeholders(room: Path) -> None:
    for entry in catalogues.load(room):
        for chinese in [entry.msgstr, *entry.msgstr_plural.values()]:
            # A singular may leave its number out ("one order"); Chinese has one form for both.
            wanted = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
            assert not chinese or set(PLACEHOLDER.findall(chinese)) == wanted, entry.msgid


def test_texts_are_found_in_python_and_in_templates(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "views.py").write_text(
        '_("Pack " "it"); ngettext("%(n)d order", "%(n)d orders", n); pgettext("verb", "Ship"); _(name); other("not a text")\n'
    )
    (tmp_path / "templates" / "page.html").write_text(
        '{% load i18n %}{% translate "Pay" %}{% blocktranslate count n=n %}one row{% plural %}{{ n }} rows{% endblocktranslate %}'
        '{% translate "May" context "month" %}{{ _("Shown") }}<p>not a text</p>'
    )

    assert set(catalogues.texts(tmp_path)) == {
        Text("Pack it"),
        Text("%(n)d order", plural="%(n)d orders"),
        Text("Ship", context="verb"),
        Text("Pay"),
        Text("one row", plural="%(n)s rows"),
        Text("May", context="month"),
        Text("Shown"),
    }


def test_collecting_enters_new_texts_keeps_translations_and_drops_what_nobody_asks_for(tmp_path: Path) -> None:
    (tmp_path / "views.py").write_text('_("Pack")\n_("Ship")\n')
    assert catalogues.collect(tmp_path) == 2
    catalogue = catalogues.load(tmp_path)
    catalogue.find("Pack").msgstr = "打包"
    catalogue.save(str(tmp_path / catalogues.CATALOGUE))

    (tmp_path / "views.py").write_text('_("Pack")\n_("Pay")\n')

    assert catalogues.collect(tmp_path) == 1
    assert list(catalogues.missing(tmp_path)) == [Text("Pay")]
    assert [entry.msgid for entry in catalogues.load(tmp_path)] == ["Pack", "Pay"]


class TestCompiling:
    """``compile_texts`` over a copy of one catalogue."""

    @pytest.fixture
    def source(self, tmp_path: Path, settings) -> Path:
        settings.BASE_DIR = tmp_path
        settings.LOCALE_PATHS = [tmp_path / "room" / "locale"]
        source = tmp_path / "room" / catalogues.CATALOGUE
        source.parent.mkdir(parents=True)
        shutil.copy(Path(__file__).resolve().parents[2] / "config" / catalogues.CATALOGUE, source)
        return source

    def test_the_compiled_catalogue_is_what_django_reads(self, source: Path) -> None:
        call_command("compile_texts", verbosity=0)
        from gettext import GNUTranslations

        with source.with_suffix(".mo").open("rb") as compiled:
            assert GNUTranslations(compiled).gettext("Order board") == "订单看板"

    def test_what_has_not_changed_is_left_alone(self, source: Path) -> None:
        assert catalogues.compile_catalogue(source)
        assert not catalogues.compile_catalogue(source)

    def test_a_broken_catalogue_is_named_with_its_line(self, source: Path) -> None:
        source.write_text('msgid "a"\nmsgstr "b\nmsgid\n')

        with pytest.raises(CommandError, match=r"django\.po.*line 3"):
            call_command("compile_texts", verbosity=0)


def test_the_site_speaks_chinese() -> None:
    call_command("compile_texts", verbosity=0)

    with translation.override("zh-hans"):
        assert translation.gettext("The request is too large.") == "请求太大。"
