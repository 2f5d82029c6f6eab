//! Policies and approvals follow the data: random ecosystems of transformers over zones and containers, against a specification that
//! follows single facts until nothing is added.

use crate::base::validated;
use chrono::NaiveDate;
use datasurface_model::*;
use proptest::{
    collection::{btree_set, vec},
    option,
    prelude::*,
};
use std::collections::BTreeSet;

pub(super) const PLACES: [&str; 3] = ["Blue/Berlin", "Blue/Ohio", "Orange/Tokyo"];
pub(super) const ZONES: [&str; 3] = ["EU", "US", "JP"];

/// What is drawn at random. Numbers choose one of what there is.
#[derive(Clone, Debug)]
pub(super) struct World {
    /// For each zone, the places that it permits, and whether it frees what is public.
    pub(super) zones: Vec<(Option<Vec<usize>>, bool)>,
    pub(super) containers: Vec<Container>,
    pub(super) sources: Vec<Source>,
    pub(super) transformers: Vec<Step>,
    /// Workspaces without a transformer.
    pub(super) readers: Vec<Step>,
}

#[derive(Clone, Debug)]
pub(super) struct Container {
    pub(super) zone: usize,
    pub(super) place: usize,
    /// Of a cluster; of a database of its own, if there are none.
    pub(super) brokers: BTreeSet<usize>,
}

#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) zone: usize,
    pub(super) container: usize,
    /// Who is approved, and whether onward, if the datastore is closed.
    pub(super) approved: Option<Vec<(usize, bool)>>,
    /// Whether it names a table that nobody delivers.
    pub(super) names_table: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) zone: usize,
    pub(super) container: usize,
    pub(super) reads: Vec<usize>,
    pub(super) is_public: bool,
}

impl World {
    /// Every datastore: those that are captured, and those that are made.
    fn stores(&self) -> Vec<String> {
        let sources = (0..self.sources.len()).map(|number| format!("S{number}"));
        sources.chain((0..self.transformers.len()).map(|number| format!("O{number}"))).collect()
    }

    /// Every workspace with its name: those with a transformer come first.
    pub(super) fn steps(&self) -> impl Iterator<Item = (String, &Step)> {
        let all = self.transformers.iter().chain(&self.readers).enumerate();
        all.map(|(number, step)| (format!("W{number}"), step))
    }

    pub(super) fn reads(&self, step: &Step) -> BTreeSet<String> {
        let stores = self.stores();
        step.reads.iter().map(|read| stores[read % stores.len()].clone()).collect()
    }

    pub(super) fn container(&self, number: usize) -> (&'static str, &'static str, String) {
        let Container { zone, place, .. } = self.containers[number % self.containers.len()];
        (ZONES[zone % 3], PLACES[place % 3], format!("C{}", number % self.containers.len()))
    }

    /// Whether two containers are one: they share brokers, or each does with one that is the same as the other.
    pub(super) fn are_one(&self, one: usize, other: usize) -> bool {
        let [one, other] = [one, other].map(|number| number % self.containers.len());
        let mut reached = BTreeSet::from([one]);
        loop {
            let brokers: BTreeSet<_> =
                reached.iter().flat_map(|number| &self.containers[*number].brokers).copied().collect();
            let next =
                self.containers.iter().enumerate().filter(|(_, next)| !next.brokers.is_disjoint(&brokers));
            let before = reached.len();
            reached.extend(next.map(|(number, _)| number).collect::<Vec<_>>());
            if reached.len() == before {
                return reached.contains(&other);
            }
        }
    }

