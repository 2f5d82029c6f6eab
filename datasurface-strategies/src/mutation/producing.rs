//! What breaks a rule about what is produced.

use super::{Mutation, SOURCE, dataset, in_team, of, of_dataset, shaped, store, with};
use chrono::NaiveDate;
use datasurface_model::{
    Capture, Collation, Column, Consistency, Credential, CredentialKind, DataContainer, DataType, Dataset,
    Datastore, Deprecation, Ecosystem, FileFormat, Latency, QualityCheck, TableSchema,
};

pub(super) const ALL: &[Mutation] = &[
    of("capture/consistency", |it| {
        from_files(it, |capture| capture.source("d", "d/").with_consistency(Consistency::MultiDataset))
    }),
    of("capture/container-kind", |it| {
        with(it, store("Extra").captured(Capture::object_files(SOURCE, FileFormat::Csv).source("d", "d/")))
    }),
    of("capture/credential-kind", |it| {
        let credential = Credential::new("extra", CredentialKind::AccessKey);
        with(it, store("Extra").captured(Capture::sql_snapshot(SOURCE).with_credential(credential)))
    }),
    of("capture/cron", |it| {
        with(it, store("Extra").captured(Capture::sql_snapshot(SOURCE).with_cron("at noon")))
    }),
    of("capture/former-source", |it| {
        let renamed = Dataset::new("d", "id Integer key").renamed_from("former");
        with(it, Datastore::new("Extra").captured(Capture::sql_snapshot(SOURCE)).dataset(renamed))
    }),
    of("capture/keyless", |it| {
        with(it, store("Extra").captured(Capture::sql_snapshot(SOURCE).keyless_dataset("d")))
    }),
    of("capture/missing", |it| with(it, Datastore::new("Extra").dataset(dataset()))),
    of("capture/missing-source", |it| from_files(it, |capture| capture)),
    of("capture/shared-source", |it| {
        let capture = Capture::sql_snapshot(SOURCE).table("d", "t").table("e", "t");
        with(it, store("Extra").captured(capture).dataset(Dataset::new("e", "id Integer key")))
    }),
    of("capture/source-syntax", |it| from_files(it, |capture| capture.source("d", "d/\u{7}"))),
    of("capture/time-zone", |it| {
        with(it, store("Extra").captured(Capture::sql_snapshot(SOURCE).with_cron("0 6 * * * Europe/Berln")))
    }),
    of("capture/unknown-table", |it| {
        with(it, store("Extra").captured(Capture::sql_snapshot(SOURCE).table("dd", "t")))
    }),
    of("capture/watermark", |it| {
        with(it, store("Extra").captured(Capture::sql_watermark(SOURCE, "nowhere")))
    }),
    of("classification/both", |it| {
        let column = Column::new("id", DataType::Integer).not_null().classified("Public");
        let dataset = shaped(TableSchema::new([column]).keyed(["id"])).classified("Public");
        with(it, of_dataset("Extra", dataset))
    }),
    of("classification/incomplete", |it| with(it, store("Extra").in_production())),
    of("datastore/no-datasets", |it| with(it, store("Extra").with_datasets([]))),
    of("lifecycle/own-replacement", |it| {
        let ending = Deprecation::new(NaiveDate::MIN, "there is a better one").replaced_by("Extra");
        with(it, store("Extra").deprecated(ending))
    }),
    of("lifecycle/sunset", |it| {
        let ending = Deprecation::new(NaiveDate::MAX, "there is a better one").with_sunset(NaiveDate::MIN);
        with(it, of_dataset("Extra", dataset().deprecated(ending)))
    }),
    of("name/duplicate", |it| with(with(it, store("Extra")), store("EXTRA"))),
    of("name/reserved-word", |it| with(it, store("Order"))),
    of("name/syntax", |it| with(it, store("2nd"))),
    of("quality/fresh-type", |it| {
        let check = QualityCheck::fresh("id", Latency::hours(1));
        with(it, of_dataset("Extra", dataset().quality_check(check)))
    }),
    of("quality/parameter", |it| {
        with(it, of_dataset("Extra", dataset().quality_check(QualityCheck::rows(2, 1))))
    }),
    of("quality/unknown-column", |it| {
        with(it, of_dataset("Extra", dataset().quality_check(QualityCheck::unique(["nowhere"]))))
    }),
    of("reference/unknown-container", |it| {
        with(it, store("Extra").captured(Capture::sql_snapshot("USA/Team 1/Sorce 1")))
    }),
    of("reference/unknown-policy", |it| with(it, of_dataset("Extra", dataset().storage_policy("nowhere")))),
    of("rename/from-itself", |it| with(it, store("Extra").renamed_from("Extra"))),
    of("rename/still-there", |it| with(with(it, store("Extra")), store("Other").renamed_from("Extra"))),
    of("rename/twice", |it| {
        with(with(it, store("Extra").renamed_from("Former")), store("Other").renamed_from("Former"))
    }),
    of("schema/duplicate-key-column", |it| {
        with(it, of_dataset("Extra", shaped(TableSchema::new([id()]).keyed(["id", "id"]))))
    }),
    of("schema/duplicate-partition-column", |it| {
        let table = TableSchema::new([id()]).keyed(["id"]).partitioned(["id", "id"]);
        with(it, of_dataset("Extra", shaped(table)))
    }),
    of("schema/nested-key", |it| with(it, of_dataset("Extra", shaped("id Array(Integer) key")))),
    of("schema/no-columns", |it| with(it, of_dataset("Extra", shaped(TableSchema::new([]))))),
    of("schema/no-key", |it| with(it, of_dataset("Extra", shaped("id Integer")))),
    of("schema/nullable-key", |it| {
        let nullable = Column::new("id", DataType::Integer);
        with(it, of_dataset("Extra", shaped(TableSchema::new([nullable]).keyed(["id"]))))
    }),
    of("schema/nullable-partition", |it| {
        let table = TableSchema::new([id(), Column::new("changed", DataType::Date)])
            .keyed(["id"])
            .partitioned(["changed"]);
        with(it, of_dataset("Extra", shaped(table)))
    }),
    of("schema/type-parameter", |it| with(it, of_dataset("Extra", shaped("id Integer key, n Decimal(2,5)")))),
    of("schema/unknown-collation", |it| {
        let collated =
            DataType::VarChar { length: Some(5), collation: Some(Collation::from("no such thing").into()) };
        let table = TableSchema::new([id(), Column::new("text", collated)]).keyed(["id"]);
        with(it, of_dataset("Extra", shaped(table)))
    }),
    of("schema/unknown-key-column", |it| {
        with(it, of_dataset("Extra", shaped(TableSchema::new([id()]).keyed(["ID"]))))
    }),
    of("schema/unknown-partition-column", |it| {
        let table = TableSchema::new([id()]).keyed(["id"]).partitioned(["ID"]);
        with(it, of_dataset("Extra", shaped(table)))
    }),
    of("schema/unknown-time-zone", |it| {
        let zoned = Column::new("changed", DataType::Timestamp { zone: Some("Mars/Olympus".into()) });
        with(it, of_dataset("Extra", shaped(TableSchema::new([id(), zoned]).keyed(["id"]))))
    }),
    of("schema/unreadable", |it| with(it, of_dataset("Extra", shaped("id Nonsense key")))),
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
