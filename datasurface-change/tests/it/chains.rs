//! Changes that concern several owners, made of steps of one owner each: there is always a step that can come next.

use super::fixture::*;
use datasurface_change::{ChangeControl, ChangeSource};
use datasurface_model::*;
use proptest::{collection::vec, prelude::*, sample::select};
use std::collections::BTreeSet;

/// What is to become of a dataset of a closed datastore, of the workspace that reads it, and of a container of its producer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Goal {
    Join,
    Leave,
    Prolong,
    /// The workspace gets another name, and the approval follows.
    Rename,
    /// The dataset gets another name, and the consumer writes it.
    RenameDataset,
    /// The zone lets what another zone makes of the dataset go to where its policy does not let the dataset go.
    Release,
    /// The consumer uses a container of the producer, by a credential of its own.
    Open(ContainerUse),
}

const GOALS: [Goal; 8] = [
    Goal::Join,
    Goal::Leave,
    Goal::Prolong,
    Goal::Rename,
    Goal::RenameDataset,
    Goal::Release,
    Goal::Open(ContainerUse::Read),
    Goal::Open(ContainerUse::Write),
];

impl Goal {
    /// The owners that make a step each.
    fn owners(self) -> &'static [&'static str] {
        match self {
            Self::Release => &[BRANCH, USA, ABROAD],
            _ => &[SALES, STOCK],
        }
    }

    /// The team whose workspace reads the dataset.
    fn consumer(self) -> TeamKey {
        match self {
            Self::Release => TeamKey::new("EU", "Branch"),
            _ => TeamKey::new("USA", "Stock"),
        }
    }
}

/// A goal, and the owners that have made their step.
#[derive(Clone, Debug)]
struct Progress {
    goal: Goal,
    done: BTreeSet<&'static str>,
}

const BRANCH: &str = "github:nw/branch@main";
const ABROAD: &str = "github:nw/abroad@main";
const SUNSET: &str = "2026-06-30";
const LATER: &str = "2026-12-31";

impl Progress {
    fn new(goal: Goal, done: impl IntoIterator<Item = &'static str>) -> Self {
        Self { goal, done: done.into_iter().collect() }
    }

    fn is_done(&self, owner: &str) -> bool {
        self.done.contains(owner)
    }

    /// Whether the owner can know what its step is. A zone cannot before it is asked: what it consents to is a version of a statement.
    fn is_known_to(&self, owner: &str) -> bool {
        (self.goal, owner) != (Goal::Release, USA) || self.is_done(BRANCH)
    }

    fn after(&self, owner: &'static str) -> Self {
        Self::new(self.goal, self.done.iter().copied().chain([owner]))
    }

    fn dataset(&self, number: usize) -> Dataset {
        let dataset = Dataset::new(format!("d{number}"), "id Integer key");
        match self.goal {
            Goal::Prolong => {
                let last = if self.is_done(SALES) { LATER } else { SUNSET };
                dataset.deprecated(Deprecation::new(day("2026-03-01"), "old").with_sunset(day(last)))
            }
            Goal::RenameDataset if self.is_done(SALES) => {
                Dataset::new(format!("n{number}"), "id Integer key").renamed_from(format!("d{number}"))
            }
            _ => dataset,
        }
    }

    fn approval(&self, number: usize) -> Option<Approval> {
        let is_approved = match self.goal {
            Goal::Join => self.is_done(SALES),
            Goal::Leave => !self.is_done(SALES),
            _ => true,
        };
        let workspace = if self.goal == Goal::Rename && self.is_done(SALES) { "N" } else { "W" };
        let group = GroupKey::new(format!("{workspace}{number}"), "g");
        let dataset = self.dataset(number);
        let approval = Approval::new(self.goal.consumer(), group, dataset.name().clone());
        is_approved.then(|| if self.goal == Goal::Release { approval.open_onward() } else { approval })
    }

    fn sink(&self, number: usize) -> Option<DatasetSink> {
        let is_spelled_anew = self.goal == Goal::RenameDataset && self.is_done(STOCK);
        let name = format!("{}{number}", if is_spelled_anew { "n" } else { "d" });
        let sink = DatasetSink::new(DatasetKey::new("Store", name));
        match self.goal {
            Goal::Join => self.is_done(STOCK).then_some(sink),
            Goal::Leave => (!self.is_done(STOCK)).then_some(sink),
            Goal::Prolong => {
                Some(sink.with_consent_until(day(if self.is_done(STOCK) { LATER } else { SUNSET })))
            }
            _ => Some(sink),
        }
    }