    pub(super) fn build(&self) -> Ecosystem {
        let mut teams = vec![Team::new(); 3];
        let edit = |teams: &mut Vec<Team>, zone: usize, change: &dyn Fn(Team) -> Team| {
            let team = std::mem::take(&mut teams[zone % 3]);
            teams[zone % 3] = change(team);
        };
        for (number, Container { zone, brokers, .. }) in self.containers.iter().enumerate() {
            let (_, place, name) = self.container(number);
            let container = match brokers.is_empty() {
                true => DataContainer::postgres(name.as_str(), format!("{name}.example"), "data"),
                false => {
                    let brokers = brokers.iter().map(|broker| format!("broker{broker}:9092"));
                    DataContainer::kafka(name.as_str(), brokers)
                }
            };
            let container = container.located(place);
            let everyone = || ContainerUser::Everyone;
            let container = container.readable_by(everyone()).writable_by(everyone());
            edit(&mut teams, *zone, &|team| team.container(container.clone()));
        }
        let key = |number: usize| {
            let (zone, _, name) = self.container(number);
            ContainerKey::new(zone, "T", name)
        };
        for (number, source) in self.sources.iter().enumerate() {
            let capture = Capture::sql_snapshot(key(source.container));
            let capture = if source.names_table { capture.table("d", "own.ledger") } else { capture };
            let store = Datastore::new(format!("S{number}")).captured(capture);
            let store = store.dataset(Dataset::new("d", "id Integer key").classified("PII"));
            let store = match &source.approved {
                None => store,
                Some(approved) => approved.iter().fold(store.restricted(), |store, (step, is_onward)| {
                    store.approval(self.approval(*step, *is_onward))
                }),
            };
            edit(&mut teams, source.zone, &|team| team.datastore(store.clone()));
        }
        for (number, (name, step)) in self.steps().enumerate() {
            let sinks =
                self.reads(step).into_iter().map(|store| DatasetSink::new(DatasetKey::new(store, "d")));
            let group = DatasetGroup::new("g").with_sinks(sinks);
            let workspace = Workspace::new(name).with_container(key(step.container)).group(group);
            let workspace = match number < self.transformers.len() {
                true => workspace.with_transformer(
                    DataTransformer::sql(format!("O{number}"))
                        .select("d", "SELECT 1 AS id")
                        .with_trigger(TransformTrigger::External),
                ),
                false => workspace,
            };
            edit(&mut teams, step.zone, &|team| team.workspace(workspace.clone()));
            if number < self.transformers.len() {
                let class = if step.is_public { "Public" } else { "PII" };
                let output = Dataset::new("d", "id Integer key").classified(class);
                let output = Datastore::new(format!("O{number}")).dataset(output);
                edit(&mut teams, step.zone, &|team| team.datastore(output.clone()));
            }
        }
        let ecosystem = Ecosystem::new("World", "git:r@a", "git:r@b")
            .vendor(InfrastructureVendor::new("Blue").location("Berlin").location("Ohio"))
            .vendor(InfrastructureVendor::new("Orange").location("Tokyo"));
        teams.into_iter().enumerate().fold(ecosystem, |ecosystem, (number, team)| {
            let (permitted, frees) = &self.zones[number % self.zones.len()];
            let zone = permitted.iter().fold(GovernanceZone::new(), |zone, permitted| {
                let places = permitted.iter().map(|place| Place::from(PLACES[place % 3]));
                let policy = Policy::new("here", PolicyRule::Locations(Permitted::only(places)));
                zone.policy(if *frees { policy.freeing(["Public"]) } else { policy })
            });
            ecosystem.zone(ZONES[number], "git:r@main", zone.team("T", "git:r@main", team))
        })
    }

    fn approval(&self, step: usize, is_onward: bool) -> Approval {
        let steps: Vec<_> = self.steps().collect();
        let (name, step) = &steps[step % steps.len()];
        let approval =
            Approval::new(TeamKey::new(ZONES[step.zone % 3], "T"), GroupKey::new(name.as_str(), "g"), "d");
        if is_onward { approval.open_onward() } else { approval }
    }

    fn is_approved(&self, source: &str, workspace: &str, onward: bool) -> bool {
        let number = source.strip_prefix('S').and_then(|number| number.parse::<usize>().ok());
        let Some(approved) = number.and_then(|number| self.sources[number].approved.as_ref()) else {
            return true;
        };
        let given = approved.iter().map(|(step, is_onward)| (self.approval(*step, false), *is_onward));
        let given: Vec<bool> = given
            .filter(|(approval, _)| approval.group.workspace.as_str() == workspace)
            .map(|(_, is_onward)| is_onward)
            .collect();
        !given.is_empty() && (!onward || given.into_iter().all(|is_onward| is_onward))
    }

