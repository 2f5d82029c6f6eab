//! Whatever the input, validation ends, soon, and in order.

use crate::base::{deriving, edited, output, store, today, valid, validated};
use cpu_time::ThreadTime;
use datasurface_model::{
    Capture, ContainerKind, DataContainer, DataTransformer, Dataset, DatasetGroup, Datastore, Ecosystem,
    FileFormat, Findings, GovernanceZone, InfrastructureLocation, InfrastructureVendor, Permitted, Place,
    PlatformDeclaration, Policy, PolicyRule, Removal, Repository, Team, Validate, Validation, Workspace,
};
use std::thread;

/// A transformer that fills the dataset `d` of a datastore.
fn filling(output: &str) -> DataTransformer {
    DataTransformer::sql(output).select("d", "SELECT 1 AS id")
}

fn everything_called(name: &str) -> Ecosystem {
    let key = format!("{name}/{name}/{name}");
    let sink = format!("{name}/{name}");
    let dataset = Dataset::new(name, format!("{name} Integer key, {name} {name}").as_str()).classified(name);
    let transformer = DataTransformer::sql(name).select(name, name).select(name, "").with_cron(name).removal(
        name,
        name,
        Removal::new(name).column(name, name),
    );
    let group = || DatasetGroup::new(name).with_sinks([sink.as_str(), sink.as_str()]).regulator(name);
    let team = Team::new()
        .container(DataContainer::sqlite(name, name).located(key.as_str()))
        .container(DataContainer::postgres(name, name, name))
        .datastore(
            Datastore::new(name)
                .captured(
                    Capture::sql_snapshot(key.as_str())
                        .table(name, name)
                        .with_cron(name)
                        .with_credential(name),
                )
                .dataset(dataset.clone())
                .dataset(dataset),
        )
        .workspace(Workspace::new(name).with_container(key.as_str()).group(group()).group(group()))
        .workspace(Workspace::new(name).group(group()).with_transformer(transformer));
    let zone = || GovernanceZone::new().team(name, name, team.clone()).team(name, name, Team::new());
    let location = InfrastructureLocation::new(name).location(name).location(name);
    Ecosystem::new(name, name, name)
        .vendor(InfrastructureVendor::new(name).location(location.clone()).location(location))
        .vendor(InfrastructureVendor::new(name))
        .platform(PlatformDeclaration::new(name, name).with_version_requirement(name))
        .zone(name, name, zone())
        .zone(name, Repository::from(name), zone())
        .zone_declaration(datasurface_model::ZoneDeclaration::new(name, name))
        .group_pin(sink.as_str(), [name, name])
        .group_pin(sink.as_str(), [] as [&str; 0])
        .primary_pin(name, name)
        .primary_pin(name, name)
}

#[test]
fn any_name_anywhere() {
    let long = "x".repeat(100_000);
    for name in ["", " ", "/", "a/b/c", "#:/", "\0", "\u{202e}", "é", "ǅ", "İ", "select", "🙂", "a", &long]
    {
        let ecosystem = everything_called(name);
        let findings = validated(ecosystem.clone());
        assert!(findings.has_errors());
        assert_eq!(findings, validated(ecosystem));
    }
}

#[test]
fn a_thousand_of_the_same() {
    let same = edited(|team| {
        (0..1000).fold(team, |team, number| {
            let different = Dataset::new("d", format!("c{number} Integer key").as_str());
            team.datastore(store("S", different))
                .datastore(store("S", Dataset::new("d", "id Integer key")))
                .workspace(deriving("W", "S/d", filling("S")))
        })
    });
    let findings = validated(same);
    assert!(findings.codes().any(|code| code == "name/duplicate"));
    assert!(findings.len() < 20, "the same finding is reported once, but:\n{findings}");
}

