CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS accounts (
    address TEXT PRIMARY KEY, name TEXT NOT NULL, history_id INTEGER NOT NULL,
    history_floor INTEGER NOT NULL, next_label INTEGER NOT NULL DEFAULT 1
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS send_as (
    account TEXT NOT NULL, address TEXT NOT NULL, name TEXT NOT NULL, reply_to TEXT NOT NULL,
    signature TEXT NOT NULL, is_primary INTEGER NOT NULL, is_default INTEGER NOT NULL,
    verified INTEGER NOT NULL, PRIMARY KEY (account, address)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS labels (
    account TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, folded TEXT NOT NULL,
    message_visibility TEXT NOT NULL, label_visibility TEXT NOT NULL,
    background TEXT NOT NULL, text_color TEXT NOT NULL,
    PRIMARY KEY (account, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS label_name ON labels (account, folded);
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY, account TEXT NOT NULL, thread INTEGER NOT NULL,
    internal_date INTEGER NOT NULL, size INTEGER NOT NULL, snippet TEXT NOT NULL,
    history_id INTEGER NOT NULL, message_id TEXT NOT NULL, subject TEXT NOT NULL, labels TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS message_order ON messages (account, internal_date DESC, id DESC);
CREATE INDEX IF NOT EXISTS thread_messages ON messages (account, thread, internal_date, id);
CREATE INDEX IF NOT EXISTS message_header ON messages (account, message_id);
CREATE TABLE IF NOT EXISTS raws (id INTEGER PRIMARY KEY, raw BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS texts (
    id INTEGER PRIMARY KEY, sender TEXT NOT NULL, recipients TEXT NOT NULL, cc TEXT NOT NULL,
    bcc TEXT NOT NULL, delivered TEXT NOT NULL, list TEXT NOT NULL, subject TEXT NOT NULL,
    body TEXT NOT NULL, files TEXT NOT NULL, attachments INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS message_labels (
    account TEXT NOT NULL, label TEXT NOT NULL, internal_date INTEGER NOT NULL, id INTEGER NOT NULL,
    PRIMARY KEY (account, label, internal_date, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS drafts (
    account TEXT NOT NULL, id TEXT NOT NULL, message INTEGER NOT NULL, PRIMARY KEY (account, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS draft_message ON drafts (message);
CREATE TABLE IF NOT EXISTS history (
    account TEXT NOT NULL, id INTEGER NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL,
    message INTEGER NOT NULL, thread INTEGER NOT NULL, changed TEXT NOT NULL, labels TEXT NOT NULL,
    PRIMARY KEY (account, id, seq)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ledger (
    n INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, via TEXT NOT NULL,
    message INTEGER NOT NULL, thread INTEGER NOT NULL, message_id TEXT NOT NULL, sender TEXT NOT NULL,
    recipients TEXT NOT NULL, accepted_at INTEGER NOT NULL, raw BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS clients (
    client_id TEXT PRIMARY KEY, secret TEXT NOT NULL, redirect_uris TEXT NOT NULL,
    name TEXT NOT NULL, testing INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS consents (
    client_id TEXT NOT NULL, account TEXT NOT NULL, scope TEXT NOT NULL, PRIMARY KEY (client_id, account)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS codes (
    code TEXT PRIMARY KEY, client_id TEXT NOT NULL, account TEXT NOT NULL, redirect_uri TEXT NOT NULL,
    scope TEXT NOT NULL, challenge TEXT NOT NULL, challenge_method TEXT NOT NULL,
    offline INTEGER NOT NULL, expires_at REAL NOT NULL, used INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tokens (
    token TEXT PRIMARY KEY, kind TEXT NOT NULL, client_id TEXT NOT NULL, account TEXT NOT NULL,
    scope TEXT NOT NULL, expires_at REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS token_owner ON tokens (client_id, account);
