# SPDX-License-Identifier: MIT
"""The bill of materials of the packages is valid, and complete.

    tools/package && python3 -m unittest discover -s tests/packaging -p 'sbom_test.py'
"""

import hashlib
import json
import sys
import unittest

from packages import PACKAGES, ROOT, run

sys.path.insert(0, run(ROOT / "tools" / "fetch_validators").stdout.strip())
from spdx_tools.spdx.parser.parse_anything import parse_file  # noqa: E402
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document  # noqa: E402


class BillOfMaterialsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        found = list(PACKAGES.glob("*.spdx.json"))
        if len(found) != 1:
            raise AssertionError(f"{PACKAGES} holds {len(found)} bills of materials; make one with: tools/package")
        cls.path = found[0]
        cls.bill = json.loads(cls.path.read_text())
        cls.packages = {package["name"]: package for package in cls.bill["packages"]}

    def test_is_valid_spdx(self):
        self.assertEqual(validate_full_spdx_document(parse_file(str(self.path))), [])

    def test_names_every_package_with_its_checksum(self):
        files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in PACKAGES.glob("*.deb")}

        listed = {package["packageFileName"]: package["checksums"][0]["checksumValue"]
                  for package in self.packages.values() if "packageFileName" in package}

        self.assertEqual(listed, files)

    def test_names_what_each_package_needs_and_what_is_compiled_in(self):
        for path in PACKAGES.glob("*.deb"):
            for need in run("dpkg-deb", "--field", path, "Depends").stdout.split(","):
                self.assertIn(need.split()[0], self.packages, path.name)
        compiled_in = {relation["relatedSpdxElement"] for relation in self.bill["relationships"]
                       if relation["relationshipType"] == "STATIC_LINK"}
        self.assertEqual(compiled_in, {"SPDXRef-libfmt-dev", "SPDXRef-libssl-dev"})

    def test_no_licence_is_left_open(self):
        for package in self.packages.values():
            self.assertNotEqual(package["licenseConcluded"], "NOASSERTION", package["name"])


if __name__ == "__main__":
    unittest.main()
