-- SPDX-License-Identifier: MIT
-- People and their names.
CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL);
INSERT INTO users VALUES (1, 'Ada Lovelace'), (2, 'Grace Hopper');
