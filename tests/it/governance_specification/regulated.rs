//! Policies of places, vendors and storage follow the data, also around releases, waivers and former names: random ecosystems against a
//! specification that follows single facts until nothing is added.

use super::world::{CLOUDS, PLACES, Source, Step, TEAMS, World, ZONES, closed_datastore, worlds};
use super::{day, today, validated};
use datasurface_document::apply_suggestion;
use datasurface_model::*;
use proptest::{
    collection::{btree_set, vec},
    option,
    prelude::*,
};
use std::collections::BTreeSet;

/// The policies of each zone: the first four hold for all data of the zone, the last one for what asks for it.
const HERE: &str = "here";
const SOLD: &str = "sold";
const RUN: &str = "run";
const KEPT: &str = "kept";
const SEALED: &str = "sealed";
const VENDORS: [&str; 2] = ["Blue", "Orange"];
const GOVERNANCE: [&str; 4] =
    ["governance/location", "governance/vendor", "governance/hard-vendor", "governance/storage"];

/// Who denies something to a sink: a policy, or the owner of a closed datastore.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Denier {
    Policy(PolicyKey),
    Datastore(String),
}

/// A workspace, a datastore that it reads, and who denies that.
type Denial = (String, String, Denier);

/// What is drawn besides a world.
#[derive(Clone, Debug)]
struct Regulated {
    world: World,
    zones: Vec<Rules>,
    /// The containers that are encrypted by the company.
    encrypted: Vec<bool>,
    /// The sources that ask for the storage policy of their zone, and those that have a former name which is written still.
    asking: Vec<bool>,
    renamed: Vec<bool>,
    /// For each transformer, the zones that release its output, and whether the zone consents to what is there.
    released: Vec<BTreeSet<usize>>,
    outdated: Vec<bool>,
    /// Which of the denials are waived, in turn.
    waived: Vec<bool>,
}

/// What a zone says besides where its data may be.
#[derive(Clone, Debug)]
struct Rules {
    /// The vendors that it permits, and the clouds.
    vendors: Option<BTreeSet<usize>>,
    clouds: Option<BTreeSet<usize>>,
    /// Whether all of its data is to be encrypted.
    is_encrypted: bool,
}

impl Regulated {
    fn flag(flags: &[bool], number: usize) -> bool {
        flags[number % flags.len()]
    }

    fn is_encrypted(&self, container: usize) -> bool {
        Self::flag(&self.encrypted, container % self.world.containers.len())
    }

    /// The zones that let go the output of a transformer.
    fn releases(&self, transformer: usize) -> &BTreeSet<usize> {
        &self.released[transformer % self.released.len()]
    }

    fn build(&self) -> Ecosystem {
        let mut ecosystem = self.world.build();
        for (number, name) in ZONES.into_iter().enumerate() {
            let Rules { vendors, clouds, is_encrypted } = &self.zones[number];
            ecosystem = ecosystem.edit_zone(name, |zone| {
                let sealed = StorageRule::opt_in().encrypted(KeyHolder::Company);
                let zone = zone.policy(Policy::new(SEALED, PolicyRule::Storage(sealed)));
                let zone = vendors.iter().fold(zone, |zone, vendors| {
                    let vendors = vendors.iter().map(|vendor| VENDORS[*vendor]);
                    zone.policy(Policy::new(SOLD, PolicyRule::Vendors(Permitted::only(vendors))))
                });
                let zone = clouds.iter().fold(zone, |zone, clouds| {
                    let clouds = clouds.iter().map(|cloud| CLOUDS[*cloud]);
                    zone.policy(Policy::new(RUN, PolicyRule::HardVendors(Permitted::only(clouds))))
                });
                let kept = StorageRule::mandatory().encrypted(KeyHolder::Company);
                if *is_encrypted { zone.policy(Policy::new(KEPT, PolicyRule::Storage(kept))) } else { zone }
            });
        }
        for number in 0..self.world.containers.len() {
            let (zone, _, name) = self.world.container(number);
            if self.is_encrypted(number) {
                let team = TEAMS[self.world.containers[number].team];
                ecosystem = ecosystem.edit_team(zone, team, |team| {
                    team.edit_container(&name.as_str().into(), |it| it.encrypted(KeyHolder::Company))
                });
            }
        }
        for (number, Source { zone, team, .. }) in self.world.sources.iter().enumerate() {
            let (is_asking, is_renamed) =
                (Self::flag(&self.asking, number), Self::flag(&self.renamed, number));
            ecosystem = ecosystem.edit_team(ZONES[zone % 3], TEAMS[*team], |team| {
                team.edit_datastore(&format!("S{number}").into(), |store| {
                    let store = if is_renamed { store.renamed_from(format!("Old{number}")) } else { store };
                    store.edit_dataset(&"d".into(), |dataset| {
                        if is_asking { dataset.storage_policy(SEALED) } else { dataset }
                    })
                })
            });
        }
        for (number, (name, step)) in self.world.steps().enumerate() {
            let spelled = |store: String| {
                let source = store.strip_prefix('S').and_then(|number| number.parse::<usize>().ok());
                match source.filter(|source| Self::flag(&self.renamed, *source)) {
                    Some(source) => format!("Old{source}/d"),
                    None => format!("{store}/d"),
                }
            };
            let group = DatasetGroup::new("g").with_sinks(
                self.world
                    .reads(step)
                    .into_iter()
                    .map(|store| DatasetSink::new(DatasetKey::from(&*spelled(store)))),
            );
            let is_transformer = number < self.world.transformers.len();
            ecosystem = ecosystem.edit_team(ZONES[step.zone % 3], TEAMS[step.team], |team| {
                team.edit_workspace(&name.as_str().into(), |workspace| {
                    let releases =
                        if is_transformer { self.releases(number).clone() } else { BTreeSet::new() };
                    let transformer = workspace.transformer().cloned();
                    let workspace = workspace.edit_group(&"g".into(), |_| group);
                    transformer.into_iter().fold(workspace, |workspace, transformer| {
                        let release = |zone: usize| Release::new("d", ZONES[zone], "totals only");
                        let released =
                            releases.iter().fold(transformer, |it, zone| it.release(release(*zone)));
                        workspace.with_transformer(released)
                    })
                })
            });
        }
        ecosystem
    }

