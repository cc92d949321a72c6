-- Defaults of members: what each of them has chosen, on each server for itself, for whenever nothing else is said.

CREATE TABLE member_defaults (
    server_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    choices TEXT NOT NULL,  -- as JSON: those that were made; there is no row without any
    PRIMARY KEY (server_id, user_id)
) STRICT, WITHOUT ROWID;