    fn workspace(&self, number: usize) -> Option<Workspace> {
        let name = format!("W{number}");
        let workspace = match self.goal {
            Goal::Rename if self.is_done(STOCK) => Workspace::new(format!("N{number}")).renamed_from(name),
            _ => Workspace::new(name),
        };
        let container = match self.goal {
            Goal::Open(ContainerUse::Write) if self.is_done(STOCK) => format!("USA/Sales/C{number}"),
            Goal::Release => "EU/Branch/Lake".to_owned(),
            _ => "USA/Stock/Lake".to_owned(),
        };
        let workspace = workspace.with_container(container.as_str());
        let workspace = match self.goal {
            Goal::Release => {
                let made = DataTransformer::sql(format!("Made{number}"))
                    .select("totals", format!("SELECT max(id) AS id FROM Store_d{number}"));
                let release = Release::new("totals", "USA", "totals only");
                workspace.with_transformer(if self.is_done(BRANCH) { made.release(release) } else { made })
            }
            _ => workspace,
        };
        Some(workspace.group(DatasetGroup::new("g").sink(self.sink(number)?)))
    }

    /// What the consumer has: its workspace, and what the goal asks for besides.
    fn add_to_consumer(&self, number: usize, team: Team) -> Team {
        let team = self.workspace(number).into_iter().fold(team, Team::workspace);
        match self.goal {
            Goal::Release => {
                let totals = Dataset::new("totals", "id Integer key");
                team.datastore(Datastore::new(format!("Made{number}")).dataset(totals))
            }
            Goal::Open(access) if self.is_done(STOCK) => {
                let (container, opener) = (format!("USA/Sales/C{number}"), format!("opener{number}"));
                let credential = Credential::new(opener.as_str(), CredentialKind::Password);
                let team = team.credential(credential.opening(container.as_str()));
                if access == ContainerUse::Write {
                    return team;
                }
                let capture = Capture::sql_snapshot(container.as_str()).with_credential(opener.as_str());
                let copied = Datastore::new(format!("Copy{number}")).captured(capture);
                team.datastore(copied.dataset(Dataset::new("d", "id Integer key")))
            }
            _ => team,
        }
    }

    fn add_to_producer(&self, number: usize, team: Team) -> Team {
        let Goal::Open(access) = self.goal else { return team };
        let host = format!("c{number}.example");
        let container = DataContainer::postgres(format!("C{number}"), host, "data").located("Office/Ground");
        let user = || ContainerUser::Team(TeamKey::new("USA", "Stock"));
        team.container(match access {
            _ if !self.is_done(SALES) => container,
            ContainerUse::Read => container.readable_by(user()),
            ContainerUse::Write => container.writable_by(user()),
        })
    }

    /// The consent of the zone to the release, where it has given it.
    fn consent(&self, number: usize) -> Option<Consent> {
        let is_given = self.goal == Goal::Release && self.is_done(USA);
        is_given.then(|| {
            Consent::new(self.goal.consumer(), format!("W{number}"), "totals", release_fingerprint(number))
        })
    }

    /// The workspace that reads what was let go.
    fn reader(&self, number: usize) -> Option<Workspace> {
        let is_there = self.goal == Goal::Release && self.is_done(ABROAD);
        is_there.then(|| {
            let group = DatasetGroup::new("g").sink(DatasetKey::new(format!("Made{number}"), "totals"));
            Workspace::new(format!("Reader{number}")).with_container("EU/Abroad/Lake").group(group)
        })
    }
}

/// The version of a release to which the zone is asked to consent.
fn release_fingerprint(number: usize) -> String {
    let asking = (0..=number).map(|_| Progress::new(Goal::Release, [BRANCH]));
    let findings = findings(&ecosystem(&asking.collect::<Vec<_>>()), day("2026-04-01"));
    let workspace = format!("/workspaces/W{number}/");
    let asked = findings.iter().find(|finding| {
        finding.code() == "transformer/no-consent" && finding.path().to_string().contains(&workspace)
    });
    let help = asked.and_then(Diagnostic::help).unwrap();
    help.rsplit('`').nth(1).unwrap().to_owned()
}

