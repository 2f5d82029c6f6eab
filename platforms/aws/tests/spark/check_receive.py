"""Runs the rendered job that receives from another lake on Spark with Iceberg: its tables show what the tables of that lake show, live and at
every moment, whatever happens to both.

Arguments: the folders of the instance that captures and of the one that receives, both again at a later revision, an empty folder, the jar of
Iceberg, and a seed.
"""

import itertools
import random
import sys

import boto3
import dms_files
import killed
from rendered import Rendered, session
from side import Side
from source import COLUMNS, WIDER, Source

LABEL = "Store-orders"


class Trial:
    def __init__(self, lake, reports, seed):
        self.lake, self.reports, self.chance = lake, reports, random.Random(seed)
        folder = dms_files.Folder(lake.definition["files"].removeprefix("file://"), COLUMNS, lake.definition["key"])
        self.source, self.compared, self.hour = Source(folder, self.chance), 0, 0

    def merge(self):
        self.hour += 1
        self.source.go_on()
        self.lake.run("merge", self.hour)

    def receive(self, deaths=0, chance=None):
        """Receives, and compares every version."""
        self.reports.run("receive", deaths=deaths, chance=chance or self.chance)
        there, here = self.lake.versions(), self.reports.versions()
        assert here == there, f"{set(here) - set(there)} is not {set(there) - set(here)}"
        self.compared += len(here)
        # There is nothing left to do, so nothing is written or told.
        before = self.reports.snapshots(), len(boto3.EVENTS)
        self.reports.run("receive")
        assert (self.reports.snapshots(), len(boto3.EVENTS)) == before


class Each:
    """Each number, one after the other."""

    def __init__(self):
        self.numbers = itertools.count()

    def randrange(self, _):
        return next(self.numbers)


def die_before_telling(side):
    """A run dies behind all that it wrote."""
    original = boto3.Events.put_events

    def dying(self, Entries):
        raise killed.Killed

    boto3.Events.put_events = dying
    try:
        side.run("receive")
        raise AssertionError("nothing was told")
    except killed.Killed:
        pass
    finally:
        boto3.Events.put_events = original


def go_through(trial, later):
    lake, reports = trial.lake, trial.reports
    # Nothing was merged yet.
    reports.run("receive")
    assert boto3.EVENTS == []
    trial.source.load(5)
    trial.merge()
    trial.receive()
    assert boto3.EVENTS[0]["Detail"] == '{"instance":"Reports"}', boto3.EVENTS
    # Runs die before each of their statements, one after the other.
    trial.merge()
    told = len(boto3.EVENTS)
    trial.receive(9, Each())
    assert len(boto3.EVENTS) > told
    # One dies before it told what it wrote: the next one writes nothing more, and tells it.
    trial.merge()
    die_before_telling(reports)
    assert reports.versions() == lake.versions()
    told, snapshots = len(boto3.EVENTS), reports.snapshots()
    reports.run("receive")
    assert (len(boto3.EVENTS), reports.snapshots()) == (told + 1, snapshots)
    # A column that is new, and a type that is wider: who receives is told of them first, and then the source.
    trial.source.folder.columns = WIDER
    reports.take_up(later["reports"])
    reports.run("receive")
    lake.take_up(later["lake"])
    trial.merge()
    trial.receive(1)


def read_what_follows_alone(trial):
    """Where a snapshot follows the one that was received, no version of before is compared: one that was taken away here stays away."""
    reports = trial.reports
    name = reports.definition["table"]
    gone = reports.spark.sql(f"SELECT id, _valid_from FROM {name} WHERE _valid_to IS NOT NULL ORDER BY _valid_to LIMIT 1").first()
    where = f"id = {gone.id} AND _valid_from = TIMESTAMP '{gone._valid_from}'"
    reports.spark.sql(f"DELETE FROM {name} WHERE {where}")
    trial.merge()
    reports.run("receive")
    assert reports.spark.sql(f"SELECT count(*) FROM {name} WHERE {where}").first()[0] == 0
    # Without a record of it, all of it is compared.
    reports.spark.sql(f"ALTER TABLE {name} UNSET TBLPROPERTIES ('datasurface.received')")
    trial.receive(1)


