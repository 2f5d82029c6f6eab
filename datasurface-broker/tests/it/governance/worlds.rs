//! Random ecosystems on platforms at several places, pinned and chosen: what zones say of platforms, against a specification that follows
//! single facts.

use super::*;
use proptest::{
    collection::{btree_set, vec},
    option,
    prelude::*,
};
use std::collections::BTreeSet;

const ZONES: [&str; 3] = ["EU", "US", "JP"];
/// Where platforms are: each with its vendor, and who runs the infrastructure of that. Containers are elsewhere, which every zone permits.
const PLACES: [(&str, &str); 3] = [("Mill/Hall", "Mill"), ("Mill/Yard", "Mill"), ("Dock/Pier", "Dock")];
const CLOUDS: [(&str, CloudVendor); 2] = [("Mill", CloudVendor::Aws), ("Dock", CloudVendor::Azure)];
const HERE: &str = "here";
const SOLD: &str = "sold";
const RUN: &str = "run";

/// What is drawn at random. Numbers choose one of what there is.
#[derive(Clone, Debug)]
struct World {
    zones: Vec<Rules>,
    /// For each source its zone, and the zone that has the container.
    sources: Vec<[usize; 2]>,
    transformers: Vec<Step>,
    /// Workspaces without a transformer.
    readers: Vec<Step>,
    /// The place of each platform.
    platforms: Vec<usize>,
    /// The platforms of groups and datastores, in turn.
    pins: Vec<usize>,
    /// Which of the denials are waived, in turn.
    waived: Vec<bool>,
}

/// What a zone permits: places, vendors and clouds, by their numbers; and whether it frees what is public from what it says of places.
#[derive(Clone, Debug)]
struct Rules {
    places: Option<BTreeSet<usize>>,
    vendors: Option<BTreeSet<usize>>,
    clouds: Option<BTreeSet<usize>>,
    frees: bool,
}

#[derive(Clone, Debug)]
struct Step {
    zone: usize,
    reads: Vec<usize>,
    is_public: bool,
    /// The zones that release what is made.
    released: BTreeSet<usize>,
}

/// A group or a datastore, and the policy that denies its platform.
type Denial = (String, PolicyKey);

impl Rules {
    fn policies(&self) -> Vec<(&'static str, PolicyRule)> {
        fn permitted<T: Ord>(numbers: &BTreeSet<usize>, base: T, name: impl Fn(usize) -> T) -> Permitted<T> {
            Permitted::only(numbers.iter().map(|number| name(*number)).chain([base]))
        }
        let places = self.places.iter().map(|numbers| {
            let all = permitted(numbers, Place::from("Base"), |number| Place::from(PLACES[number].0));
            (HERE, PolicyRule::Locations(all))
        });
        let vendors = self.vendors.iter().map(|numbers| {
            let all = permitted(numbers, VendorName::from("Base"), |number| CLOUDS[number].0.into());
            (SOLD, PolicyRule::Vendors(all))
        });
        let clouds = self.clouds.iter().map(|numbers| {
            let all = permitted(numbers, CloudVendor::OnPremises, |number| CLOUDS[number].1);
            (RUN, PolicyRule::HardVendors(all))
        });
        places.chain(vendors).chain(clouds).collect()
    }

    /// Whether a policy of this name denies a place.
    fn denies(&self, policy: &str, place: usize) -> bool {
        let vendor = CLOUDS.iter().position(|(vendor, _)| PLACES[place].1 == *vendor).unwrap();
        let (permitted, number) = match policy {
            HERE => (&self.places, place),
            SOLD => (&self.vendors, vendor),
            _ => (&self.clouds, vendor),
        };
        permitted.as_ref().is_some_and(|permitted| !permitted.contains(&number))
    }
}

impl World {
    fn store(&self, number: usize) -> String {
        match number.checked_sub(self.sources.len()) {
            None => format!("S{number}"),
            Some(made) => format!("O{made}"),
        }
    }

    /// The datastores that a step reads, of those that come before.
    fn reads(step: &Step, before: usize) -> BTreeSet<usize> {
        step.reads.iter().map(|read| read % before).collect()
    }