/// The zone `USA` has a policy that keeps all data out of the lake of `EU/Abroad`.
fn ecosystem(all: &[Progress]) -> Ecosystem {
    let numbered = || all.iter().enumerate();
    let datasets = numbered().map(|(number, progress)| progress.dataset(number));
    let approvals = numbered().filter_map(|(number, progress)| progress.approval(number));
    let closed = approvals.fold(store(datasets.chain([orders()])).restricted(), Datastore::approval);
    let consuming = |key: &TeamKey, team: Team| {
        let own = numbered().filter(|(_, progress)| progress.goal.consumer() == *key);
        own.fold(team, |team, (number, progress)| progress.add_to_consumer(number, team))
    };
    let lake =
        |file: &str, place: &str| Team::new().container(DataContainer::sqlite("Lake", file).located(place));
    let branch = consuming(&Goal::Release.consumer(), lake("branch.db", "Office/Ground"));
    let readers = numbered().filter_map(|(number, progress)| progress.reader(number));
    let abroad = readers.fold(lake("abroad.db", "Cloud/East"), Team::workspace);
    let here = PolicyRule::Locations(Permitted::only([Place::from("Office/Ground")]));
    unserved()
        .vendor(InfrastructureVendor::new("Cloud").location("East"))
        .edit_zone("USA", |zone| {
            let consents = numbered().filter_map(|(number, progress)| progress.consent(number));
            consents.fold(zone.policy(Policy::new("here", here)), GovernanceZone::consent)
        })
        .edit_team("USA", "Sales", |team| {
            let team = team.without_datastore(&"Store".into()).datastore(closed);
            numbered().fold(team, |team, (number, progress)| progress.add_to_producer(number, team))
        })
        .edit_team("USA", "Stock", |team| {
            consuming(&TeamKey::new("USA", "Stock"), team.without_workspace(&"Analysis".into()))
        })
        .without_zone(&"EU".into())
        .zone("EU", EU, GovernanceZone::new().team("Branch", BRANCH, branch).team("Abroad", ABROAD, abroad))
}

fn findings(ecosystem: &Ecosystem, on: NaiveDate) -> Findings {
    match ecosystem.clone().validate(&Validation::on(on)) {
        Ok(checked) => checked.findings().clone(),
        Err(invalid) => invalid.findings().clone(),
    }
}

fn is_allowed(old: &Ecosystem, new: &Ecosystem, source: &str, on: NaiveDate) -> bool {
    let control = ChangeControl::new(ChangeSource::new(source), on);
    let control = control.with_findings(&findings(old, on), &findings(new, on));
    control.judge(&Valid::assume_valid(old.clone()), &Valid::assume_valid(new.clone())).is_allowed()
}

/// Every step of every owner, in any order.
fn steps(goals: &[Goal]) -> impl Strategy<Value = Vec<(usize, &'static str)>> + use<> {
    let numbered = goals.iter().enumerate();
    let all = numbered.flat_map(|(number, goal)| goal.owners().iter().map(move |owner| (number, *owner)));
    Just(all.collect::<Vec<_>>()).prop_shuffle()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// For every goal, before and after the day that was missed: among the steps that are left there is always one that its owner may
    /// make alone.
    #[test]
    fn there_is_always_a_next_step(
        (goals, steps) in vec(select(&GOALS), 1..4).prop_flat_map(|goals| (Just(goals.clone()), steps(&goals))),
        today in select(vec!["2026-04-01", SUNSET, "2026-07-01"]),
    ) {
        let today = day(today);
        let mut all: Vec<_> = goals.iter().map(|goal| Progress::new(*goal, [])).collect();
        let mut waiting = steps;
        while !waiting.is_empty() {
            let now = ecosystem(&all);
            let next = waiting.iter().position(|(number, owner)| {
                let mut after = all.clone();
                after[*number] = all[*number].after(owner);
                all[*number].is_known_to(owner) && is_allowed(&now, &ecosystem(&after), owner, today)
            });
            prop_assert!(next.is_some(), "{all:?} on {today}: none of {waiting:?}");
            let (number, owner) = waiting.remove(next.unwrap_or_default());
            all[number] = all[number].after(owner);
        }
        prop_assert!(!findings(&ecosystem(&all), today).has_errors());
    }
}

/// Every order of the steps of one goal in which each step is allowed.
fn orders_that_pass(goal: Goal) -> Vec<Vec<&'static str>> {
    let mut unfinished = vec![Vec::new()];
    let mut passing = Vec::new();
    while let Some(made) = unfinished.pop() {
        let now = Progress::new(goal, made.iter().copied());
        let left = goal.owners().iter().filter(|owner| !now.is_done(owner));
        for owner in left {
            let after = now.after(owner);
            if is_allowed(
                &ecosystem(std::slice::from_ref(&now)),
                &ecosystem(&[after]),
                owner,
                day("2026-04-01"),
            ) {
                unfinished.push(made.iter().copied().chain([*owner]).collect());
            }
        }
        if made.len() == goal.owners().len() {
            passing.push(made);
        }
    }
    passing
}

#[test]
fn nobody_uses_what_is_not_given_yet() {
    for goal in GOALS {
        let orders = match goal {
            Goal::Leave | Goal::Rename => vec![vec![STOCK, SALES]],
            Goal::Prolong => vec![vec![STOCK, SALES], vec![SALES, STOCK]],
            Goal::Join | Goal::RenameDataset | Goal::Open(_) => vec![vec![SALES, STOCK]],
            // Nobody takes up a consent that let nothing go when it was given.
            Goal::Release => vec![vec![BRANCH, USA, ABROAD]],
        };
        assert_eq!(orders_that_pass(goal), orders, "{goal:?}");
    }
}
