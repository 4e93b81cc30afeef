-- SPDX-License-Identifier: MIT
-- Takes it away.
ALTER TABLE users DROP COLUMN slug;
