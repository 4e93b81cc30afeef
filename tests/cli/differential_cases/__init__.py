# SPDX-License-Identifier: MIT
"""The cases, one file per part of golang-migrate's behaviour; each file has a list CASES."""
