//! The ecosystem: Kafka captures one store, and a local platform another one. Each has readers on the other side.

use crate::{
    dump::{Column, Table},
    engine::Site,
    site_model::{PATIENCE, model},
    two_platforms::vault,
};
use datasurface_platform::prelude::*;

/// The store of which Kafka captures changes, and the one that the local platform captures.
pub(super) const STORES: [(&str, [&str; 2]); 2] =
    [("Orders", ["orders", "notes"]), ("Receipts", ["receipts", "stock"])];

/// The columns of each table, as texts.
pub(super) const AS_TEXTS: &str = "id::text, amount::text, remark, party";

/// A table of the source, for random changes.
pub(super) fn table(name: &str) -> Table {
    let column = |name: &str, data_type: &str, length, is_nullable| Column {
        name: name.to_owned(),
        data_type: data_type.to_owned(),
        length,
        is_nullable,
        is_key: name == "id",
    };
    let columns = vec![
        column("id", "integer", None, false),
        column("amount", "smallint", None, true),
        column("remark", "character varying", Some(40), true),
        column("party", "character varying", Some(9), false),
    ];
    Table { name: name.to_owned(), columns }
}

/// Makes a table with some rows.
pub(super) fn create(name: &str) -> String {
    format!(
        "CREATE TABLE {name} (id integer PRIMARY KEY, amount smallint, remark varchar(40), party varchar(9) NOT NULL);
         INSERT INTO {name} SELECT n, NULLIF(n % 7, 0), '{name} ' || n, 'P' || n % 5 FROM generate_series(1, 60) n;"
    )
}

/// The names of datasets, which are those of their tables unless they were renamed.
pub(super) fn called(table: &'static str, is_renamed: bool) -> &'static str {
    match table {
        "orders" if is_renamed => "purchases",
        "receipts" if is_renamed => "slips",
        table => table,
    }
}

pub(super) fn ecosystem(site: &Site, is_renamed: bool) -> Ecosystem {
    let sinks = |stores: &[(&str, [&'static str; 2])]| -> Vec<String> {
        let all = stores.iter().flat_map(|(store, tables)| tables.map(|table| (*store, table)));
        all.map(|(store, table)| format!("{store}/{}", called(table, is_renamed))).collect()
    };
    let group =
        |name: &str, sinks: Vec<String>| DatasetGroup::new(name).with_sinks(sinks.iter().map(String::as_str));
    let [streamed, published] = STORES;
    let with = |team: Team| {
        let streaming =
            Capture::change_data_capture("USA/Team/Source").with_consistency(Consistency::SingleDataset);
        let snapshots = Capture::sql_snapshot("USA/Team/Source");
        let snapshots =
            if is_renamed { snapshots.table(called("receipts", true), "receipts") } else { snapshots };
        let team = [(streamed, streaming), (published, snapshots)].into_iter().fold(team, |team, each| {
            let ((name, tables), capture) = each;
            let store =
                tables.into_iter().fold(Datastore::new(name).captured(capture), |store, table_name| {
                    let schema = table(table_name).schema();
                    let dataset =
                        Dataset::new(called(table_name, is_renamed), schema.as_str()).classified("Public");
                    let is_same = called(table_name, is_renamed) == table_name;
                    store.dataset(if is_same { dataset } else { dataset.renamed_from(table_name) })
                });
            team.datastore(store)
        });
        let history = group("Ever", sinks(&[streamed]))
            .with_milestoning(Milestoning::LiveAndForensic)
            .with_retention(Retention::years(5));
        let versions = group("Ever", sinks(&[published]))
            .with_milestoning(Milestoning::Forensic)
            .with_retention(Retention::years(1));
        let reporting = Workspace::new("Reporting").with_container("USA/Team/Warehouse");
        team.container(DataContainer::sqlite("Vault", "vault.db").located("Azure/USA"))
            .workspace(Workspace::new("Historians").with_container("USA/Team/Vault").group(history))
            .workspace(reporting.group(group("Now", sinks(&STORES))).group(versions))
    };
    model(site, PATIENCE, with)
        .platform(vault().setting("publish", "published"))
        .group_pin("Reporting/Now", ["Stream"])
        .group_pin("Reporting/Ever", ["Stream"])
}