    /// The same after each zone has consented to the releases that ask it; and that after some statements became others.
    fn consented(&self) -> [Ecosystem; 2] {
        let asked = self.build();
        let findings = validated(asked.clone());
        let consents = findings.iter().filter(|finding| finding.code() == "transformer/no-consent");
        let suggestions = consents.filter_map(Diagnostic::suggestion);
        let consented =
            suggestions.fold(asked, |ecosystem, consent| apply_suggestion(consent, &ecosystem).unwrap());
        let mut ecosystem = consented.clone();
        for (number, step) in self.world.transformers.iter().enumerate() {
            if Self::flag(&self.outdated, number) {
                ecosystem = ecosystem.edit_team(ZONES[step.zone % 3], TEAMS[step.team], |team| {
                    team.edit_workspace(&format!("W{number}").into(), |workspace| {
                        let former = workspace.transformer().cloned().unwrap();
                        let output = former.output().clone();
                        let other = DataTransformer::sql(output).select("d", "SELECT 9 AS id");
                        let other = former.releases().iter().cloned().fold(other, DataTransformer::release);
                        workspace.with_transformer(other.with_trigger(TransformTrigger::External))
                    })
                });
            }
        }
        [consented, ecosystem]
    }

    /// What a datastore derives from.
    fn inputs(&self, store: &str) -> BTreeSet<String> {
        let (kind, number) = store.split_at(1);
        let number: usize = number.parse().unwrap();
        if kind == "O" {
            return self.world.reads(&self.world.transformers[number]);
        }
        let source = &self.world.sources[number];
        // A table that is named, and is none that is delivered, has nothing of what is.
        if source.names_table {
            return BTreeSet::new();
        }
        let container = source.container;
        let delivering = self.world.steps().filter(|(_, step)| self.world.are_one(step.container, container));
        delivering.flat_map(|(_, step)| self.world.reads(step)).collect()
    }

    /// Whether the consent of a zone to what a transformer makes stands: on no way from data of the zone to what is released is a
    /// statement another one.
    fn stands(&self, number: usize, zone: usize) -> bool {
        let is_of_zone = |store: &str| match store.split_at(1) {
            ("O", number) => self.world.transformers[number.parse::<usize>().unwrap()].zone % 3 == zone,
            (_, number) => {
                let source = &self.world.sources[number.parse::<usize>().unwrap()];
                source.zone % 3 == zone || self.world.container(source.container).0 == ZONES[zone]
            }
        };
        let closure = |mut reached: BTreeSet<String>,
                       next: &dyn Fn(&BTreeSet<String>) -> BTreeSet<String>| loop {
            let before = reached.len();
            reached.extend(next(&reached));
            if reached.len() == before {
                return reached;
            }
        };
        let inputs = self.world.reads(&self.world.transformers[number]);
        let upstream = closure(inputs, &|all| all.iter().flat_map(|store| self.inputs(store)).collect());
        let own = upstream.iter().filter(|store| is_of_zone(store)).cloned().collect();
        let on_the_way = closure(own, &|all| {
            upstream.iter().filter(|store| !self.inputs(store).is_disjoint(all)).cloned().collect()
        });
        let made = on_the_way.iter().filter_map(|store| store.strip_prefix('O'));
        let mut steps = made.map(|made| made.parse().unwrap()).chain([number]);
        steps.all(|step| !Self::flag(&self.outdated, step))
    }

