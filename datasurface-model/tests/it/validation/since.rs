//! An earlier outcome saves work, and changes nothing else.

use crate::base::{consumer, day, deriving, store, today, valid, written};
use datasurface_model::{
    Checked, Column, DataTransformer, DataType, Dataset, DatasetGroup, DatasetSink, Datastore, Deprecation,
    Ecosystem, Entity, GroupKey, Invalid, TableSchema, Team, Validate, Validation, Workspace,
};

/// Validates after `previous`, makes sure that from scratch nothing else comes out, and says what was checked.
fn again(ecosystem: &Ecosystem, previous: &Checked, on: &str) -> (Result<Checked, Invalid>, Vec<String>) {
    let on = Validation::on(day(on));
    let outcome = ecosystem.clone().validate(&on.since(previous));
    let scratch = ecosystem.clone().validate(&on);
    let (checked, findings) = match &outcome {
        Ok(checked) => (checked.stats(), checked.findings()),
        Err(invalid) => (invalid.stats(), invalid.findings()),
    };
    match scratch {
        Ok(scratch) => assert_eq!(scratch.findings(), findings),
        Err(scratch) => assert_eq!(scratch.findings(), findings),
    }
    let names = checked.checked().iter().map(|path| path.segments().last().unwrap_or("").to_owned());
    let names = names.collect();
    (outcome, names)
}

fn first(ecosystem: &Ecosystem) -> Checked {
    ecosystem.clone().validate(&Validation::on(today())).unwrap()
}

fn edit(ecosystem: &Ecosystem, change: impl FnOnce(Team) -> Team) -> Ecosystem {
    ecosystem.clone().edit_team("USA", "NorthWind", change)
}

const TODAY: &str = "2026-06-30";

/// A producer, a consumer, and a transformer that masks what is classified.
fn example() -> Ecosystem {
    edit(&valid(), |team| {
        team.datastore(store("S", dataset()))
            .workspace(consumer("Reader", "S/d"))
            .datastore(Datastore::new("T").dataset(Dataset::new("d", "id Integer key")))
            .workspace(deriving(
                "Deriver",
                "S/d",
                DataTransformer::sql("T").select("d", "SELECT id FROM S_d"),
            ))
    })
}

fn dataset() -> Dataset {
    Dataset::new("d", "id Integer key")
}

fn with_store(dataset: Dataset) -> Ecosystem {
    edit(&example(), |team| team.without_datastore(&"S".into()).datastore(store("S", dataset)))
}

#[test]
fn nothing_changed_nothing_checked() {
    let before = first(&example());
    assert_eq!(before.stats().checked().len(), before.stats().units);
    let (after, checked) = again(&example(), &before, TODAY);
    assert!(checked.is_empty(), "{checked:?}");
    assert_eq!(after.unwrap().stats().units, before.stats().units);
    // No sink reads deprecated data: nobody looks at the date.
    assert!(again(&example(), &before, "2031-01-01").1.is_empty());
}

#[test]
fn what_nobody_imports_is_checked_alone() {
    let before = first(&example());
    let described = with_store(dataset().documented("what it is"));
    assert_eq!(again(&described, &before, TODAY).1, ["S"]);

    let faster = edit(&example(), |team| {
        team.without_workspace(&"Reader".into())
            .workspace(consumer("Reader", "S/d").with_priority(datasurface_model::Priority::High))
    });
    assert_eq!(again(&faster, &before, TODAY).1, ["Reader"]);
}