def maintained(trial):
    """Files that are written again change nothing, nor do snapshots that expire before they were received."""
    lake = trial.lake
    trial.merge()
    lake.run("maintain", 24 * 30)
    assert lake.snapshots() == 1
    trial.receive(1)


def taken_back(trial):
    """What the source takes back goes here, too."""
    lake, name = trial.lake, trial.lake.definition["table"]
    before = lake.spark.sql(f"SELECT snapshot_id FROM {name}.refs WHERE name = 'main'").first()[0]
    # Of two batches: versions that began and ended in between never were. A run dies after the first one, and the source goes on.
    trial.merge()
    die_before_telling(trial.reports)
    trial.merge()
    trial.receive()
    lake.spark.sql(f"CALL {name.split('.')[0]}.system.rollback_to_snapshot('{name}', {before})")
    trial.receive(1)


def made_anew(trial):
    """A source that lost its table has nothing of before: what was there stays in the history here, and goes on nowhere."""
    lake, reports = trial.lake, trial.reports
    ended = [version for version in reports.versions() if version[-1] is not None]
    lake.create_table()
    trial.merge()
    reports.run("receive")
    there, here = lake.versions(), reports.versions()
    assert [one for one in here if one[-1] is None] == [one for one in there if one[-1] is None]
    assert set(there) <= set(here) and set(ended) <= set(here), set(ended) - set(here)


def failing(trial):
    """A source whose last batch failed is waited for by what is made of it here, too."""
    lake, reports = trial.lake, trial.reports

    def failed():
        rows = reports.spark.sql(f"SHOW TBLPROPERTIES {reports.definition['table']}").collect()
        return next((row.value for row in rows if row.key == "datasurface.failed"), None)

    told = len(boto3.EVENTS)
    lake.spark.sql(f"ALTER TABLE {lake.definition['table']} SET TBLPROPERTIES ('datasurface.failed' = 'no')")
    reports.run("receive")
    assert "the last batch failed" in failed() and len(boto3.EVENTS) == told + 1, failed()
    lake.spark.sql(f"ALTER TABLE {lake.definition['table']} UNSET TBLPROPERTIES ('datasurface.failed')")
    reports.run("receive")
    assert failed() is None and len(boto3.EVENTS) == told + 2
    # A value that its column here cannot have is refused, and what was received before stays.
    before, wider = reports.versions(), reports.definition
    lake.spark.sql(f"UPDATE {lake.definition['table']} SET customer = {2**40}, _valid_from = _valid_from + INTERVAL 1 DAY WHERE _valid_to IS NULL")
    reports.take_up(reports.rendered)
    reports.definition["columns"] = [one | {"greatest": 9} if one["name"] == "customer" else one for one in wider["columns"]]
    reports.rendered.replace(reports.address, reports.definition)
    try:
        reports.run("receive")
        raise AssertionError("it was taken")
    except SystemExit as refusal:
        assert "a value of `customer`" in str(refusal), refusal
    assert reports.versions() == before and "a value of `customer`" in failed()


def main():
    *folders, buckets, jar, seed = sys.argv[1:]
    lake, reports, later_lake, later_reports = (Rendered(folder, buckets) for folder in folders)
    spark = session(lake, jar)
    trial = Trial(Side(spark, lake, LABEL), Side(spark, reports, LABEL), int(seed))
    for side in (trial.lake, trial.reports):
        side.create_table()
    go_through(trial, {"lake": later_lake, "reports": later_reports})
    read_what_follows_alone(trial)
    maintained(trial)
    taken_back(trial)
    made_anew(trial)
    failing(trial)
    print(f"{trial.compared} versions compared")


if __name__ == "__main__":
    main()
