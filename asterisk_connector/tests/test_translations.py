import re

import polib

from odoo.modules import get_module_path
from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import TranslationModuleReader

PLACEHOLDER = re.compile(r"%(?:\(\w+\))?s")


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    """Russian is complete: no word of the addon is left in English."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with open(f"{get_module_path('asterisk_connector')}/i18n/ru.po", encoding="utf-8") as file:
            cls.russian = {entry.msgid: entry.msgstr for entry in polib.pofile(file.read())}

    def test_every_term_is_translated(self):
        reader = TranslationModuleReader(self.env.cr, modules=["asterisk_connector"])
        terms = {source for _module, _type, _name, _res_id, source, *_rest in reader}
        self.assertGreater(len(terms), 300, "the reader must have found the addon's words")
        self.assertFalse(sorted(term for term in terms if not self.russian.get(term)), "translate these in i18n/ru.po")

    def test_the_placeholders_are_kept(self):
        for source, text in self.russian.items():
            self.assertEqual(sorted(PLACEHOLDER.findall(source)), sorted(PLACEHOLDER.findall(text)), source)