    /// The policies that hold for each datastore. One fact at a time, until nothing is added.
    fn specification(&self) -> BTreeSet<(String, PolicyKey)> {
        let of_zone = |zone: usize| {
            let (permitted, _) = &self.world.zones[zone % self.world.zones.len()];
            let Rules { vendors, clouds, is_encrypted } = &self.zones[zone];
            let all = [
                (HERE, permitted.is_some()),
                (SOLD, vendors.is_some()),
                (RUN, clouds.is_some()),
                (KEPT, *is_encrypted),
            ];
            all.into_iter()
                .filter(|(_, is_there)| *is_there)
                .map(move |(name, _)| PolicyKey::new(ZONES[zone], name))
        };
        let number_of = |zone: &str| ZONES.iter().position(|name| *name == zone).unwrap();
        let mut holds: BTreeSet<(String, PolicyKey)> = BTreeSet::new();
        loop {
            let before = holds.len();
            let brought = |step: &Step, holds: &BTreeSet<(String, PolicyKey)>| {
                let reads = self.world.reads(step);
                let all = holds.iter().filter(|(store, _)| reads.contains(store));
                all.map(|(_, policy)| policy.clone()).collect::<Vec<_>>()
            };
            for (number, source) in self.world.sources.iter().enumerate() {
                let own = format!("S{number}");
                let of_container = number_of(self.world.container(source.container).0);
                for policy in of_zone(source.zone % 3).chain(of_zone(of_container)) {
                    holds.insert((own.clone(), policy));
                }
                if Self::flag(&self.asking, number) {
                    holds.insert((own.clone(), PolicyKey::new(ZONES[source.zone % 3], SEALED)));
                }
                for (_, step) in self.world.steps() {
                    if self.world.are_one(step.container, source.container) && !source.names_table {
                        let brought = brought(step, &holds);
                        holds.extend(brought.into_iter().map(|policy| (own.clone(), policy)));
                    }
                }
            }
            for (number, step) in self.world.transformers.iter().enumerate() {
                let own = format!("O{number}");
                for policy in brought(step, &holds) {
                    let zone = number_of(policy.zone.as_str());
                    let is_freed = policy.policy.as_str() == HERE
                        && step.is_public()
                        && self.world.zones[zone % self.world.zones.len()].1;
                    let is_released = self.releases(number).contains(&zone) && self.stands(number, zone);
                    if !is_freed && !is_released {
                        holds.insert((own.clone(), policy));
                    }
                }
                holds.extend(of_zone(step.zone % 3).map(|policy| (own.clone(), policy)));
            }
            if holds.len() == before {
                return holds;
            }
        }
    }

    /// The sinks that are denied, each with who denies it.
    fn expected(&self) -> BTreeSet<Denial> {
        let holds = self.specification();
        // Approvals are followed by the world itself: no zone frees from them, and none releases.
        let by_owner = self.world.expected().into_iter().filter(|(.., by)| by.starts_with('S'));
        let mut denied: BTreeSet<Denial> =
            by_owner.map(|(workspace, store, by)| (workspace, store, Denier::Datastore(by))).collect();
        for (workspace, step) in self.world.steps() {
            let (container_zone, place, _) = self.world.container(step.container);
            for store in self.world.reads(step) {
                for (_, policy) in holds.iter().filter(|(of, _)| *of == store) {
                    let name = policy.policy.as_str();
                    let zone = ZONES.iter().position(|zone| policy.zone.as_str() == *zone).unwrap();
                    // What these say of the container is said there.
                    if name != SEALED && (zone == step.zone % 3 || ZONES[zone] == container_zone) {
                        continue;
                    }
                    let vendor = VENDORS.iter().position(|vendor| place.starts_with(vendor)).unwrap();
                    let is_permitted = match name {
                        HERE => self.world.zones[zone % self.world.zones.len()]
                            .0
                            .iter()
                            .all(|all| all.iter().any(|one| PLACES[one % 3] == place)),
                        SOLD => self.zones[zone].vendors.iter().all(|vendors| vendors.contains(&vendor)),
                        RUN => self.zones[zone].clouds.iter().all(|clouds| clouds.contains(&vendor)),
                        _ => self.is_encrypted(step.container),
                    };
                    if !is_permitted {
                        denied.insert((workspace.clone(), store.clone(), Denier::Policy(policy.clone())));
                    }
                }
            }
        }
        denied
    }
}