    /// What holds for a datastore: the policy of a zone, or an approval by a datastore. One fact at a time, until nothing is added.
    fn specification(&self) -> BTreeSet<(String, String)> {
        let mut holds: BTreeSet<(String, String)> = BTreeSet::new();
        loop {
            let before = holds.len();
            for (number, source) in self.sources.iter().enumerate() {
                let own = format!("S{number}");
                holds.insert((own.clone(), ZONES[source.zone % 3].to_owned()));
                holds.insert((own.clone(), self.container(source.container).0.to_owned()));
                for (workspace, step) in self.steps() {
                    if self.are_one(step.container, source.container) && !source.names_table {
                        let brought = self.brought(&workspace, step, &holds);
                        holds.extend(brought.into_iter().map(|what| (own.clone(), what)));
                    }
                }
            }
            for (number, (workspace, step)) in self.steps().take(self.transformers.len()).enumerate() {
                let own = ZONES[step.zone % 3];
                for what in self.brought(&workspace, step, &holds) {
                    let zone = ZONES.iter().position(|zone| *zone == what);
                    let frees = zone.is_some_and(|zone| self.zones[zone % self.zones.len()].1);
                    if what == own || !(frees && step.is_public) {
                        holds.insert((format!("O{number}"), what));
                    }
                }
                holds.insert((format!("O{number}"), own.to_owned()));
            }
            if holds.len() == before {
                return holds;
            }
        }
    }

    /// What holds for what a workspace receives, as far as it passes it on.
    fn brought(&self, workspace: &str, step: &Step, holds: &BTreeSet<(String, String)>) -> Vec<String> {
        let mut brought = Vec::new();
        for store in self.reads(step) {
            brought.extend(holds.iter().filter(|(of, _)| *of == store).map(|(_, what)| what.clone()));
            brought.push(store);
        }
        brought.retain(|what| {
            ZONES.contains(&what.as_str())
                || (!what.starts_with('O') && !self.is_approved(what, workspace, true))
        });
        brought
    }

    /// The sinks that are denied, each with who denies it: a zone, or a closed datastore.
    fn expected(&self) -> BTreeSet<(String, String, String)> {
        let holds = self.specification();
        let mut denied = BTreeSet::new();
        for (workspace, step) in self.steps() {
            let (container_zone, place, _) = self.container(step.container);
            for store in self.reads(step) {
                let mut asked: BTreeSet<String> =
                    holds.iter().filter(|(of, _)| *of == store).map(|(_, what)| what.clone()).collect();
                asked.insert(store.clone());
                for what in asked {
                    let is_denied = match ZONES.iter().position(|zone| *zone == what) {
                        // What these say of the container is said there.
                        Some(zone) if zone == step.zone % 3 || what == container_zone => false,
                        Some(zone) => {
                            self.zones[zone % self.zones.len()].0.as_ref().is_some_and(|permitted| {
                                !permitted.iter().any(|permitted| PLACES[permitted % 3] == place)
                            })
                        }
                        None => !what.starts_with('O') && !self.is_approved(&what, &workspace, false),
                    };
                    if is_denied {
                        denied.insert((workspace.clone(), store.clone(), what));
                    }
                }
            }
        }
        denied
    }
}

/// The same of what validation finds.
fn found(findings: &Findings) -> BTreeSet<(String, String, String)> {
    let denials = findings.iter().filter_map(|finding| {
        let path = finding.path().to_string();
        let (workspace, rest) = path.split_once("/workspaces/")?.1.split_once('/')?;
        let store = rest.split_once("/sinks/")?.1.split_once('/')?.0;
        let by = match finding.code() {
            "governance/location" => finding.policy()?.zone.to_string(),
            "access/not-approved" => {
                let (_, dataset) = finding.message().split_once("for the dataset `")?;
                dataset.split_once('/')?.0.to_owned()
            }
            _ => return None,
        };
        Some((workspace.to_owned(), store.to_owned(), by))
    });
    denials.collect()
}

fn steps() -> impl Strategy<Value = Step> {
    (0..3_usize, any::<u8>(), vec(any::<u8>(), 1..4), any::<bool>()).prop_map(
        |(zone, container, reads, is_public)| Step {
            zone,
            container: container.into(),
            reads: reads.into_iter().map(Into::into).collect(),
            is_public,
        },
    )
}

prop_compose! {
    fn containers()(
        zone in 0..3_usize,
        place in 0..3_usize,
        brokers in prop_oneof![Just(BTreeSet::new()), btree_set(0..4_usize, 1..3)],
    ) -> Container {
        Container { zone, place, brokers }
    }
}

