"""An independent model of what tables must show: it replays every change that was delivered, in the order of its sequence, from the full load
on. It knows nothing of batches, versions or files.
"""


def state(loaded, delivered, key):
    """The records after all changes that were delivered, by key. A change may be delivered more than once."""
    records = {tuple(record[name] for name in key): record for record in loaded}
    for operation, record, sequence, former in sorted(delivered, key=lambda change: change[2]):
        place = tuple(record[name] for name in key)
        if operation == "D":
            records.pop(place, None)
            continue
        if former is not None:
            records.pop(tuple(former[name] for name in key), None)
        records[place] = record
    return records
