# SPDX-License-Identifier: MIT
"""docker-compose.yml is a PostgreSQL with pgvector that fits .env.example; docker itself is not run."""

import re
import unittest
import urllib.parse

import yaml

from aether import GOWAY, GowayTest


class ComposeTest(GowayTest):
    def setUp(self):
        self.file = yaml.safe_load((GOWAY / "docker-compose.yml").read_text(encoding="utf-8"))
        self.postgres = self.file["services"]["postgres"]

    def test_has_one_service_with_a_pinned_pgvector_image_for_postgresql_15(self):
        self.assertEqual(list(self.file["services"]), ["postgres"])
        self.assertRegex(self.postgres["image"], r"^pgvector/pgvector:\d+\.\d+\.\d+-pg15$")

    def test_listens_on_this_machine_only(self):
        self.assertEqual(self.postgres["ports"], ["127.0.0.1:5432:5432"])

    def test_keeps_its_data_in_a_named_volume(self):
        [volume] = self.postgres["volumes"]
        name, path = volume.split(":")

        self.assertEqual(path, "/var/lib/postgresql/data")
        self.assertIn(name, self.file["volumes"])

    def test_is_healthy_when_pg_isready_says_so(self):
        check = self.postgres["healthcheck"]

        self.assertEqual(check["test"][:2], ["CMD", "pg_isready"])
        for key in ("interval", "timeout", "start_period"):
            self.assertRegex(check[key], r"^\d+s$")
        self.assertGreater(check["retries"], 0)

    def test_fits_the_url_of_the_example_file(self):
        example = (GOWAY / ".env.example").read_text(encoding="utf-8")
        url = urllib.parse.urlsplit(re.search(r"(?m)^DATABASE_URL=(.*)$", example)[1])
        settings = self.postgres["environment"]

        self.assertEqual((url.username, url.password, url.path, url.port),
                         (settings["POSTGRES_USER"], settings["POSTGRES_PASSWORD"],
                          f"/{settings['POSTGRES_DB']}", 5432))


if __name__ == "__main__":
    unittest.main()
