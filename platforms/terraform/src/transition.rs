//! Transition files: blocks that take a resource from state to state, or from address to address, without touching the thing itself.
//!
//! They lie beside the files of their scopes, since Terraform reads one folder. They stay over the revisions that nobody recorded as applied,
//! so each of them must be harmless to a state that knows it already, and to one that never had the resource:
//!
//! - `removed` forgets what is in the state, and nothing else. It is over when the resource is declared there again.
//! - `import` takes up what is not in the state. It is over when the resource is declared there no more.
//! - `moved` renames what is in the state. It is over when the former address is declared again.
//!
//! The first two have one file for each resource and scope, so that a later one takes the place of an earlier one.

use crate::{attributes::IMPORT_ID, file::json_file, root_configuration::RootConfiguration};
use datasurface_platform::{
    Action, File, Plan, PlatformError, RenderingChange, Resource, ResourceAddress, Scope, ScopeChange, Step,
    slug,
};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// Adds the transition files of the steps of a plan.
pub(crate) fn with_transitions(change: &RenderingChange<'_>, plan: Plan) -> Result<Plan, PlatformError> {
    let scopes = change.scopes().collect::<Result<Vec<ScopeChange>, _>>()?;
    let before: BTreeMap<&ResourceAddress, &Resource> =
        scopes.iter().flat_map(|scope| &scope.old.resources).collect();
    let mut blocks = Vec::new();
    let mut withdrawn = Vec::new();
    for step in plan.steps() {
        match (step.action, &step.moved_from, &step.renamed_from) {
            (Action::Move, Some(from), _) => {
                blocks.extend(
                    before
                        .get(&step.resource)
                        .and_then(|was| transferred(step, from, was))
                        .into_iter()
                        .flatten(),
                );
            }
            // Where the way of a resource was not gone yet, it ends where it began.
            (Action::Retire, ..) => withdrawn.push(transfer_file(&step.resource)),
            (Action::Create, ..) if change.from().is_some() => withdrawn.push(moved_file(&step.resource)),
            (_, None, Some(former)) if is_in_its_scope(step, &scopes) => {
                let moved = json!({"moved": [{"from": former, "to": step.resource}]});
                blocks.push((step.scope.clone(), moved_file(former), moved));
                withdrawn.push(moved_file(&step.resource));
            }
            _ => {}
        }
    }
    let mut plan = withdrawn.into_iter().fold(plan, Plan::withdrawing);
    for (scope, path, block) in blocks {
        plan = plan.scope_transition_file(scope, json_file(&path, &block)?);
    }
    for (scope, root) in roots_of_gone(&scopes)? {
        plan = plan.scope_transition_file(scope, root);
    }
    Ok(plan)
}

/// The blocks that transfer a resource from one state to another; none if nothing imports it: then it is destroyed and created.
fn transferred(step: &Step, from: &Scope, was: &Resource) -> Option<[(Scope, String, Json); 2]> {
    let id = was.attributes().get(IMPORT_ID)?;
    let former = was.rendered_as().unwrap_or(was.address());
    let removed = json!({"removed": [{"from": former, "lifecycle": {"destroy": false}}]});
    let import = json!({"import": [{"to": step.resource, "id": id.as_str().map(crate::template::escaped)}]});
    Some([
        (from.clone(), transfer_file(former), removed),
        (step.scope.clone(), transfer_file(&step.resource), import),
    ])
}

/// Whether a resource stays in its scope: one that is transferred is renamed on the way.
fn is_in_its_scope(step: &Step, scopes: &[ScopeChange]) -> bool {
    let here = scopes.iter().find(|scope| scope.scope == step.scope);
    here.is_some_and(|scope| scope.old.resources.contains_key(&step.resource))
}

/// The root configurations of root modules of which nothing is rendered any more. Without its root configuration, Terraform would find no state, and what is
/// in there would stay for ever.
fn roots_of_gone(scopes: &[ScopeChange]) -> Result<Vec<(Scope, File)>, PlatformError> {
    let gone = scopes.iter().filter(|scope| scope.new.files.is_empty());
    let files = gone.flat_map(|scope| {
        let roots = scope.old.resources.values().filter_map(RootConfiguration::from_resource);
        roots.map(|root| Ok((scope.scope.clone(), root.file()?)))
    });
    files.collect()
}

/// The name of the file by which a resource leaves a state, or comes to it.
fn transfer_file(address: &ResourceAddress) -> String {
    format!("{}.transfer.tf.json", file_stem(address))
}

/// The name of the file by which a resource leaves a former address.
fn moved_file(former: &ResourceAddress) -> String {
    format!("{}.moved.tf.json", file_stem(former))
}

/// The longest beginning of the name of a file, in characters.
const STEM_LIMIT: usize = 100;

/// An address as the beginning of the name of a file. An address is safe, but there are types with long names.
fn file_stem(address: &ResourceAddress) -> String {
    match address.as_str() {
        short if short.len() <= STEM_LIMIT => short.to_owned(),
        long => slug(&[long], STEM_LIMIT),
    }
}
