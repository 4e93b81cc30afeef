-- SPDX-License-Identifier: MIT
-- What the shop sells.
CREATE TABLE items (id integer PRIMARY KEY, name text NOT NULL);