    fn inputs(&self, made: usize) -> BTreeSet<usize> {
        Self::reads(&self.transformers[made], self.sources.len() + made)
    }

    fn read_by(&self, reader: usize) -> BTreeSet<usize> {
        Self::reads(&self.readers[reader], self.sources.len() + self.transformers.len())
    }

    fn is_public(&self, store: usize) -> bool {
        let Some(made) = store.checked_sub(self.sources.len()) else { return true };
        self.transformers[made].is_public && self.inputs(made).into_iter().all(|input| self.is_public(input))
    }

    fn dataset(&self, store: usize) -> Dataset {
        let dataset = Dataset::new("d", "id Integer key").classified("Public");
        if self.is_public(store) { dataset } else { dataset.classified("Internal") }
    }

    fn platform(&self, turn: usize) -> usize {
        self.pins[turn % self.pins.len()] % self.platforms.len()
    }

    /// With these consents of zones, and pins if that is so.
    fn build(&self, consents: &[(String, Consent)], is_pinned: bool) -> Ecosystem {
        let mut teams = vec![Team::new(); 3];
        let edit = |teams: &mut Vec<Team>, zone: usize, change: &dyn Fn(Team) -> Team| {
            teams[zone] = change(std::mem::take(&mut teams[zone]));
        };
        for (zone, name) in ZONES.into_iter().enumerate() {
            let source = DataContainer::postgres("Source", format!("{name}.example"), "data");
            let source = source.located("Base/Home").readable_by(ContainerUser::Everyone);
            let lake = DataContainer::sqlite("Lake", format!("{name}.db")).located("Base/Home");
            edit(&mut teams, zone, &|team| team.container(source.clone()).container(lake.clone()));
        }
        let group = |reads: &BTreeSet<usize>| {
            let sinks = reads.iter().map(|store| DatasetSink::new(DatasetKey::new(self.store(*store), "d")));
            DatasetGroup::new("g").with_sinks(sinks)
        };
        let workspace = |name: String, zone: usize| {
            Workspace::new(name).with_container(ContainerKey::new(ZONES[zone], "T", "Lake"))
        };
        for (number, [zone, of_container]) in self.sources.iter().enumerate() {
            let capture = Capture::sql_snapshot(ContainerKey::new(ZONES[*of_container], "T", "Source"));
            let store = Datastore::new(self.store(number)).captured(capture.table("d", self.store(number)));
            edit(&mut teams, *zone, &|team| team.datastore(store.clone().dataset(self.dataset(number))));
        }
        for (number, step) in self.transformers.iter().enumerate() {
            let (inputs, output) = (self.inputs(number), self.sources.len() + number);
            let select = format!("SELECT id FROM {}_d", self.store(*inputs.first().unwrap()));
            let made = DataTransformer::sql(self.store(output)).select("d", select);
            let releases = step.released.iter().map(|zone| Release::new("d", ZONES[*zone], "totals only"));
            let made = releases.fold(made, DataTransformer::release);
            let making =
                workspace(format!("M{number}"), step.zone).group(group(&inputs)).with_transformer(made);
            let store = Datastore::new(self.store(output)).dataset(self.dataset(output));
            edit(&mut teams, step.zone, &|team| team.workspace(making.clone()).datastore(store.clone()));
        }
        for (number, step) in self.readers.iter().enumerate() {
            let reader = workspace(format!("R{number}"), step.zone).group(group(&self.read_by(number)));
            edit(&mut teams, step.zone, &|team| team.workspace(reader.clone()));
        }
        let base = InfrastructureVendor::new("Base").with_cloud(CloudVendor::OnPremises).location("Home");
        let ecosystem = Ecosystem::new("World", "git:r@a", "git:r@b").vendor(base);
        let ecosystem = CLOUDS.into_iter().fold(ecosystem, |ecosystem, (name, cloud)| {
            let own = PLACES.iter().filter(|(_, vendor)| *vendor == name);
            let locations = own.map(|(place, _)| place.split_once('/').unwrap().1);
            let vendor = InfrastructureVendor::new(name).with_cloud(cloud);
            ecosystem.vendor(locations.fold(vendor, |vendor, location| vendor.location(location)))
        });
        let ecosystem = teams.into_iter().enumerate().fold(ecosystem, |ecosystem, (number, team)| {
            let rules = &self.zones[number];
            let zone = rules.policies().into_iter().fold(GovernanceZone::new(), |zone, (name, rule)| {
                let policy = Policy::new(name, rule);
                let frees = rules.frees && name == HERE;
                zone.policy(if frees { policy.freeing(["Public"]) } else { policy })
            });
            let own = consents.iter().filter(|(zone, _)| zone == ZONES[number]);
            let zone = own.fold(zone, |zone, (_, consent)| zone.consent(consent.clone()));
            ecosystem.zone(ZONES[number], "git:r@main", zone.team("T", "git:r@main", team))
        });
        let ecosystem = self.platforms.iter().enumerate().fold(ecosystem, |ecosystem, (number, place)| {
            ecosystem.platform(minimal_platform(&format!("P{number}")).setting("at", PLACES[*place].0))
        });
        if !is_pinned {
            return ecosystem;
        }
        let name = |turn: usize| format!("P{}", self.platform(turn));
        let ecosystem = (0..self.readers.len()).fold(ecosystem, |ecosystem, reader| {
            ecosystem.group_pin(format!("R{reader}/g").as_str(), [name(reader)])
        });
        self.reached().into_iter().fold(ecosystem, |ecosystem, store| {
            ecosystem.primary_pin(self.store(store), name(self.readers.len() + store))
        })
    }

