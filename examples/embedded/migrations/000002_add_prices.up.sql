-- SPDX-License-Identifier: MIT
-- What it costs, in cents.
ALTER TABLE items ADD COLUMN price integer NOT NULL DEFAULT 0;
