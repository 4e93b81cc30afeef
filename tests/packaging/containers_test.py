# SPDX-License-Identifier: MIT
"""The examples for containers: the Dockerfile is only parsed, the YAML is held against Kubernetes' own schemas.

    python3 -m unittest discover -s tests/packaging -p 'containers_test.py'

No image is built and no cluster is asked: a machine without a container registry can do neither.
"""

import copy
import re
import shlex
import sys
import unittest

import yaml

from packages import ROOT, run

sys.path.insert(0, run(ROOT / "tools" / "fetch_validators").stdout.strip())
import dockerfile_parse  # noqa: E402
import kubernetes_validate  # noqa: E402

# The oldest and the newest release whose schemas there are.
RELEASES = [kubernetes_validate.utils.all_versions()[end] for end in (0, -1)]
EXAMPLES = sorted((ROOT / "packaging" / "kubernetes").glob("*.yaml"))


def documents(path):
    return [document for document in yaml.safe_load_all(path.read_text()) if document]


def pods():
    """The specification of every pod in the examples."""
    return [(path.name, document["spec"]["template"]["spec"]) for path in EXAMPLES for document in documents(path)]


def migrating_containers():
    return [(name, container) for name, pod in pods() for container in pod.get("initContainers", []) + pod["containers"]
            if container["name"] == "migrate"]


class KubernetesTest(unittest.TestCase):
    def test_every_example_fits_the_schemas(self):
        self.assertEqual(len(EXAMPLES), 2)
        for path in EXAMPLES:
            for document in documents(path):
                for release in RELEASES:
                    kubernetes_validate.validate(document, release, strict=True)

    def test_a_misspelled_field_would_be_found(self):
        wrong = copy.deepcopy(documents(EXAMPLES[0])[0])
        wrong["spec"]["template"]["spec"]["initContainerz"] = []

        with self.assertRaises(kubernetes_validate.ValidationError):
            kubernetes_validate.validate(wrong, RELEASES[-1], strict=True)

    def test_the_url_comes_from_a_secret(self):
        containers = migrating_containers()

        self.assertEqual(len(containers), len(EXAMPLES))
        for name, container in containers:
            (url,) = [variable for variable in container["env"] if variable["name"] == "DATABASE_URL"]
            self.assertIn("secretKeyRef", url["valueFrom"], name)
            self.assertNotIn("://", " ".join(container["args"]), name)

    def test_nothing_runs_as_root_or_writes_into_its_image(self):
        for name, pod in pods():
            self.assertTrue(pod["securityContext"]["runAsNonRoot"], name)
            for container in pod.get("initContainers", []) + pod["containers"]:
                context = container["securityContext"]
                self.assertFalse(context["allowPrivilegeEscalation"], name)
                self.assertTrue(context["readOnlyRootFilesystem"], name)
                self.assertEqual(context["capabilities"], {"drop": ["ALL"]}, name)

    def test_the_image_is_that_of_this_version(self):
        version = re.search(r"project\(aether-migrate VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text())[1]

        for name, container in migrating_containers():
            self.assertEqual(container["image"], f"aether-migrate:{version}", name)


class DockerfileTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        parser = dockerfile_parse.DockerfileParser(str(ROOT / "packaging"))
        cls.steps = [(step["instruction"], step["value"]) for step in parser.structure
                     if step["instruction"] != "COMMENT"]
        cls.images = parser.parent_images

    def values(self, instruction):
        return [value for name, value in self.steps if name == instruction]

    def test_builds_in_one_stage_and_ships_another(self):
        self.assertEqual(self.images, ["debian:bookworm-slim"] * 2)
        last = max(index for index, (name, _) in enumerate(self.steps) if name == "FROM")
        shipped = " ".join(value for _, value in self.steps[last:])
        self.assertIn("from=build", shipped)
        self.assertNotIn("-dev", shipped)

    def test_runs_as_a_number_that_is_not_root(self):
        (user,) = self.values("USER")

        self.assertGreater(int(user.split(":")[0]), 0)

    def test_holds_no_secret_and_no_variable(self):
        self.assertEqual(self.values("ENV") + self.values("ARG"), [])

    def test_calls_what_is_in_the_tree_and_in_the_packages(self):
        commands = " ".join(self.values("RUN"))

        for word in shlex.split(commands):
            if word.startswith("tools/"):
                self.assertTrue((ROOT / word).is_file(), word)
        for package in ("libaether-migrate*.deb", "aether-migrate_*.deb", "aether-migrate-postgres_*.deb",
                        "aether-migrate-mysql_*.deb"):
            self.assertIn(f"/packages/{package}", commands)
        self.assertEqual(self.values("ENTRYPOINT"), ['["migrate"]'])


if __name__ == "__main__":
    unittest.main()