#[test]
fn importers_are_checked_when_what_they_read_has_changed() {
    let before = first(&example());
    // A classification matters to the transformer that passes it on, not to who just reads the data.
    let (outcome, checked) = again(&with_store(dataset().classified("PII")), &before, TODAY);
    assert_eq!(checked, ["S", "Deriver"]);
    let codes: Vec<_> = outcome.unwrap_err().findings().codes().map(str::to_owned).collect();
    assert_eq!(codes, ["transformer/under-classified"]);
    // So does whether the output is classified completely.
    let made = |column: Column| {
        let note = Column::new("note", DataType::Boolean).classified("PII");
        let table = TableSchema::new([column, note]).keyed(["id"]);
        edit(&example(), |team| {
            let made = Datastore::new("T").dataset(Dataset::new("d", table));
            let noting = DataTransformer::sql("T").select("d", "SELECT id, 1 = 1 AS note FROM S_d");
            team.without_datastore(&"T".into())
                .datastore(made)
                .without_workspace(&"Deriver".into())
                .workspace(deriving("Deriver", "S/d", noting))
        })
    };
    let id = Column::new("id", DataType::Integer).not_null();
    let partly = first(&made(id.clone()));
    let (outcome, checked) = again(&made(id.classified("PII")), &partly, TODAY);
    assert_eq!(checked, ["T", "Deriver"]);
    let codes: Vec<_> = outcome.unwrap_err().findings().codes().map(str::to_owned).collect();
    assert_eq!(codes, ["transformer/unclassified-input"]);

    // A column matters to the statement that may read it.
    let renamed = with_store(Dataset::new("d", "ident Integer key"));
    let (outcome, checked) = again(&renamed, &before, TODAY);
    assert_eq!(checked, ["S", "Deriver"]);
    let codes: Vec<_> = outcome.unwrap_err().findings().codes().map(str::to_owned).collect();
    assert_eq!(codes, ["transformer/unknown-column"]);

    // A deprecation matters to every consumer.
    let deprecated = with_store(dataset().deprecated(Deprecation::new(day("2026-07-01"), "old")));
    assert_eq!(again(&deprecated, &before, TODAY).1, ["S", "Deriver", "Reader"]);

    // So does that a dataset is gone; and a new one that nobody asked for does not.
    assert_eq!(
        again(&with_store(Dataset::new("e", "id Integer key")), &before, TODAY).1,
        ["S", "Deriver", "Reader"]
    );
    let more = edit(&example(), |team| {
        team.without_datastore(&"S".into())
            .datastore(store("S", dataset()).dataset(Dataset::new("e", "id Integer key")))
    });
    assert_eq!(again(&more, &before, TODAY).1, ["S"]);
}

#[test]
fn what_did_not_exist_is_imported_too() {
    let broken = edit(&example(), |team| team.workspace(consumer("Early", "Later/d")));
    let invalid = broken.clone().validate(&Validation::on(today())).unwrap_err();
    let mended = edit(&broken, |team| team.datastore(store("Later", dataset())));
    let checked = mended.validate(&Validation::on(today()).since(&invalid)).unwrap();
    let paths: Vec<_> =
        checked.stats().checked().iter().map(|path| path.segments().last().unwrap()).collect();
    assert_eq!(paths, ["Later", "Early"]);
}

#[test]
fn another_date_concerns_those_who_looked_at_it() {
    let until = DatasetSink::new("S/d").with_consent_until(day("2026-12-31"));
    let patient = Workspace::new("Reader")
        .with_container("USA/NorthWind/Lake")
        .group(DatasetGroup::new("g").sink(until));
    let ecosystem =
        edit(&with_store(dataset().deprecated(Deprecation::new(day("2026-01-01"), "old"))), |team| {
            team.without_workspace(&"Deriver".into())
                .without_datastore(&"T".into())
                .without_workspace(&"Reader".into())
                .workspace(patient)
        });
    let before = first(&ecosystem);
    assert_eq!(again(&ecosystem, &before, "2026-07-01").1, ["Reader"]);
    let (outcome, checked) = again(&ecosystem, &before, "2027-01-01");
    assert_eq!(checked, ["Reader"]);
    let codes: Vec<_> = outcome.unwrap_err().findings().codes().map(str::to_owned).collect();
    assert_eq!(codes, ["lifecycle/consent-expired"]);
}

