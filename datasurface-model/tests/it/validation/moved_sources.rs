//! A source that comes to be of another zone is judged anew wherever its data leads to, and nowhere else.

use crate::base::today;
use datasurface_model::*;

const HERE: &str = "Blue/Berlin";

/// Two chains of transformers in the zone `Away`, each of which reads what the one before it makes; the first reads a datastore of this
/// zone, which is captured from a container of that one.
fn chains(length: usize, zone: &str, captured_in: &str) -> Ecosystem {
    let source = |zone: &str, name: &str, container: &str| {
        let capture = Capture::sql_snapshot(ContainerKey::new(container, "T", "Source")).table("d", name);
        let store = Datastore::new(name).captured(capture).dataset(Dataset::new("d", "id Integer key"));
        (zone.to_owned(), store)
    };
    let sources = [source(zone, "Moved", captured_in), source("Home", "Other", "Home")];
    let chain = ["Moved", "Other"].iter().fold(Team::new(), |team, first| {
        (0..length).fold(team, |team, number| {
            let input =
                number.checked_sub(1).map_or((*first).to_owned(), |before| format!("{first}{before}"));
            let output = format!("{first}{number}");
            let transformer =
                DataTransformer::sql(output.as_str()).select("d", format!("SELECT id FROM {input}_d"));
            let workspace = Workspace::new(format!("Make{output}"))
                .with_container("Away/T/Lake")
                .group(DatasetGroup::new("g").sink(DatasetKey::new(input, "d")))
                .with_transformer(transformer);
            let made = Datastore::new(output).dataset(Dataset::new("d", "id Integer key"));
            team.workspace(workspace).datastore(made)
        })
    });
    let lake = DataContainer::sqlite("Lake", "lake.db").located(HERE);
    let away = GovernanceZone::new().team("T", "git:away@main", chain.container(lake));
    let ecosystem = Ecosystem::new("E", "git:model@main", "git:live@main")
        .vendor(InfrastructureVendor::new("Blue").location("Berlin").location("Ohio"))
        .zone("Away", "git:away@main", away);
    ["Home", "Yard"].into_iter().fold(ecosystem, |ecosystem, name| {
        let container = DataContainer::postgres("Source", format!("{name}.example"), "data").located(HERE);
        let container = container.readable_by(ContainerUser::Everyone);
        let own = sources.iter().filter(|(zone, _)| zone == name).map(|(_, store)| store.clone());
        let team = own.fold(Team::new().container(container), Team::datastore);
        // Each has a policy that denies nothing here: all the same it is asked.
        let here = PolicyRule::Locations(Permitted::only([Place::from(HERE)]));
        let zone = GovernanceZone::new().policy(Policy::new("here", here));
        ecosystem.zone(name, "git:zone@main", zone.team("T", "git:zone@main", team))
    })
}

/// The units that are judged again after a change from one of these to the other one.
fn judged(before: &Ecosystem, after: Ecosystem) -> Vec<String> {
    let before = before.clone().validate(&Validation::on(today())).unwrap();
    let after = after.validate(&Validation::on(today()).since(&before)).unwrap();
    after.stats().checked().iter().map(ToString::to_string).collect()
}

#[test]
fn a_change_of_the_zone_of_a_source_is_linear_in_what_is_downstream() {
    for moved in [("Yard", "Home"), ("Home", "Yard"), ("Yard", "Yard")] {
        let counts = [40, 80, 120].map(|length| {
            let (before, after) = (chains(length, "Home", "Home"), chains(length, moved.0, moved.1));
            let [there, back] = [judged(&before, after.clone()), judged(&after, before)];
            for units in [&there, &back] {
                let is_other = |unit: &&String| unit.contains("Other") && unit.contains("/Away/");
                assert_eq!(units.iter().filter(is_other).collect::<Vec<_>>(), [""; 0], "{moved:?}");
                let readers = units.iter().filter(|unit| unit.contains("/workspaces/MakeMoved"));
                assert_eq!(readers.count(), length, "{moved:?}");
            }
            [there.len(), back.len()]
        });
        for way in [0, 1] {
            let [first, second, third] = counts.map(|both| both[way]);
            assert_eq!(second - first, third - second, "{moved:?}: {counts:?}");
            assert!(second - first <= 2 * 40, "{moved:?}: {counts:?}");
        }
    }
}

/// The mirror: what brings no other origins is judged where it is, and by its reader.
#[test]
fn an_edit_without_new_origins_judges_two_units() {
    for length in [40, 80] {
        let before = chains(length, "Home", "Home");
        let documented = |team: Team| {
            team.edit_datastore(&"Moved20".into(), |_| {
                Datastore::new("Moved20").dataset(Dataset::new("d", "id Integer key").documented("ours"))
            })
        };
        let units = judged(&before, before.clone().edit_team("Away", "T", documented));
        assert!(units.len() <= 2, "{units:?}");
        assert!(units.contains(&"zones/Away/teams/T/datastores/Moved20".to_owned()), "{units:?}");
    }
}