    /// The consents that are asked for.
    fn consents(&self) -> Vec<(String, Consent)> {
        let asking = self.build(&[], false).validate(&Validation::on(crate::fixture::today())).unwrap();
        let asked = asking.findings().iter().filter(|finding| finding.code() == "transformer/no-consent");
        let consents = asked.map(|finding| {
            let zone = finding.message().split('`').nth(1).unwrap().to_owned();
            let path = finding.path().to_string();
            let segments: Vec<_> = path.split('/').collect();
            let of = finding.help().unwrap().rsplit('`').nth(1).unwrap().to_owned();
            (zone, Consent::new(TeamKey::new(segments[1], "T"), segments[5], "d", of))
        });
        consents.collect()
    }

    /// The datastores that somebody reads, whatever is made of them.
    fn reached(&self) -> BTreeSet<usize> {
        let mut reached: BTreeSet<usize> =
            (0..self.readers.len()).flat_map(|reader| self.read_by(reader)).collect();
        for made in (0..self.transformers.len()).rev() {
            if reached.contains(&(self.sources.len() + made)) {
                reached.extend(self.inputs(made));
            }
        }
        reached
    }

    fn policies_of(&self, zone: usize) -> impl Iterator<Item = (usize, &'static str)> {
        self.zones[zone].policies().into_iter().map(move |(name, _)| (zone, name))
    }

    /// The policies that hold for a datastore.
    fn holding(&self, store: usize) -> BTreeSet<(usize, &'static str)> {
        let Some(made) = store.checked_sub(self.sources.len()) else {
            return self.sources[store].into_iter().flat_map(|zone| self.policies_of(zone)).collect();
        };
        let step = &self.transformers[made];
        let inherited = self.inputs(made).into_iter().flat_map(|input| self.holding(input));
        let is_let_go = |(zone, policy): &(usize, &str)| {
            let is_freed = *policy == HERE && self.zones[*zone].frees && self.is_public(store);
            is_freed || step.released.contains(zone)
        };
        inherited.filter(|policy| !is_let_go(policy)).chain(self.policies_of(step.zone)).collect()
    }

    /// The policies that are asked which platform serves a reader.
    fn asked_of_reader(&self, reader: usize) -> BTreeSet<(usize, &'static str)> {
        let data = self.read_by(reader).into_iter().flat_map(|store| self.holding(store));
        data.chain(self.policies_of(self.readers[reader].zone)).collect()
    }

