//! The way in which a datastore of tables is captured.

use crate::{names::choose, plan::Choice};
use datasurface_model::{
    Capture, CaptureKind, CaptureTrigger, ColumnName, DataType, Datastore, Ecosystem, Entity, SourceNames,
    TableSchema, WatermarkColumns,
};

/// Captures the same tables in another way: from a log instead of by SQL and the other way round, or by watermarks instead of as a whole.
/// Whether a platform can do so is another question.
pub(super) fn in_another_way(ecosystem: Ecosystem, at: Choice, to: Choice) -> Ecosystem {
    let teams = ecosystem.zones().iter().filter_map(|zone| zone.definition());
    let teams = teams.flat_map(|zone| zone.teams().iter().filter_map(|team| team.definition()));
    let stores = teams.flat_map(|team| team.datastores().iter());
    let changed: Vec<Datastore> = stores.filter_map(|store| changed(store, to)).collect();
    match choose(&changed, at).cloned() {
        Some(store) => ecosystem.edit_datastore(store.name().clone(), |_| store),
        None => ecosystem,
    }
}

fn changed(store: &Datastore, to: Choice) -> Option<Datastore> {
    let capture = store.capture()?;
    let kind = match capture.kind() {
        CaptureKind::ChangeDataCapture { tables } => {
            CaptureKind::SqlSnapshot { tables: tables.clone(), keyless: Default::default() }
        }
        // Only a snapshot can be of what has no key.
        CaptureKind::SqlSnapshot { keyless, .. } if !keyless.is_empty() => return None,
        CaptureKind::SqlSnapshot { tables, .. } if to % 2 == 1 => {
            watermark(store, tables).unwrap_or(CaptureKind::ChangeDataCapture { tables: tables.clone() })
        }
        CaptureKind::SqlSnapshot { tables, .. } | CaptureKind::SqlWatermark { tables, .. } => {
            CaptureKind::ChangeDataCapture { tables: tables.clone() }
        }
        CaptureKind::Kafka { .. } | CaptureKind::ObjectFiles { .. } => return None,
    };
    let other = Capture::new(capture.container(), kind).with_consistency(capture.consistency());
    let other = match capture.trigger() {
        CaptureTrigger::Cron(cron) => other.with_cron(cron.clone()),
        CaptureTrigger::External => other,
    };
    let other = capture.credential().cloned().into_iter().fold(other, Capture::with_credential);
    Some(store.clone().captured(other))
}

/// The capture by a column of each dataset; none where one of them has none.
fn watermark(store: &Datastore, tables: &SourceNames) -> Option<CaptureKind> {
    let columns = store.datasets().iter();
    let columns =
        columns.map(|dataset| Some((dataset.name().clone(), growing_column(dataset.schema().table())?)));
    let columns: WatermarkColumns = columns.collect::<Option<_>>()?;
    let column = columns.values().next()?.clone();
    Some(CaptureKind::SqlWatermark { column, columns, tables: tables.clone() })
}

/// The first column whose values may only grow.
fn growing_column(table: &TableSchema) -> Option<ColumnName> {
    let grows = |data_type: &DataType| {
        matches!(
            data_type,
            DataType::SmallInt | DataType::Integer | DataType::BigInt | DataType::Timestamp { .. }
        )
    };
    table.columns().iter().find(|column| grows(column.data_type())).map(|column| column.name().clone())
}
