//! What becomes of platforms: they are declared, withdrawn and renamed, and what was decided about them changes with that, or
//! is left over.

use super::Case;
use datasurface::{
    graph::{Assignments, Stage},
    model::{DatastoreName, Ecosystem, Entity, GroupKey, PlatformDeclaration, PlatformName},
};
use proptest::prelude::*;

/// What becomes of one platform.
#[derive(Clone, Copy, Debug)]
pub(super) enum Turn {
    /// A new one is declared; some groups are decided to move there, and some captures.
    Declared { name: u8, groups: u16, captures: u16 },
    /// One is not declared any more, which ends what was decided about it, or does not.
    Withdrawn { which: u16, ends: bool },
    /// One is called otherwise, in decisions too.
    Renamed { which: u16, name: u8 },
}

pub(super) fn turns() -> impl Strategy<Value = Turn> {
    let (name, mask) = (0_u8..4, any::<u16>);
    prop_oneof![
        (name.clone(), mask(), mask()).prop_map(|(name, groups, captures)| Turn::Declared {
            name,
            groups,
            captures
        }),
        (mask(), any::<bool>()).prop_map(|(which, ends)| Turn::Withdrawn { which, ends }),
        (mask(), name).prop_map(|(which, name)| Turn::Renamed { which, name }),
    ]
}

impl Turn {
    pub(super) fn apply(self, (ecosystem, decided): Case) -> Case {
        match self {
            Self::Declared { name, groups, captures } => {
                let name = new_name(name);
                if ecosystem.platforms().get(&name).is_some() {
                    return (ecosystem, decided);
                }
                let decided = also_on(&name, &decided, groups, captures);
                (ecosystem.platform(declared(&name, &name)), decided)
            }
            Self::Withdrawn { which, ends } => {
                let Some(gone) = chosen(&ecosystem, which) else { return (ecosystem, decided) };
                let stays = |platform: &PlatformName| Some(platform.clone()).filter(|name| *name != gone);
                let decided = if ends { decisions(&decided, stays) } else { decided };
                (with_platforms(&ecosystem, stays), decided)
            }
            Self::Renamed { which, name } => {
                let (name, Some(old)) = (new_name(name), chosen(&ecosystem, which)) else {
                    return (ecosystem, decided);
                };
                if ecosystem.platforms().get(&name).is_some() {
                    return (ecosystem, decided);
                }
                let called = |platform: &PlatformName| {
                    Some(if *platform == old { name.clone() } else { platform.clone() })
                };
                (with_platforms(&ecosystem, called), decisions(&decided, called))
            }
        }
    }
}

/// Before and after all others, and between them.
fn new_name(number: u8) -> PlatformName {
    ["A platform", "Local 1b", "Other", "Z platform"][usize::from(number) % 4].into()
}

fn chosen(ecosystem: &Ecosystem, which: u16) -> Option<PlatformName> {
    let names: Vec<_> = ecosystem.platforms().names().collect();
    names.get(usize::from(which).checked_rem(names.len())?).copied().cloned()
}

fn declared(name: &PlatformName, formerly: &PlatformName) -> PlatformDeclaration {
    let database = format!("{}.db", name.as_str().replace(' ', "_"));
    let platform =
        PlatformDeclaration::new(name, "local").setting("database", database).located("On Premises");
    if name == formerly { platform } else { platform.renamed_from(formerly) }
}

/// The same ecosystem with platforms called otherwise, or not there.
fn with_platforms(old: &Ecosystem, called: impl Fn(&PlatformName) -> Option<PlatformName>) -> Ecosystem {
    let new = Ecosystem::new(old.name(), old.owner(), old.live());
    let new = old.vendors().iter().cloned().fold(new, Ecosystem::vendor);
    let new = old.zones().iter().cloned().fold(new, Ecosystem::zone_declaration);
    let new = old.platforms().iter().fold(new, |new, platform| match called(platform.name()) {
        Some(name) if name == *platform.name() => new.platform(platform.clone()),
        Some(name) => new.platform(declared(&name, platform.name())),
        None => new,
    });
    let new = old.group_pins().iter().fold(new, |new, pin| {
        let platforms: Vec<PlatformName> = pin.platforms().iter().filter_map(&called).collect();
        if platforms.is_empty() { new } else { new.group_pin(pin.name(), platforms) }
    });
    old.primary_pins().iter().fold(new, |new, pin| match called(pin.platform()) {
        Some(platform) => new.primary_pin(pin.name(), platform),
        None => new,
    })
}

/// The same decisions about platforms that are called otherwise, or not there.
fn decisions(old: &Assignments, called: impl Fn(&PlatformName) -> Option<PlatformName>) -> Assignments {
    let mut new = Assignments::default();
    for (group, stages) in old.groups() {
        for (platform, stage) in stages {
            if let Some(platform) = called(platform) {
                new.assign_group(group.clone(), platform, *stage);
            }
        }
    }
    for (datastore, stages) in old.primaries() {
        for (platform, stage) in stages {
            if let Some(platform) = called(platform) {
                new.assign_primary(datastore.clone(), platform, *stage);
            }
        }
    }
    new
}

fn also_on(platform: &PlatformName, old: &Assignments, groups: u16, captures: u16) -> Assignments {
    let mut new = old.clone();
    let is_in = |mask: u16, at: usize| mask >> (at % 16) & 1 == 1;
    let moved: Vec<GroupKey> = old.groups().map(|(group, _)| group.clone()).collect();
    for (_, group) in moved.into_iter().enumerate().filter(|(at, _)| is_in(groups, *at)) {
        new.assign_group(group, platform.clone(), Stage::Provisioned);
    }
    let moved: Vec<DatastoreName> = old.primaries().map(|(datastore, _)| datastore.clone()).collect();
    for (at, datastore) in moved.into_iter().enumerate().filter(|(at, _)| is_in(captures, *at)) {
        let stage = if at % 2 == 0 { Stage::Provisioning } else { Stage::Decommissioning };
        new.assign_primary(datastore, platform.clone(), stage);
    }
    new
}