/// W0 fills S0, which W1 reads, and so on; the last leads back to the first, if `closed`.
fn chain(length: usize, closed: bool) -> Ecosystem {
    let before = |number: usize| match number {
        0 if closed => format!("S{}/d", length - 1),
        0 => "NW_Data/orders".to_owned(),
        number => format!("S{}/d", number - 1),
    };
    edited(|team| {
        let zone = (0..length).map(|number| {
            let name = format!("W{number}");
            let transformer = filling(&format!("S{number}"));
            (output(&format!("S{number}")), deriving(&name, &before(number), transformer))
        });
        // In canonical order, so that building the team is not what takes the time.
        let (mut stores, mut workspaces): (Vec<_>, Vec<_>) = zone.unzip();
        stores.sort();
        workspaces.sort();
        let team = stores.into_iter().fold(team, Team::datastore);
        workspaces.into_iter().fold(team, Team::workspace)
    })
}

#[test]
fn a_hundred_thousand_transformers_in_a_row_and_in_a_ring() {
    let small_stack = thread::Builder::new().stack_size(2 << 20);
    let judged = small_stack.spawn(|| {
        assert!(validated(chain(100_000, false)).is_empty());
        let findings = validated(chain(100_000, true));
        assert_eq!(findings.codes().collect::<Vec<_>>(), ["transformer/endless-cycle"]);
        assert!(findings.iter().all(|finding| finding.related_places().len() == 99_999));
    });
    judged.unwrap().join().unwrap();
}

#[test]
fn many_who_fill_what_many_read() {
    // Each of them leads to each: edges would be the square of their number.
    let many = edited(|team| {
        (0..5000).fold(team.datastore(output("S")), |team, number| {
            team.workspace(deriving(&format!("W{number:04}"), "S/d", filling("S")))
        })
    });
    let findings = validated(many);
    let shared = findings.codes().filter(|code| *code == "transformer/shared-output").count();
    let endless = findings.codes().filter(|code| *code == "transformer/endless-cycle").count();
    assert_eq!((shared, endless), (4999, 100), "a hundred at a time are enough");
}

/// An estate in which every reference of every workspace is a slip of the pen.
fn slips(size: usize) -> Ecosystem {
    edited(|team| {
        (0..size).fold(team, |team, number| {
            let slip = format!("store_{number:06}x/d");
            team.datastore(store(&format!("store_{number:06}"), Dataset::new("d", "id Integer key")))
                .workspace(
                    Workspace::new(format!("reader_{number:06}"))
                        .with_container("USA/NorthWind/Lake")
                        .group(DatasetGroup::new("g").sink(slip.as_str())),
                )
        })
    })
}

#[test]
fn the_cost_is_linear_even_if_everything_is_wrong() {
    assert_linear(slips, |findings, size| {
        assert_eq!(findings.len(), size);
        assert!(findings.iter().all(|finding| finding.suggestion().is_some()));
    });
}

#[test]
fn former_names_cost_as_much_as_there_are() {
    let renamed = |size: usize| {
        let datasets = (0..size).map(|number| {
            Dataset::new(format!("d{number:06}"), "id Integer key").renamed_from(format!("e{number:06}"))
        });
        let all = store("Renamed", Dataset::new("wrong", ""));
        edited(|team| team.datastore(datasets.fold(all, Datastore::dataset)))
    };
    assert_linear(renamed, |findings, _| assert!(!findings.is_empty()));
}

#[test]
fn places_that_do_not_exist_cost_as_much_as_there_are() {
    let misspelt = |size: usize| {
        let places = (0..size).map(|number| Place::from(format!("Azure/USA/East US {number:04}").as_str()));
        let policy = Policy::new("not there", PolicyRule::Locations(Permitted::all_except(places)));
        valid().zone("Far", "git:far@main", GovernanceZone::new().policy(policy))
    };
    assert_linear(misspelt, |findings, size| {
        assert_eq!(findings.len(), size);
        assert!(findings.iter().all(|finding| finding.suggestion().is_some()));
    });
}

/// A container, and the capture of a dataset from it.
type Source = (ContainerKind, Capture);

fn container(number: usize) -> String {
    format!("USA/NorthWind/C{number:06}")
}

/// A container of one cluster: all of them name one broker, and each another one besides.
fn of_one_cluster(number: usize) -> Source {
    let brokers = ["shared:9092", &format!("b{number:06}:9092")].map(Into::into).into();
    (ContainerKind::Kafka { brokers }, Capture::kafka(container(number).as_str()).source("d", "orders"))
}

