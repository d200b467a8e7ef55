-- What pages show of several letters at once. Of each letter, by what stands for all it says (`fingerprint`):

CREATE TABLE letter (
  id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, name TEXT NOT NULL, fingerprint TEXT NOT NULL,
  date TEXT NOT NULL, told TEXT NOT NULL, place INTEGER, stamp TEXT NOT NULL DEFAULT ''
);
CREATE INDEX letter_name ON letter (name);
CREATE TABLE page (id INTEGER PRIMARY KEY REFERENCES letter ON DELETE CASCADE, rows BLOB NOT NULL);

CREATE TABLE demand (
  id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, letter INTEGER NOT NULL REFERENCES letter ON DELETE CASCADE,
  start INTEGER NOT NULL, in_force INTEGER NOT NULL, state TEXT NOT NULL, told TEXT NOT NULL
);
CREATE INDEX demand_letter ON demand (letter, start, iri);

CREATE TABLE thing (id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, shown TEXT NOT NULL DEFAULT '', stamp TEXT NOT NULL DEFAULT '');

CREATE TABLE signed (letter INTEGER REFERENCES letter ON DELETE CASCADE, thing INTEGER, PRIMARY KEY (letter, thing)) WITHOUT ROWID;
CREATE TABLE received (letter INTEGER REFERENCES letter ON DELETE CASCADE, thing INTEGER, role TEXT, PRIMARY KEY (letter, thing, role)) WITHOUT ROWID;
CREATE TABLE named (letter INTEGER REFERENCES letter ON DELETE CASCADE, thing INTEGER, PRIMARY KEY (letter, thing)) WITHOUT ROWID;
CREATE TABLE mentioned (letter INTEGER REFERENCES letter ON DELETE CASCADE, thing INTEGER, PRIMARY KEY (letter, thing)) WITHOUT ROWID;
CREATE TABLE printed (letter INTEGER REFERENCES letter ON DELETE CASCADE, thing INTEGER, name TEXT, PRIMARY KEY (letter, thing, name)) WITHOUT ROWID;
CREATE TABLE asked (demand INTEGER REFERENCES demand ON DELETE CASCADE, thing INTEGER, PRIMARY KEY (demand, thing)) WITHOUT ROWID;
CREATE TABLE leaning (demand INTEGER REFERENCES demand ON DELETE CASCADE, thing INTEGER, PRIMARY KEY (demand, thing)) WITHOUT ROWID;
CREATE INDEX signed_thing ON signed (thing, letter);
CREATE INDEX received_thing ON received (thing, letter);
CREATE INDEX named_thing ON named (thing, letter);
CREATE INDEX printed_thing ON printed (thing, name);
CREATE INDEX asked_thing ON asked (thing, demand);
CREATE INDEX leaning_thing ON leaning (thing, demand);
CREATE INDEX thing_shown ON thing (shown, iri);

-- Of the collection as a whole, made anew each time:

CREATE TABLE collection (told TEXT NOT NULL);
CREATE TABLE label (thing TEXT, language TEXT, label TEXT NOT NULL, PRIMARY KEY (thing, language)) WITHOUT ROWID;
CREATE TABLE note (thing TEXT NOT NULL, property TEXT NOT NULL, language TEXT NOT NULL, value TEXT NOT NULL, told TEXT NOT NULL);
CREATE INDEX note_thing ON note (thing, property, language, value);
CREATE TABLE type (id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, told TEXT NOT NULL);
CREATE TABLE assessment (id INTEGER PRIMARY KEY, demand TEXT NOT NULL, told TEXT NOT NULL);
CREATE INDEX assessment_demand ON assessment (demand);
CREATE TABLE line (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, type TEXT NOT NULL, first TEXT NOT NULL, length INTEGER NOT NULL);
CREATE INDEX line_length ON line (length DESC, name);
CREATE TABLE line_of (id INTEGER PRIMARY KEY, demand TEXT NOT NULL, line INTEGER NOT NULL);
CREATE INDEX line_of_demand ON line_of (demand);
CREATE INDEX line_of_line ON line_of (line);