prop_compose! {
    pub(super) fn worlds()(
        zones in vec((option::of(vec(0..3_usize, 0..3)), any::<bool>()), 3),
        containers in vec(containers(), 2..6),
        sources in vec((0..3_usize, any::<u8>(), option::weighted(0.4, vec((any::<u8>(), any::<bool>()), 0..4)), any::<bool>()), 1..4),
        transformers in vec(steps(), 0..6),
        readers in vec(steps(), 1..4),
    ) -> World {
        let sources = sources.into_iter().map(|(zone, container, approved, names_table)| Source {
            zone,
            container: container.into(),
            approved: approved.map(|all| all.into_iter().map(|(step, onward)| (step.into(), onward)).collect()),
            names_table,
        });
        World { zones, containers, sources: sources.collect(), transformers, readers }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn policies_and_approvals_follow_the_data_wherever_it_goes(world in worlds()) {
        let findings = validated(world.build());
        prop_assert_eq!(found(&findings), world.expected(), "{}", findings);
    }

    #[test]
    fn what_follows_from_one_version_to_the_next_is_as_from_scratch(first in worlds(), others in vec((0..5, worlds()), 1..4)) {
        let on = || Validation::on(NaiveDate::MIN);
        let mut before = first.clone();
        let mut outcome = first.build().validate(&on());
        for (part, other) in others {
            // One part is that of another world.
            let mut world = before;
            match part {
                0 => world.transformers = other.transformers,
                1 => world.zones = other.zones,
                2 => world.sources = other.sources,
                3 => world.containers = other.containers,
                _ => world.readers = other.readers,
            }
            let scratch = world.build().validate(&on());
            outcome = match &outcome {
                Ok(checked) => world.build().validate(&on().since(checked)),
                Err(invalid) => world.build().validate(&on().since(invalid)),
            };
            let texts = |outcome: &Result<Checked, Invalid>| match outcome {
                Ok(checked) => checked.findings().to_string(),
                Err(invalid) => invalid.findings().to_string(),
            };
            prop_assert_eq!(texts(&outcome), texts(&scratch));
            before = world;
        }
    }
}

/// Databases that are alone at their addresses, each with its zone and place.
fn apart<const COUNT: usize>(databases: [(usize, usize); COUNT]) -> Vec<Container> {
    databases.map(|(zone, place)| Container { zone, place, brokers: BTreeSet::new() }).into()
}

/// Data of `EU`, which may be in Berlin alone; a copy of it that a transformer of `US` makes in Berlin; and a reader of the copy in
/// Ohio.
fn copied() -> World {
    World {
        zones: vec![(Some(vec![0]), false), (None, false), (None, false)],
        containers: apart([(0, 0), (1, 1), (1, 0)]),
        sources: vec![Source { zone: 0, container: 0, approved: None, names_table: true }],
        transformers: vec![Step { zone: 1, container: 2, reads: vec![0], is_public: false }],
        readers: vec![Step { zone: 1, container: 1, reads: vec![1], is_public: false }],
    }
}

fn released(statement: &str) -> Ecosystem {
    copied().build().edit_team("US", "T", |team| {
        team.edit_workspace(&"W0".into(), |workspace| {
            let release = Release::new("d", "EU", "totals only");
            let transformer = DataTransformer::sql("O0").select("d", statement).release(release);
            workspace.with_transformer(transformer.with_trigger(TransformTrigger::External))
        })
    })
}

fn denied(ecosystem: Ecosystem) -> Vec<String> {
    validated(ecosystem).iter().map(|finding| finding.code().to_owned()).collect()
}

#[test]
fn a_copy_stays_under_the_policies_of_its_source_until_their_zone_consents_to_exactly_this_statement() {
    assert_eq!(denied(copied().build()), ["governance/location"]);
    let totals = "SELECT count(*) AS id FROM S0_d";
    let asked = released(totals);
    assert_eq!(denied(asked.clone()), ["transformer/no-consent", "governance/location"]);
    // The suggestion of the finding is the consent.
    let findings = validated(asked.clone());
    let consent = findings.iter().find_map(|finding| finding.suggestion()).unwrap();
    let consenting = datasurface_document::apply_suggestion(consent, &asked).unwrap();
    assert!(denied(consenting.clone()).is_empty());
    // Another statement under the same consent.
    let consents = consenting.zones().get("EU").unwrap().definition().unwrap().consents().clone();
    let other = released("SELECT id FROM S0_d");
    let other = consents
        .iter()
        .fold(other, |ecosystem, consent| ecosystem.edit_zone("EU", |zone| zone.consent(consent.clone())));
    assert_eq!(denied(other), ["transformer/consent-outdated", "governance/location"]);
    // What another team has under the same names is none of its business.
    let foreign = consents.iter().fold(asked, |ecosystem, consent| {
        let team = TeamKey::new("JP", "T");
        let foreign =
            Consent::new(team, consent.workspace.clone(), consent.output.clone(), consent.of.clone());
        ecosystem.edit_zone("EU", |zone| zone.consent(foreign))
    });
    assert_eq!(denied(foreign), ["transformer/no-consent", "governance/location"]);
}

/// A workspace of `JP` in Ohio delivers what `EU` keeps in Berlin; `US` captures this table from there, and reads the capture in
/// Tokyo.
fn captured_again(table: &str) -> Ecosystem {
    let world = World {
        zones: vec![(Some(vec![0, 1]), false), (None, false), (None, false)],
        containers: apart([(0, 0), (1, 1), (1, 2)]),
        sources: vec![
            Source { zone: 0, container: 0, approved: None, names_table: true },
            Source { zone: 1, container: 1, approved: None, names_table: true },
        ],
        transformers: Vec::new(),
        readers: vec![
            Step { zone: 2, container: 1, reads: vec![0], is_public: false },
            Step { zone: 1, container: 2, reads: vec![1], is_public: false },
        ],
    };
    world.build().edit_team("US", "T", |team| {
        team.edit_datastore(&"S1".into(), |store| {
            store.captured(Capture::sql_snapshot("US/T/C1").table("d", table))
        })
    })
}

#[test]
fn no_way_to_write_a_table_hides_that_it_is_delivered() {
    let captured = |table: &str| denied(captured_again(table));
    for delivered in [
        "W0",
        "w0_g_d",
        "main.W0__g__S0_d",
        "\"W0\"",
        "`main`.`W0`",
        "[W0]",
        "x.\"W0_d\"",
        "d",
        "all-d",
        "s0",
        " ",
    ] {
        assert!(captured(delivered).contains(&"governance/location".to_owned()), "{delivered}");
    }
    assert!(captured("own.ledger").is_empty());
}

#[test]
fn a_delivered_table_is_known_by_each_former_name_too() {
    type Rename = fn(Ecosystem) -> Ecosystem;
    let renames: [(&str, Rename); 3] = [
        ("Local__Shop__bills", |ecosystem| {
            ecosystem.edit_team("EU", "T", |team| {
                team.edit_datastore(&"S0".into(), |store| {
                    store.edit_dataset(&"d".into(), |dataset| dataset.renamed_from("bills"))
                })
            })
        }),
        ("Local__Shop__bills", |ecosystem| {
            ecosystem.edit_team("EU", "T", |team| {
                team.edit_datastore(&"S0".into(), |store| store.renamed_from("Shop"))
            })
        }),
        ("office_bills", |ecosystem| {
            ecosystem.edit_team("JP", "T", |team| {
                team.edit_workspace(&"W0".into(), |workspace| workspace.renamed_from("Office"))
            })
        }),
    ];
    for (table, rename) in renames {
        let own = captured_again(table);
        assert!(denied(own.clone()).is_empty(), "{table}");
        let renamed = rename(own.clone());
        assert_eq!(denied(renamed.clone()), ["governance/location"], "{table}");
        assert!(denied(rename(captured_again("own.ledger"))).is_empty(), "{table}");
        // Also where only the former name is new, or gone.
        let on = || Validation::on(NaiveDate::MIN);
        let before = own.clone().validate(&on()).unwrap();
        let Err(refused) = renamed.validate(&on().since(&before)) else { panic!("{table} is accepted") };
        assert!(own.validate(&on().since(&refused)).is_ok(), "{table}");
    }
}

#[test]
fn a_denial_tells_the_way_of_the_data() {
    let told = |world: &World| {
        let findings = validated(world.build());
        let denied = findings.iter().find(|finding| finding.code() == "governance/location").unwrap();
        let source = denied.related_places().last().unwrap();
        assert_eq!(source.path.to_string(), "zones/EU/teams/T/datastores/S0");
        source.message.clone()
    };
    let mut world = copied();
    assert_eq!(told(&world), "is where it comes from");
    let ways = ["`O0`", "`O0` and `O1`", "`O0`, 1 more and `O2`", "`O0`, 2 more and `O3`"];
    for (number, way) in ways.into_iter().enumerate() {
        // Of the last copy another is made, which is read instead.
        world.transformers.push(Step { zone: 1, container: 2, reads: vec![number + 1], is_public: false });
        world.readers[0].reads = vec![number + 2];
        assert_eq!(told(&world), format!("is where it comes from, by way of {way}"));
    }
}
