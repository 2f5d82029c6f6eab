//! Totals of plans: how much is done, by whom it is asked for, and what it costs.

use crate::{table::Table, text::count};
use datasurface_broker::Proposal;
use datasurface_model::{GroupKey, PlatformName, Repository};
use datasurface_platform::{Action, Effect, Meaning, Step};
use std::collections::BTreeMap;

/// How many steps there are of each kind.
#[derive(Default)]
pub(super) struct Totals {
    actions: BTreeMap<Action, usize>,
    effects: BTreeMap<Effect, usize>,
}

impl<'s> FromIterator<&'s Step> for Totals {
    fn from_iter<I: IntoIterator<Item = &'s Step>>(steps: I) -> Self {
        let mut totals = Self::default();
        for step in steps {
            totals.add(step);
        }
        totals
    }
}

impl Totals {
    fn add(&mut self, step: &Step) {
        *self.actions.entry(step.action).or_default() += 1;
        *self.effects.entry(step.effect).or_default() += 1;
    }

    /// `3 steps: 2 create, 1 update; 1 with a backfill`.
    pub(super) fn to_text(&self) -> String {
        let actions: Vec<String> =
            self.actions.iter().map(|(action, number)| format!("{number} {action}")).collect();
        // What happens while things are in use, or has no effect, is as one wishes.
        let effects = self.effects.iter().filter(|(effect, _)| **effect > Effect::InPlace);
        let effects: Vec<String> = effects.map(|(effect, number)| format!("{number} {effect}")).collect();
        let steps = count(self.actions.values().sum(), "step");
        let effects = if effects.is_empty() { String::new() } else { format!("; {}", effects.join(", ")) };
        format!("{steps}: {}{effects}", actions.join(", "))
    }
}

/// The steps by who asks for them, and whom they break; nothing where one owner asks for all of it on one platform, and nobody is hit.
pub(super) fn by_owner(proposal: &Proposal) -> String {
    let mut asked: BTreeMap<(Option<&Repository>, &PlatformName), Totals> = BTreeMap::new();
    let mut hit: BTreeMap<(&GroupKey, &PlatformName), Totals> = BTreeMap::new();
    for (platform, step) in
        proposal.plans().flat_map(|(name, plan)| plan.steps().iter().map(move |step| (name, step)))
    {
        let owners = step.cause.owners.iter().map(Some);
        let unowned = step.cause.owners.is_empty().then_some(None);
        for owner in owners.chain(unowned) {
            asked.entry((owner, platform)).or_default().add(step);
        }
        if let Meaning::Breaking(groups) = &step.meaning {
            for group in groups {
                hit.entry((group, platform)).or_default().add(step);
            }
        }
    }
    let mut owners = Table::new(["owner", "platform", "steps"]);
    if asked.len() > 1 {
        for ((owner, platform), totals) in &asked {
            let owner = owner.map_or_else(|| "(platform)".to_owned(), Repository::to_string);
            owners.row([owner, platform.to_string(), totals.to_text()]);
        }
    }
    let mut broken = Table::new(["broken consumer", "platform", "steps"]);
    for ((group, platform), totals) in &hit {
        broken.row([group.to_string(), platform.to_string(), totals.to_text()]);
    }
    let tables = [owners.print(), broken.print()];
    tables.into_iter().filter(|table| !table.is_empty()).map(|table| table + "\n").collect()
}