/// The same of what validation finds.
fn found(findings: &Findings) -> BTreeSet<Denial> {
    findings.iter().filter_map(denial).collect()
}

fn denial(finding: &Diagnostic) -> Option<Denial> {
    let path = finding.path().to_string();
    let (workspace, rest) = path.split_once("/workspaces/")?.1.split_once('/')?;
    let store = rest.split_once("/sinks/")?.1.split_once('/')?.0;
    let by = match closed_datastore(finding) {
        Some(closed) => Denier::Datastore(closed),
        None if GOVERNANCE.contains(&finding.code()) => Denier::Policy(finding.policy()?),
        None => return None,
    };
    Some((workspace.to_owned(), store.to_owned(), by))
}

prop_compose! {
    fn rules()(
        vendors in option::of(btree_set(0..2_usize, 1..3)),
        clouds in option::of(btree_set(0..2_usize, 1..3)),
        is_encrypted in any::<bool>(),
    ) -> Rules {
        Rules { vendors, clouds, is_encrypted }
    }
}

prop_compose! {
    fn regulated()(
        world in worlds(),
        zones in vec(rules(), 3),
        encrypted in vec(any::<bool>(), 6),
        asking in vec(any::<bool>(), 4),
        renamed in vec(any::<bool>(), 4),
        released in vec(btree_set(0..3_usize, 0..3), 6),
        outdated in vec(proptest::bool::weighted(0.3), 6),
        waived in vec(any::<bool>(), 1..8),
    ) -> Regulated {
        Regulated { world, zones, encrypted, asking, renamed, released, outdated, waived }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn policies_hold_wherever_data_goes_unless_freed_released_or_waived(regulated in regulated()) {
        let [before, ecosystem] = regulated.consented();
        let findings = validated(ecosystem.clone());
        // It makes no difference what was known before.
        let since = match before.validate(&Validation::on(today())) {
            Ok(checked) => ecosystem.clone().validate(&Validation::on(today()).since(&checked)),
            Err(invalid) => ecosystem.clone().validate(&Validation::on(today()).since(&invalid)),
        };
        let since = since.map_or_else(|it| it.findings().to_string(), |it| it.findings().to_string());
        prop_assert_eq!(since, findings.to_string());
        let expected = regulated.expected();
        prop_assert_eq!(&found(&findings), &expected, "{}", findings);
        // What the zone of the policy waives is not denied any more, and nothing else is let go with it.
        let (waived, left): (Vec<_>, Vec<_>) = expected
            .into_iter()
            .enumerate()
            .partition(|(number, _)| Regulated::flag(&regulated.waived, *number));
        let of_team = |closed: &str| {
            let source = &regulated.world.sources[closed[1..].parse::<usize>().unwrap()];
            (ZONES[source.zone], TEAMS[source.team])
        };
        let waiving = waived.iter().fold(ecosystem, |ecosystem, (_, denied)| {
            let finding = findings.iter().find(|finding| denial(finding).as_ref() == Some(denied)).unwrap();
            let place = finding.path().to_string();
            let waiver = Waiver::new(finding.code(), place, "is agreed", day("2100-01-01"));
            match &denied.2 {
                Denier::Policy(policy) => ecosystem
                    .edit_zone(policy.zone.as_str(), |zone| zone.waiver(waiver.with_policy(policy.clone()))),
                Denier::Datastore(closed) => {
                    let (zone, team) = of_team(closed);
                    ecosystem.edit_team(zone, team, |definition| definition.waiver(waiver))
                }
            }
        });
        // A team that waives a missing approval of one of its datastores does not say which of them that is.
        let is_waived_with = |(workspace, store, by): &Denial| {
            let Denier::Datastore(closed) = by else { return false };
            waived.iter().any(|(_, (waived_workspace, waived_store, waived_by))| match waived_by {
                Denier::Datastore(other) => {
                    (waived_workspace, waived_store) == (workspace, store) && of_team(other) == of_team(closed)
                }
                Denier::Policy(_) => false,
            })
        };
        let left = left.into_iter().map(|(_, denial)| denial);
        let left: BTreeSet<_> = left.filter(|denial| !is_waived_with(denial)).collect();
        let findings = validated(waiving);
        prop_assert_eq!(found(&findings), left, "{}", findings);
    }
}
