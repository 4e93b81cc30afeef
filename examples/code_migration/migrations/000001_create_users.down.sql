-- SPDX-License-Identifier: MIT
-- Removes the people.
DROP TABLE users;
