//! Mutations: changes of a valid ecosystem that break exactly one rule.

use crate::{
    ecosystem::{
        Capture, DataContainer, DataTransformer, Dataset, DatasetGroup, Datastore, Deprecation, Ecosystem,
        GovernanceZone, Permitted, Policy, PolicyRule, QualityCheck, Team, Workspace, ZoneDeclaration,
    },
    name::{Classification, Place},
};
use chrono::NaiveDate;
use proptest::{sample::select, strategy::Strategy};

/// A change that breaks one rule, and no other, in any ecosystem that [`ecosystems`](super::ecosystems) makes.
#[derive(Clone, Copy, Debug)]
pub struct Mutation {
    code: &'static str,
    apply: fn(Ecosystem) -> Ecosystem,
}

impl Mutation {
    /// The code of the finding that it brings about.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.code
    }

    /// The ecosystem with one rule broken.
    #[must_use]
    pub fn apply(self, ecosystem: Ecosystem) -> Ecosystem {
        (self.apply)(ecosystem)
    }
}

/// Every mutation, as likely as any other.
pub fn mutations() -> impl Strategy<Value = Mutation> {
    select(ALL)
}

/// Where every generated ecosystem has a team with a source and a target.
const SOURCE: &str = "USA/Team 1/Source 1";
const TARGET: &str = "USA/Team 1/Target 1";

const ALL: &[Mutation] = &[
    of("access/not-approved", |it| read(it, store("Extra").restricted())),
    of("capture/cron", |it| with(it, store("Extra").captured(Capture::sql_snapshot(SOURCE).cron("at noon")))),
    of("capture/missing", |it| with(it, Datastore::new("Extra").dataset(dataset()))),
    of("capture/time-zone", |it| {
        with(it, store("Extra").captured(Capture::sql_snapshot(SOURCE).cron("0 6 * * * Mars/Olympus")))
    }),
    of("classification/incomplete", |it| with(it, store("Extra").in_production())),
    of("container/address", |it| {
        in_team(it, |team| team.container(DataContainer::sqlite("Extra", "").located("On Premises/USA")))
    }),
    of("container/no-location", |it| {
        in_team(it, |team| team.container(DataContainer::sqlite("Extra", "extra.db")))
    }),
    of("datastore/no-datasets", |it| with(it, store("Extra").datasets_replaced([]))),
    of("governance/classification", |it| {
        let permitted = Permitted::only([Classification::from("PII")]);
        governed(it, PolicyRule::Classifications(permitted))
    }),
    of("governance/location", |it| {
        governed(it, PolicyRule::Locations(Permitted::only([Place::from("On Premises/USA")])))
    }),
    of("lifecycle/no-consent", |it| {
        let ending = Deprecation::new(NaiveDate::MIN, "there is a better one");
        read(it, store("Extra").deprecated(ending))
    }),
    of("lifecycle/sunset", |it| {
        let ending = Deprecation::new(NaiveDate::MAX, "there is a better one").sunset(NaiveDate::MIN);
        with(it, store("Extra").datasets_replaced([dataset().deprecated(ending)]))
    }),
    of("name/duplicate", |it| with(with(it, store("Extra")), store("EXTRA"))),
    of("name/reserved-word", |it| with(it, store("Order"))),
    of("name/syntax", |it| with(it, store("2nd"))),
    of("quality/parameter", |it| {
        with(it, store("Extra").datasets_replaced([dataset().checked(QualityCheck::rows(2, 1))]))
    }),
    of("reference/unknown-container", |it| {
        with(it, store("Extra").captured(Capture::sql_snapshot("USA/Team 1/Nowhere")))
    }),
    of("reference/unknown-datastore", |it| in_team(it, |team| team.workspace(reader("Nowhere/d")))),
    of("reference/unknown-location", |it| {
        in_team(it, |team| {
            team.container(DataContainer::sqlite("Extra", "extra.db").located("On Premises/Atlantis"))
        })
    }),
    of("rename/from-itself", |it| with(it, store("Extra").renamed_from("Extra"))),
    of("repository/syntax", |it| it.declare(ZoneDeclaration::new("Extra", "github:nobody@main"))),
    of("schema/no-key", |it| with(it, store("Extra").datasets_replaced([Dataset::new("d", "id Integer")]))),
    of("transformer/unknown-output", |it| {
        let reader = |team: Team| {
            let transformer = DataTransformer::sql("Nowhere");
            team.datastore(store("Extra")).workspace(reader("Extra/d").transformer(transformer))
        };
        in_team(it, reader)
    }),
    of("workspace/no-container", |it| {
        let group = DatasetGroup::new("g").sink("Extra/d");
        in_team(with(it, store("Extra")), |team| team.workspace(Workspace::new("Extra").group(group)))
    }),
    of("workspace/no-groups", |it| {
        in_team(it, |team| team.workspace(Workspace::new("Extra").container(TARGET)))
    }),
];

const fn of(code: &'static str, apply: fn(Ecosystem) -> Ecosystem) -> Mutation {
    Mutation { code, apply }
}

fn in_team(ecosystem: Ecosystem, change: impl FnOnce(Team) -> Team) -> Ecosystem {
    ecosystem.edit_team("USA", "Team 1", change)
}

fn with(ecosystem: Ecosystem, datastore: Datastore) -> Ecosystem {
    in_team(ecosystem, |team| team.datastore(datastore))
}

fn read(ecosystem: Ecosystem, datastore: Datastore) -> Ecosystem {
    in_team(ecosystem, |team| team.datastore(datastore).workspace(reader("Extra/d")))
}

/// A zone of its own, with one policy, and data that this does not permit.
fn governed(ecosystem: Ecosystem, rule: PolicyRule) -> Ecosystem {
    let container = DataContainer::sqlite("Source", "governed.db").located("On Premises/Europe/Paris");
    let datastore = store("Extra").captured(Capture::sql_snapshot("Extra/Extra/Source"));
    let team = Team::new().container(container).datastore(datastore);
    let zone = GovernanceZone::new().policy(Policy::new("extra", rule));
    ecosystem.zone("Extra", "git:r@main", zone.team("Extra", "git:r@main", team))
}

fn store(name: &str) -> Datastore {
    Datastore::new(name).captured(Capture::sql_snapshot(SOURCE)).dataset(dataset())
}

fn dataset() -> Dataset {
    Dataset::new("d", "id Integer key")
}

fn reader(sink: &str) -> Workspace {
    Workspace::new("Extra").container(TARGET).group(DatasetGroup::new("g").sink(sink))
}
