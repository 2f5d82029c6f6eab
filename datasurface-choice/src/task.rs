//! Tasks: what a platform is chosen for.

use crate::{
    Choice,
    criterion::{Criterion, Penalties, Ranking},
    decisions::{Decision, is_in_graph},
    lack::{Lack, joined},
};
use datasurface_model::{Diagnostic, ModelPath, PlatformName, PolicyKey, segment};
use datasurface_platform::Ability;
use std::collections::BTreeSet;

/// Something that a platform does: serving a group, or capturing a datastore.
pub(crate) trait Task<'a> {
    /// What choosing looks at.
    fn question(&self) -> &'a Choice<'a>;

    /// What was decided before.
    fn decided(&self) -> &[Decision<'a>];

    /// The platforms that operators want for it.
    fn pinned(&self) -> &[PlatformName];

    /// What a platform lacks, by itself, and by the policies of all who have a say: one that lacks something is not chosen.
    fn obstacles(&self, platform: &PlatformName) -> Vec<Lack>;

    /// The obstacles, and what else keeps a platform from doing it well. One that can do better is chosen before.
    fn shortcomings(&self, platform: &PlatformName) -> Vec<Lack> {
        self.obstacles(platform)
    }

    /// What speaks against a platform that can do it.
    fn penalties(&self, platform: &PlatformName) -> Penalties;

    /// Whether a platform does it already.
    fn is_done(&self) -> bool {
        self.decided().iter().any(is_in_graph)
    }

    /// Whether it would be done without a pin: by those that do it already, or by whoever can.
    fn can_go_unpinned(&self) -> bool {
        let is_free = |platform: &PlatformName| self.obstacles(platform).is_empty();
        let mut doing =
            self.decided().iter().filter(|decision| is_in_graph(decision)).map(|(platform, _)| *platform);
        match self.is_done() {
            true => doing.all(is_free),
            false => self.question().platforms.keys().copied().any(is_free),
        }
    }

    /// The platforms that can do it, the best one first. `None` if none can.
    fn ranking(&self) -> Option<Ranking<'a>> {
        let platforms = &self.question().platforms;
        let able: Vec<_> =
            platforms.keys().copied().filter(|platform| self.obstacles(platform).is_empty()).collect();
        let cost = |platform: &PlatformName| platforms.get(platform)?.monthly_cost();
        let are_costs_known = able.iter().all(|platform| cost(platform).is_some());
        Ranking::new(able.iter().map(|platform| {
            let mut penalties = self.penalties(platform);
            penalties.push((Criterion::Cost, cost(platform).filter(|_| are_costs_known).unwrap_or_default()));
            (*platform, penalties)
        }))
    }

    /// Why none of the platforms will do, one by one.
    fn reasons(&self) -> String {
        let platforms = self.question().platforms.keys();
        let reasons: Vec<String> =
            platforms.map(|name| format!("`{name}`: {}", joined(&self.obstacles(name)))).collect();
        if reasons.is_empty() { "there is none".to_owned() } else { reasons.join("; ") }
    }

    /// The abilities that the platforms lack, each once.
    fn lacking_abilities(&self) -> BTreeSet<Ability> {
        let lacks = self.question().platforms.keys().flat_map(|name| self.obstacles(name));
        lacks.filter_map(Lack::into_ability).collect()
    }

    /// The way to do without what is lacking, if there is one for all of it.
    fn remedy(&self) -> Option<&'static str> {
        let abilities = self.lacking_abilities();
        let remedy = abilities.first()?.remedy();
        abilities.iter().all(|ability| ability.remedy() == remedy).then_some(remedy)
    }

    /// Adds the places of the datasets and columns that the platforms cannot have as they are.
    fn with_places(&self, finding: Diagnostic) -> Diagnostic {
        self.lacking_abilities().iter().fold(finding, |finding, ability| {
            match ability.subject().declared_place(self.question().ecosystem) {
                Some(place) => finding.related_place(place, format!("no platform can {ability}")),
                None => finding,
            }
        })
    }

    /// The policies that alone keep one of the platforms from it: whoever changes them helps.
    fn hindering_policies(&self) -> BTreeSet<PolicyKey> {
        let policies_of = |name: &PlatformName| {
            let policies = self.obstacles(name).into_iter().map(|lack| match lack {
                Lack::Policy { zone, policy, .. } => Some(PolicyKey::new(zone, policy)),
                _ => None,
            });
            policies.collect::<Option<Vec<_>>>().unwrap_or_default()
        };
        self.question().platforms.keys().flat_map(|name| policies_of(name)).collect()
    }

    /// Adds what helps: what each platform lacks, and the policies that alone keep one from it, with the repositories of their zones.
    fn with_remedies(&self, finding: Diagnostic, otherwise: Option<&'static str>) -> Diagnostic {
        let policies = self.hindering_policies();
        let remedy = self.remedy().or(otherwise).filter(|_| !self.is_denied_by_policies_alone());
        let mut help = match (remedy, policies.is_empty()) {
            (Some(remedy), true) => format!("declare a platform that can, or {remedy}"),
            (Some(remedy), false) => {
                format!("declare a platform that can, {remedy}, or ask the zones to change their policies")
            }
            (None, true) => "declare a platform that can".to_owned(),
            (None, false) => {
                "declare a platform that the policies permit, or ask their zones to change them".to_owned()
            }
        };
        let zones: BTreeSet<_> = policies.iter().map(|policy| &policy.zone).collect();
        for zone in zones {
            if let Some(declared) = self.question().ecosystem.zones().get(zone) {
                help.push_str(&format!("; the zone `{zone}` belongs to {}", declared.owner()));
            }
        }
        let finding = self.with_places(finding.with_help(help));
        policies.iter().fold(finding, |finding, PolicyKey { zone, policy, .. }| {
            let place = ModelPath::root().child(segment::ZONES, zone).child(segment::POLICIES, policy);
            finding.related_place(place, "does not permit a platform")
        })
    }

    /// Whether nothing but policies keeps the platforms from it.
    fn is_denied_by_policies_alone(&self) -> bool {
        let mut platforms = self.question().platforms.keys().peekable();
        let is_policy = |lack: &Lack| matches!(lack, Lack::Policy { .. });
        platforms.peek().is_some() && platforms.all(|name| self.obstacles(name).iter().all(is_policy))
    }
}
