# SPDX-License-Identifier: MIT
"""The page of Aether's server in headless Chromium, on a desktop and on a phone."""

import unittest

from browser import Browser
from serving import MigratedDatabase, ServerTest

SIZES = {"desktop": (1400, 900), "phone": (390, 844)}
LIT = "[...document.querySelectorAll('.table.{}')].map(box => box.dataset.table).sort().join(' ')"


class PageTest(ServerTest):
    @classmethod
    def setUpClass(cls):
        cls.database = MigratedDatabase()

    def setUp(self):
        self.serving = self.server(self.database.url).serve()
        # A browser asks for an icon by itself.
        self.url = f"http://127.0.0.1:{self.serving.port}/"

    def test_shows_every_table_key_and_event_without_an_error(self):
        for name, size in SIZES.items():
            with self.subTest(size=name), Browser(*size) as browser:
                browser.open(self.url)

                self.assertEqual(browser.value("document.querySelectorAll('#picture .table').length"), 35)
                self.assertEqual(browser.value("document.querySelectorAll('#picture .link').length"), 52)
                self.assertEqual(browser.value("document.querySelectorAll('#history tbody tr').length"), 42)
                self.assertEqual([text for text in browser.problems if "favicon" not in text], [])

    def test_fits_the_window_and_scrolls_inside_of_its_parts(self):
        for name, (width, height) in SIZES.items():
            with self.subTest(size=name), Browser(width, height) as browser:
                browser.open(self.url)

                self.assertEqual(browser.value("document.documentElement.scrollWidth"), width)
                self.assertGreater(browser.value("document.querySelector('#entities .scroll').scrollWidth"), width)

    def test_no_two_boxes_touch_and_every_text_is_inside_its_box(self):
        with Browser(*SIZES["desktop"]) as browser:
            browser.open(self.url)

            self.assertEqual(browser.value("""(() => {
                const boxes = [...document.querySelectorAll('.box')].map(box => box.getBoundingClientRect());
                return boxes.some((a, i) => boxes.some((b, j) => i < j && a.left < b.right && b.left < a.right
                                                                 && a.top < b.bottom && b.top < a.bottom));
            })()"""), False)
            self.assertEqual(browser.value("""[...document.querySelectorAll('.table')].filter(table => {
                const box = table.querySelector('.box').getBoundingClientRect();
                return [...table.querySelectorAll('text')].some(
                    text => text.getBoundingClientRect().right > box.right);
            }).map(table => table.dataset.table).join(' ')"""), "")

    def test_a_chosen_table_lights_up_what_it_has_to_do_with(self):
        with Browser(*SIZES["desktop"]) as browser:
            browser.open(self.url)
            choose = "document.querySelector('[data-table=agent_roles]').dispatchEvent(" \
                     "new MouseEvent('click', {bubbles: true}))"

            browser.value(choose)
            self.assertEqual(browser.value(LIT.format("chosen")), "agent_roles")
            self.assertEqual(browser.value(LIT.format("near")), "agent_roles agents")
            browser.value(choose)
            self.assertEqual(browser.value(LIT.format("near")), "")

    def test_the_keyboard_chooses_too(self):
        with Browser(*SIZES["desktop"]) as browser:
            browser.open(self.url)

            browser.value("document.querySelector('[data-table=agent_roles]').dispatchEvent("
                          "new KeyboardEvent('keydown', {key: 'Enter', bubbles: true}))")

            self.assertEqual(browser.value(LIT.format("chosen")), "agent_roles")


if __name__ == "__main__":
    unittest.main()