    /// The policies that are asked which platform captures or makes a datastore: also what a transformer reads is there, and what others read
    /// of it comes from there.
    fn asked_of_store(&self, store: usize) -> BTreeSet<(usize, &'static str)> {
        let made = store.checked_sub(self.sources.len());
        let inputs =
            made.into_iter().flat_map(|made| self.inputs(made)).flat_map(|input| self.holding(input));
        let readers = (0..self.readers.len()).filter(|reader| self.read_by(*reader).contains(&store));
        let readers = readers.map(|reader| self.readers[reader].zone);
        let reached = self.reached();
        let makers = (0..self.transformers.len()).filter(|made| {
            reached.contains(&(self.sources.len() + made)) && self.inputs(*made).contains(&store)
        });
        let makers = makers.map(|made| self.transformers[made].zone);
        let receiving = readers.chain(makers).flat_map(|zone| self.policies_of(zone));
        self.holding(store).into_iter().chain(inputs).chain(receiving).collect()
    }

    /// What is denied if these platforms do it.
    fn denied(
        &self,
        subject: &str,
        asked: BTreeSet<(usize, &'static str)>,
        platform: usize,
    ) -> BTreeSet<Denial> {
        let place = self.platforms[platform];
        let denying = asked.into_iter().filter(|(zone, policy)| self.zones[*zone].denies(policy, place));
        denying.map(|(zone, policy)| (subject.to_owned(), PolicyKey::new(ZONES[zone], policy))).collect()
    }

    /// What is denied if platforms do what they are pinned to.
    fn expected(&self) -> BTreeSet<Denial> {
        let readers = (0..self.readers.len()).flat_map(|reader| {
            self.denied(&format!("R{reader}"), self.asked_of_reader(reader), self.platform(reader))
        });
        let stores = self.reached().into_iter().flat_map(|store| {
            let platform = self.platform(self.readers.len() + store);
            self.denied(&self.store(store), self.asked_of_store(store), platform)
        });
        readers.chain(stores).collect()
    }
}

/// The group or the datastore whose platform a finding is about, with the policy.
fn denial(finding: &Diagnostic) -> Option<Denial> {
    let codes =
        ["governance/platform-location", "governance/platform-vendor", "governance/platform-hard-vendor"];
    codes.contains(&finding.code()).then_some(())?;
    let path = finding.path().to_string();
    let place = path.rsplit_once("/sinks/").map_or(path.as_str(), |(_, sink)| sink);
    let place =
        place.strip_prefix("group_pins/").or_else(|| place.strip_prefix("primary_pins/")).unwrap_or(place);
    Some((place.split('/').next()?.to_owned(), finding.policy()?))
}

fn found(placed: &Result<Placed, BrokerError>) -> BTreeSet<Denial> {
    let findings = placed.as_ref().map_or_else(|refused| refused.findings(), |placed| placed.findings());
    findings.iter().filter_map(denial).collect()
}

prop_compose! {
    fn rules()(
        places in option::of(btree_set(0..3_usize, 1..4)),
        vendors in option::weighted(0.3, btree_set(0..2_usize, 1..3)),
        clouds in option::weighted(0.3, btree_set(0..2_usize, 1..3)),
        frees in any::<bool>(),
    ) -> Rules {
        Rules { places, vendors, clouds, frees }
    }
}

prop_compose! {
    fn steps()(
        zone in 0..3_usize,
        reads in vec(0..60_usize, 1..3),
        is_public in any::<bool>(),
        released in prop_oneof![2 => Just(BTreeSet::new()), 1 => btree_set(0..3_usize, 1..3)],
    ) -> Step {
        Step { zone, reads, is_public, released }
    }
}

prop_compose! {
    fn worlds()(
        zones in vec(rules(), 3),
        sources in vec([0..3_usize, 0..3_usize], 1..4),
        transformers in vec(steps(), 0..4),
        readers in vec(steps(), 1..4),
        platforms in vec(0..3_usize, 1..4),
        pins in vec(0..12_usize, 1..9),
        waived in vec(any::<bool>(), 1..8),
    ) -> World {
        World { zones, sources, transformers, readers, platforms, pins, waived }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn no_pin_brings_data_to_where_a_zone_that_it_derives_from_denies_it(world in worlds()) {
        let ecosystem = world.build(&world.consents(), true);
        let placed = place(ecosystem.clone(), &Lock::default());
        let expected = world.expected();
        prop_assert_eq!(found(&placed), expected.clone());
        prop_assert_eq!(placed.is_ok(), expected.is_empty());
        let Err(refused) = placed else { return Ok(()) };
        // What the zone of the policy waives is not denied any more, and nothing else is let go with it.
        let all = refused.findings().iter().filter(|finding| denial(finding).is_some()).enumerate();
        let (waived, left): (Vec<_>, Vec<_>) =
            all.partition(|(number, _)| world.waived[number % world.waived.len()]);
        let waiving = waived.into_iter().fold(ecosystem, |ecosystem, (_, finding)| {
            let (place, policy) = (finding.path().to_string(), finding.policy().unwrap());
            let waiver = Waiver::new(finding.code(), place, "is agreed", chrono::NaiveDate::MAX);
            ecosystem.edit_zone(policy.zone.as_str(), |zone| zone.waiver(waiver.with_policy(policy.clone())))
        });
        let left: BTreeSet<_> = left.into_iter().filter_map(|(_, finding)| denial(finding)).collect();
        prop_assert_eq!(found(&place(waiving, &Lock::default())), left);
    }

    #[test]
    fn no_platform_is_chosen_where_a_zone_denies_its_place(world in worlds()) {
        let denied_by = |reader: usize, platform| {
            world.denied(&format!("R{reader}"), world.asked_of_reader(reader), platform)
        };
        let denied_of = |store: usize, platform| {
            world.denied(&world.store(store), world.asked_of_store(store), platform)
        };
        let number = |platform: &PlatformName| platform.as_str()[1..].parse::<usize>().unwrap();
        match place(world.build(&world.consents(), false), &Lock::default()) {
            Ok(placed) => {
                let assignments = placed.lock().assignments();
                for reader in 0..world.readers.len() {
                    let chosen = assignments.group(&format!("R{reader}/g").as_str().into()).unwrap();
                    let denied = chosen.keys().flat_map(|platform| denied_by(reader, number(platform)));
                    prop_assert_eq!(denied.collect::<BTreeSet<_>>(), BTreeSet::new());
                }
                for store in world.reached() {
                    let chosen = assignments.primary_stages(&world.store(store).as_str().into()).unwrap();
                    let denied = chosen.keys().flat_map(|platform| denied_of(store, number(platform)));
                    prop_assert_eq!(denied.collect::<BTreeSet<_>>(), BTreeSet::new());
                }
            }
            Err(refused) => {
                // One that nobody denies could do everything.
                let is_denied = |platform| {
                    (0..world.readers.len()).any(|reader| !denied_by(reader, platform).is_empty())
                        || world.reached().into_iter().any(|store| !denied_of(store, platform).is_empty())
                };
                prop_assert!((0..world.platforms.len()).all(is_denied), "{}", refused);
            }
        }
    }
}

/// `EU` frees what is public; `US` makes something else of that, which a workspace of `EU` reads.
#[test]
fn what_a_zone_freed_is_under_its_policies_again_where_it_comes_back() {
    let permitted = |places: Option<[usize; 1]>| Rules {
        places: places.map(BTreeSet::from),
        vendors: None,
        clouds: None,
        frees: true,
    };
    let step = |zone, read| Step { zone, reads: vec![read], is_public: true, released: BTreeSet::new() };
    let world = |reader| World {
        zones: vec![permitted(Some([1])), permitted(None), permitted(None)],
        sources: vec![[0, 0]],
        transformers: vec![step(1, 0), step(1, 1)],
        readers: vec![step(reader, 2)],
        // The source is captured where `EU` permits it, and what is made of it is made elsewhere.
        platforms: vec![0, 1],
        pins: vec![1, 1, 1, 0],
        waived: vec![false],
    };
    let [home, elsewhere] = [0, 2].map(|reader| place(world(reader).build(&[], true), &Lock::default()));
    let refused = home.unwrap_err();
    assert_eq!(codes(&refused), ["governance/platform-location"]);
    let finding = refused.findings().iter().next().unwrap();
    assert_eq!(finding.path().to_string(), "zones/EU/teams/T/workspaces/R0/groups/g/sinks/O1/d");
    assert!(elsewhere.is_ok());
}
