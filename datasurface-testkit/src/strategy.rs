//! Strategies for property tests: what a broker may have decided about an ecosystem.

use datasurface_graph::{Assignments, Stage};
use datasurface_model::{DatastoreName, Ecosystem, Entity, GroupKey, PlatformName};
use proptest::{collection::vec, option::weighted as sometimes, prelude::*};

/// Assignments that a broker could have made for an ecosystem, over time.
///
/// - Each group of a consumer is served by no platform, one, or several; mostly it is provisioned.
/// - Each datastore, outputs of transformers too, has one primary platform, which need not serve anybody. Sometimes it
///   moves: the next platform is provisioned beside it, or it is decommissioned beside the next one.
/// - Some decisions are stale: they are about a workspace, group, datastore or platform that is gone, or about a group
///   that is a transformer's.
///
/// Every datastore has a primary, so a graph can always be built.
pub fn assignments(ecosystem: &Ecosystem) -> impl Strategy<Value = Assignments> + use<> {
    let names = Names::new(ecosystem);
    (
        vec(serving(), names.consumers.len()),
        vec(capturing(), names.datastores.len()),
        vec((any::<StaleDecision>(), any::<u16>(), any::<u16>(), stages()), 0..=2),
    )
        .prop_map(move |(groups, primaries, stale)| {
            let mut assignments = Assignments::default();
            for (group, platforms) in names.consumers.iter().zip(groups) {
                for (platform, stage) in platforms {
                    if let Some(platform) = choose(&names.platforms, platform) {
                        assignments.assign_group(group.clone(), platform.clone(), stage);
                    }
                }
            }
            for (decision, which, platform, stage) in stale {
                names.add_stale(&mut assignments, decision, which, platform, stage);
            }
            // Last, so that nothing stale takes the place of a primary.
            for (datastore, capturing) in names.datastores.iter().zip(primaries) {
                names.add_primary(&mut assignments, datastore, &capturing);
            }
            assignments
        })
}

/// Everything that can be decided about.
struct Names {
    platforms: Vec<PlatformName>,
    datastores: Vec<DatastoreName>,
    consumers: Vec<GroupKey>,
    inputs: Vec<GroupKey>,
}

impl Names {
    fn new(ecosystem: &Ecosystem) -> Self {
        let zones = ecosystem.zones().iter().filter_map(|zone| zone.definition());
        let teams = zones.flat_map(|zone| zone.teams().iter().filter_map(|team| team.definition()));
        let mut names = Self {
            platforms: ecosystem.platforms().names().cloned().collect(),
            datastores: Vec::new(),
            consumers: Vec::new(),
            inputs: Vec::new(),
        };
        for team in teams {
            names.datastores.extend(team.datastores().names().cloned());
            for workspace in team.workspaces() {
                let groups = match workspace.transformer() {
                    None => &mut names.consumers,
                    Some(_) => &mut names.inputs,
                };
                groups.extend(workspace.groups().names().map(|group| GroupKey::new(workspace.name(), group)));
            }
        }
        names
    }

    fn add_primary(&self, assignments: &mut Assignments, datastore: &DatastoreName, plan: &Capturing) {
        let Some(platform) = choose(&self.platforms, plan.primary) else {
            return;
        };
        let mut stage = Stage::Provisioned;
        let others: Vec<_> = self.platforms.iter().filter(|other| *other != platform).collect();
        if let Some((other, step)) = plan.moving
            && let Some(other) = choose(&others, other)
        {
            let next = match step {
                PrimaryMove::Begun => Stage::Provisioning,
                PrimaryMove::Switched => Stage::Provisioned,
                PrimaryMove::Over => Stage::Decommissioned,
            };
            if next == Stage::Provisioned {
                stage = Stage::Decommissioning;
            }
            assignments.assign_primary(datastore.clone(), (*other).clone(), next);
        }
        assignments.assign_primary(datastore.clone(), platform.clone(), stage);
    }

    fn add_stale(
        &self,
        assignments: &mut Assignments,
        decision: StaleDecision,
        which: u16,
        on: u16,
        stage: Stage,
    ) {
        let gone = PlatformName::from("Gone platform");
        let Some(platform) = choose(&self.platforms, on) else {
            return;
        };
        match (decision, choose(&self.consumers, which)) {
            (StaleDecision::Workspace, _) => {
                assignments.assign_group(GroupKey::new("GoneWorkspace", "group_1"), platform.clone(), stage);
            }
            (StaleDecision::Group, Some(key)) => {
                let group = GroupKey::new(&key.workspace, "gone_group");
                assignments.assign_group(group, platform.clone(), stage);
            }
            (StaleDecision::Platform, Some(key)) => assignments.assign_group(key.clone(), gone, stage),
            (StaleDecision::Datastore, _) => {
                assignments.assign_primary("GoneStore".into(), platform.clone(), stage);
            }
            (StaleDecision::Capture, _) => {
                if let Some(datastore) = choose(&self.datastores, which) {
                    // It does not capture for others any more: their primary is one that exists.
                    let stage = stage.max(Stage::Decommissioning);
                    assignments.assign_primary(datastore.clone(), gone, stage);
                }
            }
            (StaleDecision::Input, _) => {
                if let Some(group) = choose(&self.inputs, which) {
                    assignments.assign_group(group.clone(), platform.clone(), stage);
                }
            }
            (StaleDecision::Group | StaleDecision::Platform, None) => {}
        }
    }
}

/// What a decision that is left over is about.
#[derive(Clone, Copy, Debug)]
enum StaleDecision {
    Workspace,
    Group,
    Platform,
    Datastore,
    Capture,
    Input,
}

impl Arbitrary for StaleDecision {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        prop::sample::select(vec![
            Self::Workspace,
            Self::Group,
            Self::Platform,
            Self::Datastore,
            Self::Capture,
            Self::Input,
        ])
        .boxed()
    }
}

/// How far a datastore has moved from one primary platform to another.
#[derive(Clone, Copy, Debug)]
enum PrimaryMove {
    Begun,
    Switched,
    Over,
}

#[derive(Clone, Debug)]
struct Capturing {
    primary: u16,
    moving: Option<(u16, PrimaryMove)>,
}

fn capturing() -> impl Strategy<Value = Capturing> {
    let step = prop::sample::select(vec![PrimaryMove::Over, PrimaryMove::Begun, PrimaryMove::Switched]);
    (any::<u16>(), sometimes(0.3, (any::<u16>(), step)))
        .prop_map(|(primary, moving)| Capturing { primary, moving })
}

fn serving() -> impl Strategy<Value = Vec<(u16, Stage)>> {
    prop_oneof![
        1 => Just(Vec::new()),
        8 => vec((any::<u16>(), stages()), 1),
        5 => vec((any::<u16>(), stages()), 2..=3),
    ]
}

fn stages() -> impl Strategy<Value = Stage> {
    prop_oneof![
        7 => Just(Stage::Provisioned),
        1 => Just(Stage::Provisioning),
        1 => Just(Stage::Decommissioning),
        1 => Just(Stage::Decommissioned),
    ]
}

/// The element that a number means, modulo how many there are; nothing only if there is none.
fn choose<T>(among: &[T], choice: u16) -> Option<&T> {
    among.get(usize::from(choice).checked_rem(among.len())?)
}
