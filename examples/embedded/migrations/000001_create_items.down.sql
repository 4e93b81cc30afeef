-- SPDX-License-Identifier: MIT
-- Undoes its other half.
DROP TABLE items;
