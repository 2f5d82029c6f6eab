//! For how long versions are owed after they ceased to be true.

use super::quote::literal;
use crate::prelude::*;

/// Selects the last batch of a dataset such that nobody is owed what ended with it, or before: the one before the first
/// batch that is young enough. So nothing younger goes, also where a clock was set back. When batches became visible is
/// in the platform's own database, which may be attached as this schema.
pub(crate) fn last_old_batch(schema: &str, dataset: &DatasetKey, retention: Retention) -> String {
    let batches = format!(
        "FROM {schema}.\"datasurface_batches\"\n  WHERE \"datastore\" = {}\n    AND \"dataset\" = {}",
        literal(dataset.datastore.as_str()),
        literal(dataset.dataset.as_str())
    );
    let first_young = format!(
        "SELECT min(\"batch\")\n  {batches}\n    AND julianday(\"visible_at\") >= julianday(:now) - {}",
        retention.as_days()
    );
    format!(
        "SELECT max(\"batch\")\n  {batches}\n    AND \"batch\" < coalesce(\n      (\n        {}\n      ),\n      {}\n    )",
        first_young.replace("\n  ", "\n        "),
        i64::MAX
    )
}
