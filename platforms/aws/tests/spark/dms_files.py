"""Files as AWS DMS writes them to S3 in Parquet, for tests. `dms_files.md` has the sentences of AWS's documentation that this follows; it
shares nothing with the merge job. DMS itself was never run.
"""

import decimal
import os
import pathlib

import pyarrow as pa
import pyarrow.parquet as pq

TYPES = {
    "bigint": pa.int64(),
    "int": pa.int32(),
    "string": pa.string(),
    "decimal(12,2)": pa.decimal128(12, 2),
    "decimal(18,4)": pa.decimal128(18, 4),
    "timestamp": pa.timestamp("us"),
}


class Folder:
    """The folder of one table of a source. Time goes on by hours, so that a file is as old as it should be."""

    def __init__(self, path, columns, key):
        self.path, self.columns, self.key = pathlib.Path(path), dict(columns), key
        self.loads = self.files = 0
        self.clock = 1_767_225_600

    def load(self, records):
        """Writes a file of the full load."""
        self.loads += 1
        return self.write(f"LOAD{self.loads:08X}", [{"Op": "I", "ar_change_seq": None, **record} for record in records])

    def change(self, changes):
        """Writes a file of changes: each an operation, the record after it, its sequence, and for an update the key before."""
        self.files += 1
        rows = []
        for operation, record, sequence, former in changes:
            before = {f"BI_{name}": former[name] for name in self.key} if former else {}
            rows.append({"Op": operation, "ar_change_seq": sequence, **record, **before})
        return self.write(f"20260101-{self.files:09}", rows)

    def write(self, name, rows):
        self.path.mkdir(parents=True, exist_ok=True)
        fields = [pa.field("Op", pa.string())]
        fields += [pa.field(column, TYPES[kind]) for column, kind in self.columns.items()]
        fields += [pa.field("ar_change_seq", pa.string())]
        fields += [pa.field(f"BI_{column}", TYPES[self.columns[column]]) for column in self.key]
        path = self.path / f"{name}.parquet"
        pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(fields)), path, compression="gzip")
        self.touch(path)
        return path

    def repeat(self, path):
        """Writes a file a second time, under another name, as a task does that takes up changes again after a failure."""
        self.files += 1
        other = self.path / f"20260102-{self.files:09}.parquet"
        other.write_bytes(path.read_bytes())
        self.touch(other)

    def touch(self, path):
        self.clock += 7_200
        os.utime(path, (self.clock, self.clock))


def sequence(number):
    """A sequence of changes: the time, and a number that grows."""
    return f"20260101000000000000{number:015}"


def amount(cents):
    return None if cents is None else decimal.Decimal(cents) / 100
