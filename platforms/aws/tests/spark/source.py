"""A producer whose records change at random, and what DMS delivers of it: late, twice, and with several changes of a record at once."""

from datetime import datetime

import dms_files
import expected

COLUMNS = {"id": "bigint", "customer": "int", "amount": "decimal(12,2)", "placed": "timestamp"}

# The columns from some moment on: one is wider, and one is new.
WIDER = {**COLUMNS, "customer": "bigint", "note": "string"}


class Source:
    """A table of a producer that changes at random."""

    def __init__(self, folder, chance):
        self.folder, self.random = folder, chance
        self.records, self.sequence = {}, 0
        self.loaded, self.delivered, self.held_back, self.paths = [], [], [], []

    def values(self):
        values = {
            "customer": self.random.randrange(3),
            "amount": dms_files.amount(self.random.choice([None, 100, 250])),
            "placed": self.random.choice([None, datetime(2026, 5, 1, 12, 30, 15, 250_000)]),
        }
        if "note" in self.folder.columns:
            values["note"] = self.random.choice([None, "first", "second"])
        return values

    def load(self, count):
        self.records = {number: {"id": number, **self.values()} for number in range(count)}
        self.loaded = list(self.records.values())
        self.folder.load(self.loaded)

    def change(self):
        """One change, as a transaction makes it; none if it would break the key."""
        kind, number = self.random.choice("IUUDK"), self.random.randrange(8)
        there = number in self.records
        if there == (kind == "I"):
            return None
        self.sequence += 1
        record, former, sequence = {"id": number, **self.values()}, None, dms_files.sequence(self.sequence)
        if kind == "D":
            record = self.records.pop(number)
        elif kind == "K":
            other = self.random.randrange(8)
            if other in self.records:
                return None
            former, record = self.records.pop(number), {**record, "id": other}
            self.records[other] = record
        else:
            former = self.records.get(number)
            self.records[number] = record
        return ("U" if kind == "K" else kind, record, sequence, former)

    def go_on(self):
        """Writes some changes: in two files, of which the first one may be late by a batch, and any may come again, soon or in a later batch."""
        late, self.held_back = self.held_back, []
        changes = [change for change in (self.change() for _ in range(self.random.randrange(10, 30))) if change]
        cut = self.random.randrange(len(changes) + 1)
        parts = [part for part in (changes[:cut], changes[cut:]) if part]
        if len(parts) == 2 and self.random.random() < 0.5:
            self.held_back = parts.pop(0)
        for part in [*parts, late]:
            if part:
                path = self.folder.change(part)
                self.delivered += part
                self.paths.append(path)
        if self.paths and self.random.random() < 0.5:
            self.folder.repeat(self.random.choice(self.paths))

    def state(self):
        return expected.state(self.loaded, self.delivered, ["id"])
