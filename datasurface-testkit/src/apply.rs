//! Applying a plan, as somebody would who knows nothing but the contract.

use datasurface_graph::Custody;
use datasurface_platform::{
    Action, FileRecord, OwnedChange, Plan, Resource, ResourceAddress, SafePath, Scope, ScopeRecord, Step,
};
use std::collections::{BTreeMap, BTreeSet};

/// What is wrong with a plan: where, and what.
pub(crate) type ViolationDetail = (String, String);

/// Applies a plan to the old side of a change, and says what differs from the new side in the end. Those that are
/// `spared` should not go, and are not looked at.
pub(crate) fn apply(
    change: &OwnedChange,
    plan: &Plan,
    exempt: &BTreeSet<ResourceAddress>,
) -> Vec<ViolationDetail> {
    let (old, new) = (Side::new(change, |one| &one.old), Side::new(change, |one| &one.new));
    let mut violations = Vec::new();
    let mut site = old.resources.clone();
    for step in plan.steps().iter().filter(|step| !exempt.contains(&step.resource)) {
        if let Err(difference) = take(step, &mut site, &new) {
            violations.push((place(&step.resource), difference));
        }
    }
    compare(&site, &new.resources, exempt, &mut violations);
    unexplained(plan, &old, &new, &mut violations);
    violations
}

fn place(resource: &ResourceAddress) -> String {
    format!("`{resource}`")
}

/// A resource, and where it is.
#[derive(Clone)]
struct ScopedResource<'a> {
    scope: &'a Scope,
    resource: &'a Resource,
    /// Where the resource is declared; apart, because a move changes nothing else.
    file: Option<&'a SafePath>,
}

#[derive(Default)]
struct Side<'a> {
    resources: BTreeMap<&'a ResourceAddress, ScopedResource<'a>>,
    files: BTreeMap<(&'a Scope, &'a SafePath), &'a FileRecord>,
}

impl<'a> Side<'a> {
    fn new(
        change: &'a OwnedChange,
        side: impl Fn(&'a datasurface_platform::ScopeChange) -> &'a ScopeRecord,
    ) -> Self {
        let mut all = Self::default();
        for one in &change.scopes {
            let (scope, record) = (&one.scope, side(one));
            for (address, resource) in &record.resources {
                let file = resource.file();
                let placed = ScopedResource { scope, resource, file };
                all.resources.insert(address, placed);
            }
            all.files.extend(record.files.iter().map(|(path, file)| ((scope, path), file)));
        }
        all
    }
}

/// Takes one step.
fn take<'a>(
    step: &'a Step,
    site: &mut BTreeMap<&'a ResourceAddress, ScopedResource<'a>>,
    new: &Side<'a>,
) -> Result<(), String> {
    let action = step.action;
    let wanted = new.resources.get(&step.resource);
    if action == Action::Retire {
        let gone = site.remove(&step.resource).ok_or("the plan retires what is not there")?;
        return at(step, gone.scope);
    }
    let wanted = wanted.ok_or_else(|| format!("the plan has to {action} what is not rendered"))?;
    at(step, wanted.scope)?;
    if action == Action::Create {
        return match site.insert(&step.resource, wanted.clone()) {
            None => Ok(()),
            Some(_) => Err("the plan creates what is there already".to_owned()),
        };
    }
    let here =
        site.get_mut(&step.resource).ok_or_else(|| format!("the plan has to {action} what is not there"))?;
    match action {
        Action::Update => {
            here.resource = wanted.resource;
            here.file = wanted.file;
        }
        Action::Move => {
            if step.moved_from.as_ref() != Some(here.scope) {
                return Err(format!("the plan does not move it from {}, where it is", here.scope));
            }
            here.scope = wanted.scope;
            here.file = wanted.file;
        }
        Action::Hold
            if custody(wanted).is_none_or(|kept| !kept.covers(custody(here).unwrap_or_default())) =>
        {
            return Err("the plan holds it, but less of it is rendered".to_owned());
        }
        _ => *here = wanted.clone(),
    }
    Ok(())
}

fn custody(placed: &ScopedResource<'_>) -> Option<Custody> {
    placed.resource.held_data().map(|data| data.custody)
}

fn at(step: &Step, scope: &Scope) -> Result<(), String> {
    if step.scope == *scope {
        return Ok(());
    }
    let (action, said) = (step.action, &step.scope);
    Err(format!("the plan has to {action} it in {said}, but it is in {scope}"))
}

fn compare(
    site: &BTreeMap<&ResourceAddress, ScopedResource<'_>>,
    new: &BTreeMap<&ResourceAddress, ScopedResource<'_>>,
    exempt: &BTreeSet<ResourceAddress>,
    violations: &mut Vec<ViolationDetail>,
) {
    let addresses: BTreeSet<&ResourceAddress> = site.keys().chain(new.keys()).copied().collect();
    for address in addresses.into_iter().filter(|address| !exempt.contains(*address)) {
        let difference = match (site.get(address), new.get(address)) {
            (Some(is), Some(should)) => match difference(is, should) {
                Some(difference) => format!("after the plan, its {difference} is not as rendered"),
                None => continue,
            },
            (Some(_), None) => "after the plan, it is still there, but it is not rendered".to_owned(),
            _ => "after the plan, it is not there, but it is rendered".to_owned(),
        };
        violations.push((place(address), difference));
    }
}

/// Where a resource is there from does not matter to what runs.
fn difference(is: &ScopedResource<'_>, should: &ScopedResource<'_>) -> Option<&'static str> {
    let (one, other) = (is.resource, should.resource);
    if is.scope != should.scope {
        Some("scope")
    } else if one.kind() != other.kind() {
        Some("kind")
    } else if one.attributes() != other.attributes() {
        Some("attributes")
    } else if one.dependencies() != other.dependencies() {
        Some("list of what it needs")
    } else if one.held_data() != other.held_data() {
        Some("data")
    } else if is.file != should.file {
        Some("file")
    } else {
        None
    }
}

/// Files that differ though no resource in them has a step.
fn unexplained(plan: &Plan, old: &Side<'_>, new: &Side<'_>, violations: &mut Vec<ViolationDetail>) {
    let mut stepped: BTreeSet<&ResourceAddress> = plan.steps().iter().map(|step| &step.resource).collect();
    // Those that came or went without a step were reported already.
    let is_on_both = |address: &&ResourceAddress| {
        old.resources.contains_key(*address) && new.resources.contains_key(*address)
    };
    let all = old.resources.keys().chain(new.resources.keys()).copied();
    stepped.extend(all.filter(|address| !is_on_both(address)));
    let mut explained: BTreeSet<(&Scope, &SafePath)> = BTreeSet::new();
    for side in [old, new] {
        let placed = stepped.iter().filter_map(|address| side.resources.get(*address));
        explained.extend(placed.filter_map(|placed| Some((placed.scope, placed.file?))));
    }
    let files: BTreeSet<_> = old.files.keys().chain(new.files.keys()).copied().collect();
    for (scope, path) in files {
        let file = (scope, path);
        if old.files.get(&file) != new.files.get(&file) && !explained.contains(&file) {
            let difference = "the file differs, but no resource in it has a step".to_owned();
            violations.push((format!("`{path}` in {scope}"), difference));
        }
    }
}
