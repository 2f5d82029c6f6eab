//! Rules for Prometheus, by which people hear that a promise is broken.

mod rule;
mod rule_file;

pub use rule_file::AlertRules;

use crate::Placed;
use datasurface_model::{Ecosystem, Entity, GroupKey, Located, PlatformName, Repository, TeamKey};
use rule::Addressee;
use std::collections::BTreeMap;

impl Placed {
    /// Returns the rules about all groups that are served by platforms whose status can be asked. What they ask of metrics has the names
    /// of [`metric`](crate::metric).
    #[must_use]
    pub fn alert_rules(&self) -> AlertRules {
        let ecosystem = self.ecosystem();
        let mut rules = AlertRules::default();
        let mut unasked: BTreeMap<&PlatformName, usize> = BTreeMap::new();
        let workspaces = ecosystem.workspaces();
        for Located { team, entity: workspace } in &workspaces {
            let addressee = Addressee::new(team, owner(ecosystem, team), workspace.priority());
            for group in workspace.groups() {
                let key = GroupKey::new(workspace.name(), group.name());
                let platforms = || self.lock().assignments().serving_platforms(&key);
                if platforms().any(|name| is_asked(self, name)) {
                    let latency = group.requirements().latency;
                    rules.add(&key.to_string(), rule::of_group(&key, latency, &addressee));
                } else {
                    platforms().for_each(|name| *unasked.entry(name).or_default() += 1);
                }
            }
        }
        for (platform, groups) in unasked {
            let groups = count(groups, "group");
            rules.remark(format!("not here: {groups} on `{platform}`, whose status another tool knows"));
        }
        let deadlines = workspaces.iter().filter(|workspace| workspace.entity.deadline().is_some()).count();
        if deadlines > 0 {
            let deadlines = count(deadlines, "deadline");
            rules.remark(format!("not here: {deadlines}, since Prometheus knows no time zones"));
        }
        rules
    }
}

fn count(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

/// Returns the owner of a team.
fn owner<'e>(ecosystem: &'e Ecosystem, team: &TeamKey) -> Option<&'e Repository> {
    Some(ecosystem.zones().get(&team.zone)?.definition()?.teams().get(&team.team)?.owner())
}

/// Whether `status` knows how far a platform is.
fn is_asked(placed: &Placed, platform: &PlatformName) -> bool {
    placed.platform(platform).is_some_and(|configured| configured.platform().runtime().is_some())
}
