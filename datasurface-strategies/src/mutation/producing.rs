//! What breaks a rule about what is produced.

use super::{Mutation, SOURCE, dataset, datastore_with, in_team, mutation, reader, shaped, store, with};
use chrono::NaiveDate;
use datasurface_model::{
    Capture, Collation, Column, Consistency, DataContainer, DataType, Dataset, Datastore, Deprecation,
    Ecosystem, FileFormat, Latency, QualityCheck, TableSchema,
};

pub(super) const ALL: &[Mutation] = &[
    mutation("capture/consistency", |it| {
        from_files(it, |capture| capture.source("d", "d/").with_consistency(Consistency::MultiDataset))
    }),
    mutation("capture/container-kind", |it| {
        with(it, store("Extra").captured(Capture::object_files(SOURCE, FileFormat::Csv).source("d", "d/")))
    }),
    mutation("capture/cron", |it| {
        with(it, store("Extra").captured(Capture::sql_snapshot(SOURCE).with_cron("at noon")))
    }),
    mutation("capture/former-source", |it| {
        let renamed = Dataset::new("d", "id Integer key").renamed_from("former");
        with(it, Datastore::new("Extra").captured(Capture::sql_snapshot(SOURCE)).dataset(renamed))
    }),
    mutation("capture/keyless", |it| {
        with(it, store("Extra").captured(Capture::sql_snapshot(SOURCE).keyless_dataset("d")))
    }),
    mutation("capture/missing", |it| with(it, Datastore::new("Extra").dataset(dataset()))),
    mutation("capture/missing-source", |it| from_files(it, |capture| capture)),
    mutation("capture/other-database", |it| {
        let server = DataContainer::postgres("Extra", "extra.example", "data").located("On Premises/USA");
        let capture = Capture::sql_snapshot("USA/Team 1/Extra").table("d", "other.public.d");
        in_team(with(it, store("Extra").captured(capture)), |team| team.container(server))
    }),
    mutation("capture/shared-source", |it| {
        let capture = Capture::sql_snapshot(SOURCE).table("d", "t").table("e", "t");
        with(it, store("Extra").captured(capture).dataset(Dataset::new("e", "id Integer key")))
    }),
    mutation("capture/source-syntax", |it| from_files(it, |capture| capture.source("d", "d/\u{7}"))),
    mutation("capture/time-zone", |it| {
        with(it, store("Extra").captured(Capture::sql_snapshot(SOURCE).with_cron("0 6 * * * Europe/Berln")))
    }),
    mutation("capture/under-classified", |it| {
        let server = DataContainer::postgres("Extra", "extra.example", "data").located("On Premises/USA");
        let container = "USA/Team 1/Extra";
        let again = Datastore::new("Again").captured(Capture::sql_snapshot(container)).dataset(dataset());
        let it = with(it, datastore_with("Extra", dataset().classified("PII")));
        in_team(it, |team| {
            team.container(server).datastore(again).workspace(reader("Extra/d").with_container(container))
        })
    }),
    mutation("capture/unknown-table", |it| {
        with(it, store("Extra").captured(Capture::sql_snapshot(SOURCE).table("dd", "t")))
    }),
    mutation("capture/watermark", |it| {
        with(it, store("Extra").captured(Capture::sql_watermark(SOURCE, "nowhere")))
    }),
    mutation("classification/both", |it| {
        let column = Column::new("id", DataType::Integer).not_null().classified("Public");
        let dataset = shaped(TableSchema::new([column]).keyed(["id"])).classified("Public");
        with(it, datastore_with("Extra", dataset))
    }),
    mutation("classification/incomplete", |it| with(it, store("Extra").in_production())),
    mutation("datastore/no-datasets", |it| {
        with(it, Datastore::new("Extra").captured(Capture::sql_snapshot(SOURCE)))
    }),
    mutation("lifecycle/own-replacement", |it| {
        let ending = Deprecation::new(NaiveDate::MIN, "there is a better one").replaced_by("Extra");
        with(it, store("Extra").deprecated(ending))
    }),
    mutation("lifecycle/sunset", |it| {
        let ending = Deprecation::new(NaiveDate::MAX, "there is a better one").with_sunset(NaiveDate::MIN);
        with(it, datastore_with("Extra", dataset().deprecated(ending)))
    }),
    mutation("name/duplicate", |it| {
        let capture = Capture::sql_snapshot(SOURCE).table("d", "another");
        with(with(it, store("Extra")), store("EXTRA").captured(capture))
    }),
    mutation("name/reserved-word", |it| with(it, store("Order"))),
    mutation("name/syntax", |it| with(it, store("2nd"))),
    mutation("quality/fresh-type", |it| {
        let check = QualityCheck::fresh("id", Latency::hours(1));
        with(it, datastore_with("Extra", dataset().quality_check(check)))
    }),
    mutation("quality/parameter", |it| {
        with(it, datastore_with("Extra", dataset().quality_check(QualityCheck::rows(2, 1))))
    }),
    mutation("quality/unknown-column", |it| {
        with(it, datastore_with("Extra", dataset().quality_check(QualityCheck::unique(["nowhere"]))))
    }),
    mutation("reference/unknown-container", |it| {
        with(it, store("Extra").captured(Capture::sql_snapshot("USA/Team 1/Sorce 1")))
    }),
    mutation("reference/unknown-policy", |it| {
        with(it, datastore_with("Extra", dataset().storage_policy("nowhere")))
    }),
    mutation("rename/continues-declared", |it| {
        let kept = store("Extra").dataset(Dataset::new("later", "id Integer key").continuing("Extra/d"));
        with(it, kept)
    }),
    mutation("rename/from-itself", |it| with(it, store("Extra").renamed_from("Extra"))),
    mutation("rename/still-there", |it| with(with(it, store("Extra")), store("Other").renamed_from("Extra"))),
    mutation("rename/twice", |it| {
        with(with(it, store("Extra").renamed_from("Former")), store("Other").renamed_from("Former"))
    }),
    mutation("schema/duplicate-key-column", |it| {
        with(it, datastore_with("Extra", shaped(TableSchema::new([id()]).keyed(["id", "id"]))))
    }),
    mutation("schema/duplicate-partition-column", |it| {
        let table = TableSchema::new([id()]).keyed(["id"]).partitioned(["id", "id"]);
        with(it, datastore_with("Extra", shaped(table)))
    }),
    mutation("schema/nested-key", |it| with(it, datastore_with("Extra", shaped("id Array(Integer) key")))),
    mutation("schema/no-columns", |it| with(it, datastore_with("Extra", shaped(TableSchema::new([]))))),
    mutation("schema/no-key", |it| with(it, datastore_with("Extra", shaped("id Integer")))),
    mutation("schema/nullable-key", |it| {
        let nullable = Column::new("id", DataType::Integer);
        with(it, datastore_with("Extra", shaped(TableSchema::new([nullable]).keyed(["id"]))))
    }),
    mutation("schema/nullable-partition", |it| {
        let table = TableSchema::new([id(), Column::new("changed", DataType::Date)])
            .keyed(["id"])
            .partitioned(["changed"]);
        with(it, datastore_with("Extra", shaped(table)))
    }),
    mutation("schema/type-parameter", |it| {
        with(it, datastore_with("Extra", shaped("id Integer key, n Decimal(2,5)")))
    }),
    mutation("schema/unknown-collation", |it| {
        let collated =
            DataType::VarChar { length: Some(5), collation: Some(Collation::from("no such thing").into()) };
        let table = TableSchema::new([id(), Column::new("text", collated)]).keyed(["id"]);
        with(it, datastore_with("Extra", shaped(table)))
    }),
    mutation("schema/unknown-key-column", |it| {
        with(it, datastore_with("Extra", shaped(TableSchema::new([id()]).keyed(["ID"]))))
    }),
    mutation("schema/unknown-partition-column", |it| {
        let table = TableSchema::new([id()]).keyed(["id"]).partitioned(["ID"]);
        with(it, datastore_with("Extra", shaped(table)))
    }),
    mutation("schema/unknown-time-zone", |it| {
        let zoned = Column::new("changed", DataType::Timestamp { zone: Some("Mars/Olympus".into()) });
        with(it, datastore_with("Extra", shaped(TableSchema::new([id(), zoned]).keyed(["id"]))))
    }),
    mutation("schema/unreadable", |it| with(it, datastore_with("Extra", shaped("id Nonsense key")))),
];

fn id() -> Column {
    Column::new("id", DataType::Integer).not_null()
}

/// A datastore that is captured from files in a bucket.
fn from_files(ecosystem: Ecosystem, change: impl FnOnce(Capture) -> Capture) -> Ecosystem {
    let bucket = DataContainer::object_storage("Extra", "extra-files").located("On Premises/USA");
    let capture = change(Capture::object_files("USA/Team 1/Extra", FileFormat::Csv));
    in_team(ecosystem, |team| team.container(bucket).datastore(store("Extra").captured(capture)))
}
