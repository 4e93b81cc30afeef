-- SPDX-License-Identifier: MIT
-- A place for what stands in the address of a page.
ALTER TABLE users ADD COLUMN slug text;
