-- SPDX-License-Identifier: MIT
-- Undoes its other half.
ALTER TABLE items DROP COLUMN price;
