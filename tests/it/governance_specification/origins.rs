//! Policies and approvals follow the data: random ecosystems against a specification, and single ones.

use super::world::{Container, Source, Step, Storage, World, closed_datastore, worlds};
use super::{today, validated};
use chrono::NaiveDate;
use datasurface_model::*;
use proptest::{collection::vec, prelude::*};
use std::collections::BTreeSet;

/// The same of what validation finds.
fn found(findings: &Findings) -> BTreeSet<(String, String, String)> {
    let denials = findings.iter().filter_map(|finding| {
        let path = finding.path().to_string();
        let (workspace, rest) = path.split_once("/workspaces/")?.1.split_once('/')?;
        let store = rest.split_once("/sinks/")?.1.split_once('/')?.0;
        let by = match finding.code() {
            "governance/location" => finding.policy()?.zone.to_string(),
            _ => closed_datastore(finding)?,
        };
        Some((workspace.to_owned(), store.to_owned(), by))
    });
    denials.collect()
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
    databases.map(|(zone, place)| Container { zone, team: 0, place, storage: Storage::Database }).into()
}

/// Data of `EU`, which may be in Berlin alone; a copy of it that a transformer of `US` makes in Berlin; and a reader of the copy in
/// Ohio.
fn copied() -> World {
    World {
        zones: vec![(Some(vec![0]), false), (None, false), (None, false)],
        containers: apart([(0, 0), (1, 1), (1, 0)]),
        sources: vec![Source { zone: 0, team: 0, container: 0, approved: None, names_table: true }],
        transformers: vec![Step { zone: 1, team: 0, container: 2, reads: vec![0], class: Some("PII") }],
        readers: vec![Step { zone: 1, team: 0, container: 1, reads: vec![1], class: Some("PII") }],
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
    assert_eq!(
        denied(foreign),
        ["transformer/unused-consent", "transformer/no-consent", "governance/location"]
    );
}

/// The consent to the first ecosystem stands in others, as it is said of each, one after the other.
#[track_caller]
fn assert_consent_stands(first: Ecosystem, others: impl IntoIterator<Item = (Ecosystem, bool)>) {
    let findings = validated(first.clone());
    let consent = findings.iter().find_map(|finding| finding.suggestion()).unwrap();
    let mut before: Option<Result<Checked, Invalid>> = None;
    for (ecosystem, stands) in [(first, true)].into_iter().chain(others) {
        let validation = match &before {
            None => Validation::on(today()),
            Some(Ok(checked)) => Validation::on(today()).since(checked),
            Some(Err(invalid)) => Validation::on(today()).since(invalid),
        };
        let outcome =
            datasurface_document::apply_suggestion(consent, &ecosystem).unwrap().validate(&validation);
        let findings = outcome.as_ref().map_or_else(|it| it.findings(), |it| it.findings());
        let found: Vec<&str> = findings.codes().collect();
        let outdated: &[&str] = &["transformer/consent-outdated", "governance/location"];
        assert_eq!(found, if stands { &[] } else { outdated }, "{findings}");
        before = Some(outcome);
    }
}

#[test]
fn a_zone_consents_to_how_others_capture_its_data_as_well() {
    let captured = |container: &str, table: &str, cron: &str| {
        let mut world = copied();
        world.sources[0].zone = 1;
        world.containers.push(Container { zone: 0, team: 0, place: 0, storage: Storage::Database });
        let transformer = DataTransformer::sql("O0").select("d", "SELECT max(id) AS id FROM S0_d");
        let transformer = transformer.release(Release::new("d", "EU", "totals only"));
        let transformer = transformer.with_trigger(TransformTrigger::External);
        let capture = Capture::sql_snapshot(container).table("d", table).with_cron(cron);
        world.build().edit_team("US", "T", |team| {
            team.edit_workspace(&"W0".into(), |workspace| workspace.with_transformer(transformer))
                .edit_datastore(&"S0".into(), |store| store.captured(capture))
        })
    };
    let others = [
        (captured("EU/T/C0", "salaries", "0 1 * * *"), false),
        (captured("EU/T/C3", "towns", "0 1 * * *"), false),
        (captured("EU/T/C0", "towns", "0 2 * * *"), true),
    ];
    assert_consent_stands(captured("EU/T/C0", "towns", "0 1 * * *"), others);
}

/// What one team captures from another one's container is not what the zone let go of.
#[test]
fn a_zone_consents_to_whose_data_a_team_captures() {
    let captured = |container: &str, table: &str| {
        let mut world = copied();
        world.containers.push(Container { zone: 0, team: 1, place: 0, storage: Storage::Database });
        let transformer = DataTransformer::sql("O0").select("d", "SELECT max(id) AS id FROM S0_d");
        let transformer = transformer.release(Release::new("d", "EU", "totals only"));
        let transformer = transformer.with_trigger(TransformTrigger::External);
        let capture = Capture::sql_snapshot(container).table("d", table).with_cron("0 1 * * *");
        world
            .build()
            .edit_team("US", "T", |team| {
                team.edit_workspace(&"W0".into(), |workspace| workspace.with_transformer(transformer))
            })
            .edit_team("EU", "T", |team| team.edit_datastore(&"S0".into(), |store| store.captured(capture)))
    };
    let others = [(captured("EU/U/C3", "towns"), false), (captured("EU/T/C0", "streets"), true)];
    assert_consent_stands(captured("EU/T/C0", "towns"), others);
}

/// A workspace of `JP` in Ohio delivers what `EU` keeps in Berlin; `US` captures this table from there, and reads the capture in
/// Tokyo.
fn captured_again(table: &str) -> Ecosystem {
    let world = World {
        zones: vec![(Some(vec![0, 1]), false), (None, false), (None, false)],
        containers: apart([(0, 0), (1, 1), (1, 2)]),
        sources: vec![
            Source { zone: 0, team: 0, container: 0, approved: None, names_table: true },
            Source { zone: 1, team: 0, container: 1, approved: None, names_table: true },
        ],
        transformers: Vec::new(),
        readers: vec![
            Step { zone: 2, team: 0, container: 1, reads: vec![0], class: Some("PII") },
            Step { zone: 1, team: 0, container: 2, reads: vec![1], class: Some("PII") },
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
        world.transformers.push(Step {
            zone: 1,
            team: 0,
            container: 2,
            reads: vec![number + 1],
            class: Some("PII"),
        });
        world.readers[0].reads = vec![number + 2];
        assert_eq!(told(&world), format!("is where it comes from, by way of {way}"));
    }
}
