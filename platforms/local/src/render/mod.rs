//! Rendering: one file for each table, copy, view and transformer, one list of jobs.
//!
//! | file | resource | sections |
//! |---|---|---|
//! | `database.sql` | `database` | `create`, and the statements that keep the metadata tables |
//! | `tables/<datastore>/<dataset>.sql` | `table.…` | `create`; within a batch `stage`, `load`, `check 1` and more, `merge`, `count`, `schema`, `unstage`; afterwards `forget`, `purge` |
//! | the same, with rows that are set aside | | also `reject`, `count_rejected` |
//! | the same, read by a watermark | | also `position`, `reached`, `complete`, `merge_new`, `remember` |
//! | the same, captured by another local platform | | also `agrees`, `last`, `follow`, `follow_schemas`, `followed`, `differs` |
//! | the same, published for others | | also `publish`, `first_end`, `published_batches`, `published_schemas` |
//! | the same, of what another platform publishes | | also `receive_create`, `received`, `receive_anew`, `receive`, `receive_batch`, `receive_schema` |
//! | the same, of a topic | | instead of those `topic_create`, `topic_known`, `topic_anew`, `topic_positions`, `topic_put`, `topic_delete`, `topic_position`, `topic_complete`, `topic_confirmed` |
//! | `copies/<zone>/<team>/<container>/<datastore>/<dataset>.sql` | `copy.…` | `create`, `apply`, `purge`, `restart`, `applied`, `earlier`, `remake`, `verify` |
//! | the same, on a server | | instead of `apply`: `stage`, `changes`, `load`, `set_aside`, `merge`, `live`, `live_there`, `restage`, `live_versions`, `load_live`, `live_aside`, `close_aside`, `close`, `remember`; `count_aside`; before `purge`, `last_old` |
//! | `views/<workspace>/<group>/<datastore>/<dataset>.sql` | `view.…` | `create`; for a server, `drop` |
//! | `outputs/<workspace>.sql` | `output.…` | within a run `inputs`, and `select <dataset>` for each dataset |
//! | `jobs.json` | `capture.…`, `trigger.…`, `transform.…` | |
//!
//! A file is executed with the database that its head names as `main`. Where it reads a second one, that one is
//! attached: the platform's own database as `platform` for a copy, the consumer's file as `container` for a
//! transformer whose inputs are copies, the database of the platform that captures for all as `predecessor`.

mod capture_reads;
mod checked_column;
mod copy;
mod foundation;
mod jobs;
mod output;
mod table;
mod view;

pub(crate) use capture_reads::{CaptureReads, CaptureStart, watermark_of};
pub(crate) use checked_column::CheckedColumn;
pub(crate) use copy::{create_copy, forget_progress};
pub(crate) use foundation::{METADATA_TABLES, READ_METADATA};
pub(crate) use output::{
    attributes as output_attributes, drop_outputs, inputs as output_inputs, select_output, select_section,
};
pub(crate) use view::{create_views, drop_views, revoke};

use crate::{config::LocalConfig, names::address, prelude::*};

/// The schema that the platform's own database is attached as, where a consumer's file is `main`.
pub(crate) const PLATFORM_SCHEMA: &str = "platform";

/// Renders the foundation or a shard.
pub(crate) fn render(config: &LocalConfig, scope: &ScopeView) -> Result<Rendering, PlatformError> {
    let mut rendering = Rendering::new();
    if *scope.scope() == Scope::Foundation {
        foundation::render(config, scope, &mut rendering)?;
        return Ok(rendering);
    }
    let mut jobs = jobs::Jobs::default();
    for node in scope.nodes() {
        let view = node.view();
        if let NodeDetail::Ingest(_) = view.detail() {
            for dataset in node.datasets() {
                table::render(config, view, dataset, &mut rendering)?;
            }
        }
        if !node.is_whole() {
            continue;
        }
        match view.detail() {
            NodeDetail::Ingest(ingest) => jobs.capture(config, view, ingest)?,
            NodeDetail::Export(export) => {
                let before = rendering.resources().len();
                copy::render(config, view, export, &mut rendering)?;
                view::render(config, view, export, &mut rendering)?;
                if rendering.resources().len() == before {
                    rendering
                        .nothing_for(&view.facts().key_now(), "transformers read the captured table itself");
                }
            }
            NodeDetail::Trigger(trigger) => jobs.trigger(config, view, trigger)?,
            NodeDetail::Transform(transform) => {
                output::render(config, view, transform, &mut rendering)?;
                jobs.transform(config, view, transform)?;
            }
        }
    }
    for held in scope.held() {
        table::render_held(config, held, &mut rendering)?;
    }
    jobs.render(&mut rendering)?;
    Ok(rendering)
}

/// A resource in the platform's own database.
fn in_database(address: String, kind: &str, node: &NodeFacts) -> Resource {
    Resource::new(address, kind).origin(&node.key_now()).dependency(address::DATABASE)
}
