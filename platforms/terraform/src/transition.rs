//! Transition files: blocks that take a resource from state to state, or from address to address, without touching the thing itself.
//!
//! They lie beside the files of their scopes, since Terraform reads one folder. They stay over the revisions that nobody recorded as applied,
//! so each of them must be harmless to a state that knows it already, and to one that never had the resource:
//!
//! - `removed` forgets what is in the state, and nothing else. It is over when the address is declared there again.
//! - `import` takes up what is not in the state. It is over when the address is declared there no more.
//! - `moved` renames what is in the state. It is over when the former address is declared there again.
//!
//! An address has one such file in each scope, so a later one takes the place of an earlier one, and what is left over is withdrawn.

use crate::{
    attributes::IMPORT_ID, file::json_file, root_configuration::RootConfiguration, template::escaped,
};
use datasurface_platform::{
    Action, File, Plan, PlatformError, RenderingChange, Resource, ResourceAddress, SafePath, Scope,
    ScopeChange, Step, slug,
};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// Adds the transition files of the steps of a plan.
pub(crate) fn with_transitions(change: &RenderingChange<'_>, plan: Plan) -> Result<Plan, PlatformError> {
    let scopes = change.scopes().collect::<Result<Vec<ScopeChange>, _>>()?;
    let before = scopes.iter().flat_map(|ScopeChange { scope, old, .. }| {
        old.resources.iter().map(move |(address, resource)| (address, (scope, resource)))
    });
    let mut transitions = Transitions {
        before: before.collect(),
        pending: Pending::new(change.pending_transitions()),
        blocks: BTreeMap::new(),
        withdrawn: BTreeSet::new(),
    };
    plan.steps().iter().for_each(|step| transitions.add(step));
    let Transitions { blocks, withdrawn, .. } = transitions;
    let mut plan = withdrawn.into_iter().fold(plan, Plan::withdrawing);
    for ((scope, file_name), block) in blocks {
        plan = plan.transition_file(json_file(&format!("{}/{file_name}", scope.folder()), &block)?);
    }
    Ok(roots_of_gone(&scopes)?.into_iter().fold(plan, Plan::transition_file))
}

/// The transition files of a plan, as they come together.
struct Transitions<'c> {
    before: BTreeMap<&'c ResourceAddress, (&'c Scope, &'c Resource)>,
    pending: Pending,
    blocks: BTreeMap<(Scope, String), Json>,
    withdrawn: BTreeSet<SafePath>,
}

impl Transitions<'_> {
    fn add(&mut self, step: &Step) {
        let Some((from, was)) = self.before.get(&step.resource).copied() else {
            // A block from a time when the address was another thing, or was to go elsewhere.
            self.withdrawn.extend(self.pending.of(&step.scope, &step.resource).cloned());
            return;
        };
        let former = was.rendered_as().unwrap_or(was.address());
        match step.action {
            Action::Move => self.transfer(step, from, was, former),
            // Whatever way the resource was to take, it ends where it is.
            Action::Retire => self.withdrawn.extend(self.pending.everywhere(former).cloned()),
            // One that comes from another state gets its address on the way.
            _ if step.renamed_from.is_some() && *from == step.scope => self.rename(step, was, former),
            _ => {}
        }
    }

    /// Takes a resource from state to state. What nothing imports is destroyed and created instead.
    fn transfer(&mut self, step: &Step, from: &Scope, was: &Resource, former: &ResourceAddress) {
        let Some(import) = import(step, was) else { return };
        let removed = json!({"removed": [{"from": former, "lifecycle": {"destroy": false}}]});
        self.blocks.insert((from.clone(), file_name(former)), removed);
        self.blocks.insert((step.scope.clone(), file_name(&step.resource)), import);
    }

    /// Takes a resource from address to address within its state.
    fn rename(&mut self, step: &Step, was: &Resource, former: &ResourceAddress) {
        if self.pending.of(&step.scope, former).is_some() {
            // It may not be in the state yet: what was to take it up there takes it up under the new address.
            let import = import(step, was);
            self.blocks
                .extend(import.map(|import| ((step.scope.clone(), file_name(&step.resource)), import)));
        } else {
            self.withdrawn.extend(self.pending.of(&step.scope, &step.resource).cloned());
        }
        let moved = json!({"moved": [{"from": former, "to": step.resource}]});
        self.blocks.insert((step.scope.clone(), file_name(former)), moved);
    }
}

/// The pending transition files, by name: each name is that of one address, in some scopes.
struct Pending(BTreeMap<String, Vec<SafePath>>);

impl Pending {
    fn new(paths: BTreeSet<SafePath>) -> Self {
        let mut by_name: BTreeMap<String, Vec<SafePath>> = BTreeMap::new();
        for path in paths {
            let name = path.parts().last().map(str::to_owned);
            by_name.entry(name.unwrap_or_default()).or_default().push(path);
        }
        Self(by_name)
    }

    /// The files of an address, in all scopes.
    fn everywhere(&self, address: &ResourceAddress) -> impl Iterator<Item = &SafePath> {
        self.0.get(&file_name(address)).into_iter().flatten()
    }

    /// The file of an address in one scope.
    fn of(&self, scope: &Scope, address: &ResourceAddress) -> Option<&SafePath> {
        let path = format!("{}/{}", scope.folder(), file_name(address));
        self.everywhere(address).find(|pending| pending.as_str() == path)
    }
}

/// The block that takes a resource up where it is not yet in the state; none if nothing imports it.
fn import(step: &Step, was: &Resource) -> Option<Json> {
    let id = was.attributes().get(IMPORT_ID)?.as_str().map(escaped);
    Some(json!({"import": [{"to": step.resource, "id": id}]}))
}

/// The configurations of root modules of which nothing is rendered any more. Without it, Terraform would find no state, and what is in there
/// would stay for ever.
fn roots_of_gone(scopes: &[ScopeChange]) -> Result<Vec<File>, PlatformError> {
    let gone = scopes.iter().filter(|scope| scope.new.files.is_empty());
    let files = gone.flat_map(|scope| {
        let roots = scope.old.resources.values().filter_map(RootConfiguration::from_resource);
        roots.map(|root| root.in_folder(&scope.scope.folder()))
    });
    files.collect()
}

/// The name of the file of an address in each scope.
fn file_name(address: &ResourceAddress) -> String {
    format!("{}.transition.tf.json", file_stem(address))
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