/// A prefix of one bucket; the first is the whole bucket.
fn of_one_bucket(number: usize) -> Source {
    let prefix = if number == 0 { "".into() } else { format!("p{number:06}/").into() };
    let capture = Capture::object_files(container(number).as_str(), FileFormat::Csv);
    (ContainerKind::ObjectStorage { bucket: "lake".into(), prefix, endpoint: None }, capture.source("d", ""))
}

/// Containers, from each of which a datastore is captured. Data is delivered to every one, if `delivered`.
fn containers(size: usize, delivered: bool, source: impl Fn(usize) -> Source) -> Ecosystem {
    edited(|team| {
        let team = (0..size).fold(team, |team, number| {
            let (kind, capture) = source(number);
            let dataset = Dataset::new("d", "id Integer key");
            team.container(DataContainer::new(format!("C{number:06}"), kind))
                .datastore(Datastore::new(format!("S{number:06}")).captured(capture).dataset(dataset))
        });
        if !delivered {
            return team;
        }
        (0..size).fold(team, |team, number| {
            team.workspace(
                Workspace::new(format!("W{number:06}"))
                    .with_container(container(number).as_str())
                    .group(DatasetGroup::new("g").sink(format!("S{number:06}/d").as_str())),
            )
        })
    })
}

#[test]
fn containers_at_one_place_cost_as_much_as_there_are() {
    for (delivered, source) in
        [(false, of_one_cluster as fn(usize) -> Source), (true, of_one_cluster), (true, of_one_bucket)]
    {
        assert_linear(
            |size| containers(size, delivered, source),
            |findings, size| {
                let count = |code: &str| findings.codes().filter(|other| *other == code).count();
                assert_eq!(count("capture/shared-source"), size - 1);
                assert_eq!(count("container/same-place"), size - 1);
            },
        );
    }
}

#[test]
fn files_among_those_of_others_cost_as_much_as_there_are() {
    let crowded = |size: usize| {
        edited(|team| {
            let team = team.container(DataContainer::object_storage("Files", "bucket"));
            (0..size).fold(team, |team, number| {
                let prefix = if number % 2 == 0 { "all/".to_owned() } else { format!("all/{number:06}/") };
                let capture =
                    Capture::object_files("USA/NorthWind/Files", FileFormat::Csv).source("d", prefix);
                let dataset = Dataset::new("d", "id Integer key");
                team.datastore(Datastore::new(format!("S{number:06}")).captured(capture).dataset(dataset))
            })
        })
    };
    assert_linear(crowded, |findings, size| {
        let shared = findings.codes().filter(|code| *code == "capture/shared-source").count();
        assert_eq!(shared, size - 1, "each is told of one that has its files");
    });
}

#[test]
fn labels_that_look_alike_cost_as_much_as_there_are() {
    let labelled = |size: usize| {
        edited(|team| {
            let dataset = |number: usize| {
                Dataset::new(format!("d{number}"), "id Integer key").classified(format!("A{number}"))
            };
            let store = Datastore::new("Labelled").captured(Capture::sql_snapshot("USA/NorthWind/Nowhere"));
            team.datastore((0..size).map(dataset).fold(store, Datastore::dataset))
        })
    };
    assert_linear(labelled, |findings, _| {
        let similar = findings.codes().filter(|code| *code == "classification/similar").count();
        assert_eq!(similar, 0, "so many are no slips of each other");
    });
}

/// Judges ecosystems in which much is wrong, of two sizes.
#[track_caller]
fn assert_linear(make: impl Fn(usize) -> Ecosystem, check: impl Fn(&Findings, usize)) {
    let seconds = |size: usize| {
        let ecosystem = make(size);
        let once = |_| {
            let start = ThreadTime::now();
            let invalid = ecosystem.clone().validate(&Validation::on(today())).unwrap_err();
            let took = start.elapsed().as_secs_f64();
            check(invalid.findings(), size);
            took
        };
        // The best of three, of the time of the processor: the machine may have other things to do.
        (0..3).map(once).fold(f64::INFINITY, f64::min)
    };
    let (small, large) = (seconds(500), seconds(4000));
    // Eight times as much; sixty-four times would be the square.
    assert!(large < 24.0 * small.max(0.005), "{small} s, then {large} s");
}
