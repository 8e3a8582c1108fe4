-- Schema 1, as it was written: never to be changed.
CREATE TABLE record (
  seq INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  lane INTEGER NOT NULL,
  meter INTEGER NOT NULL,
  start_ms INTEGER NOT NULL,
  end_ms INTEGER NOT NULL,
  crc INTEGER NOT NULL,
  body BLOB NOT NULL);
CREATE INDEX record_lasting ON record (meter, kind) WHERE kind IN (6, 7);
CREATE TABLE name (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE epoch (epoch INTEGER PRIMARY KEY, after_seq INTEGER NOT NULL);
CREATE TABLE mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE cursor (
  consumer TEXT NOT NULL,
  lane INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (consumer, lane)) WITHOUT ROWID;
CREATE TABLE device (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  meter TEXT NOT NULL,
  identifier TEXT NOT NULL,
  from_ms INTEGER NOT NULL,
  to_ms INTEGER,
  confirmed INTEGER NOT NULL);
CREATE TABLE quarantine (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  meter TEXT NOT NULL,
  register TEXT NOT NULL,
  reason TEXT NOT NULL,
  device TEXT,
  verdict TEXT,
  entry TEXT NOT NULL);
CREATE TABLE held (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  meter TEXT NOT NULL,
  boot_id TEXT NOT NULL,
  start_ms INTEGER NOT NULL,
  end_ms INTEGER NOT NULL,
  crc INTEGER NOT NULL,
  body BLOB NOT NULL);
PRAGMA application_id=1380273226;
PRAGMA user_version=1;