#[test]
fn frames_are_checked_without_what_they_hold() {
    let before = first(&example());
    let ecosystem = example().platform(datasurface_model::PlatformDeclaration::new("Second", "local"));
    // The path of the ecosystem itself is empty.
    assert_eq!(again(&ecosystem, &before, TODAY).1, [""]);
    let ecosystem = edit(&example(), |team| {
        team.container(datasurface_model::DataContainer::sqlite("Pond", "p.db").located("Azure/USA"))
    });
    assert_eq!(again(&ecosystem, &before, TODAY).1, ["NorthWind"]);
}

#[test]
fn from_anywhere_to_anywhere_it_is_as_from_scratch() {
    let ecosystems = written();
    let on = Validation::on(today());
    let scratch: Vec<_> = ecosystems.iter().map(|ecosystem| ecosystem.clone().validate(&on)).collect();
    let findings = |outcome: &Result<Checked, Invalid>| match outcome {
        Ok(checked) => checked.findings().clone(),
        Err(invalid) => invalid.findings().clone(),
    };
    for before in scratch.iter().step_by(41) {
        for (ecosystem, expected) in ecosystems.iter().zip(&scratch) {
            let since = match before {
                Ok(checked) => on.since(checked),
                Err(invalid) => on.since(invalid),
            };
            assert_eq!(findings(&ecosystem.clone().validate(&since)), findings(expected));
        }
    }
}

#[test]
fn who_shares_a_former_name_is_looked_at_again_when_the_other_one_lets_it_go() {
    let renamed = |name: &str| store(name, dataset()).renamed_from("Before");
    let one = edit(&valid(), |team| team.datastore(renamed("Z")));
    let both = edit(&one, |team| team.datastore(renamed("A")));
    let (outcome, names) = again(&both, &first(&one), TODAY);
    assert_eq!(names, ["A", "Z"]);
    assert_eq!(outcome.unwrap_err().findings().codes().collect::<Vec<_>>(), ["rename/twice"]);
    let invalid = both.validate(&Validation::on(today())).unwrap_err();
    let mended = one.validate(&Validation::on(today()).since(&invalid)).unwrap();
    assert!(mended.findings().is_empty());
}

/// An edit deep inside replaces that part alone, and costs one unit.
#[test]
fn what_is_edited_deep_inside_is_all_that_changes() {
    let before = first(&valid());
    let edited = valid().edit_dataset("NW_Data/customers", |dataset| dataset.documented("Who buys."));
    let (outcome, checked) = again(&edited, &before, "2026-06-30");
    assert_eq!(checked, ["NW_Data"]);
    assert_eq!(outcome.unwrap().findings().len(), before.findings().len());
    let back = edited.edit_datastore("NW_Data", |_| {
        before.ecosystem().datastore(&"NW_Data".into()).unwrap().entity.as_ref().clone()
    });
    assert_eq!(back, valid());
    // What is not there stays so.
    let nowhere = valid()
        .edit_dataset("NW_Data/nothing", |_| unreachable!())
        .edit_workspace("Nowhere", |_| unreachable!())
        .edit_container("USA/NorthWind/Nowhere", |_| unreachable!())
        .edit_container("Nowhere/NorthWind/Source", |_| unreachable!());
    assert_eq!(nowhere, valid());
    let located = valid().edit_container("USA/NorthWind/Source", |source| source.located("Nowhere"));
    assert_ne!(located, valid());
}

#[test]
fn what_is_valid_is_found_by_its_key() {
    let checked = first(&valid());
    let (ecosystem, dataset) = (checked.ecosystem(), "NW_Data/customers".into());
    assert_eq!(ecosystem.dataset(&dataset).unwrap().name().as_str(), "customers");
    assert!(ecosystem.dataset(&"NW_Data/nothing".into()).is_none());
    let workspace = &ecosystem.workspaces()[0].entity;
    let group = workspace.groups().iter().next().unwrap();
    assert_eq!(ecosystem.group(&GroupKey::new(workspace.name(), group.name())), Some(group));
}
