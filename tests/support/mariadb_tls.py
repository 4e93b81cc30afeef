# SPDX-License-Identifier: MIT
"""Certificates for a test server and its clients, signed by an authority made on the spot with openssl."""

import os
import subprocess

SECONDS = 60
KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=SECONDS)


def make_certificates(folder, owner=None):
    """Makes ca.pem, and server and client each with .pem and .key; a second authority, other.pem, signs nothing.

    The server's certificate is good for 127.0.0.1 and localhost. `owner` is a user who must be able to read them all.
    """
    folder.mkdir(mode=0o755)
    for name in ("ca", "other"):
        openssl("req", "-x509", *KEY, "-days", 2, "-subj", f"/CN=test {name}", "-keyout", folder / f"{name}.key",
                "-out", folder / f"{name}.pem", "-addext", "basicConstraints=critical,CA:TRUE")
    for name, names in (("server", "IP:127.0.0.1,DNS:localhost"), ("client", "DNS:client")):
        openssl("req", "-x509", *KEY, "-days", 2, "-subj", f"/CN=test {name}", "-keyout", folder / f"{name}.key",
                "-out", folder / f"{name}.pem", "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key",
                "-addext", f"subjectAltName={names}", "-addext", "basicConstraints=critical,CA:FALSE")
    if owner is not None:
        for path in folder.iterdir():
            os.chown(path, owner.pw_uid, owner.pw_gid)
