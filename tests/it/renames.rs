//! Renames on the local platform: consumers see the names of now, and keep their history.

use crate::flows::Fixture;
use datasurface::{
    broker::Proposal,
    model::*,
    platform::{DataPlatform, PlatformError, RunRequest, RuntimeContext, hook::*},
};
use datasurface_local::LocalPlatform;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

/// The names of everything between a source and its consumers.
#[derive(Clone, Copy)]
struct Names {
    platform: &'static str,
    zone: &'static str,
    team: &'static str,
    container: &'static str,
    datastore: &'static str,
    dataset: &'static str,
    masked: &'static str,
    mask: &'static str,
    workspace: &'static str,
    group: &'static str,
}

const BEFORE: Names = Names {
    platform: "Local",
    zone: "Z",
    team: "T",
    container: "Desk",
    datastore: "Shop",
    dataset: "customers",
    masked: "Masked",
    mask: "Mask",
    workspace: "Sales",
    group: "all",
};

const AFTER: Names = Names {
    platform: "Near",
    zone: "Area",
    team: "Crew",
    container: "Bench",
    datastore: "Trade",
    dataset: "clients",
    masked: "Hidden",
    mask: "Hide",
    workspace: "Selling",
    group: "each",
};

/// The same ecosystem under these names, which says how it was called before wherever that differs.
fn ecosystem(now: Names, then: Names, desk: &'static str) -> Ecosystem {
    with_written(now, then, now, desk)
}

/// The same, in which the transformer writes these names.
fn with_written(now: Names, then: Names, written: Names, desk: &'static str) -> Ecosystem {
    macro_rules! renamed {
        ($thing:expr, $name:ident) => {{
            let thing = $thing;
            if now.$name == then.$name { thing } else { thing.renamed_from(then.$name) }
        }};
    }
    let schema = "customer_id VarChar(5) key, company_name VarChar(40) not null, city VarChar(15)";
    let dataset = |schema: Schema| renamed!(Dataset::new(now.dataset, schema), dataset);
    let columns: TableSchema = schema.parse().unwrap();
    let classified =
        columns.classified(["customer_id", "city"], "Public").classified(["company_name"], "PII");
    let key = |datastore: &str| format!("{datastore}/{}", now.dataset);
    let place = format!("{}/{}", now.zone, now.team);
    let bench = format!("{place}/{}", now.container);
    let store = Datastore::new(now.datastore)
        .captured(Capture::sql_snapshot(&*format!("{place}/Source")).table(now.dataset, "customers"))
        .dataset(dataset(classified.into()));
    let input = format!("{}_{}", written.datastore, written.dataset);
    let select = format!("SELECT {input}.customer_id, '***' AS company_name, city FROM {input}");
    let mask = DataTransformer::sql(written.masked).select(written.dataset, &*select);
    let history = || {
        renamed!(DatasetGroup::new(now.group), group)
            .with_milestoning(Milestoning::LiveAndForensic)
            .with_retention(Retention::years(1))
    };
    let team = Team::new()
        .container(DataContainer::sqlite("Source", "source.db").located("V/L"))
        .container(renamed!(DataContainer::sqlite(now.container, desk), container).located("V/L"))
        .datastore(renamed!(store, datastore))
        .datastore(
            renamed!(Datastore::new(now.masked), masked).dataset(dataset(schema.into()).classified("Public")),
        )
        .workspace(
            renamed!(Workspace::new(now.mask), mask)
                .with_container(&*bench)
                .group(DatasetGroup::new("raw").sink(&*key(now.datastore)))
                .with_transformer(mask),
        )
        .workspace(
            renamed!(Workspace::new(now.workspace), workspace)
                .with_container(&*bench)
                .group(history().with_sinks([&*key(now.datastore), &*key(now.masked)])),
        );
    let team = renamed!(TeamDeclaration::new(now.team, "github:o/team@main"), team).defined(team);
    let zone = renamed!(ZoneDeclaration::new(now.zone, "github:o/zone@main"), zone)
        .defined(GovernanceZone::new().team_declaration(team));
    let local = PlatformDeclaration::new(now.platform, "local").setting("database", "platform.db");
    Ecosystem::new("E", "github:o/model@main", "github:o/live@main")
        .vendor(InfrastructureVendor::new("V").location("L"))
        .platform(renamed!(local, platform))
        .zone_declaration(zone)
}

/// The steps on whatever keeps data: tables, and copies at consumers.
fn on_data(proposal: &Proposal, platform: &str) -> Vec<String> {
    let steps = proposal.plan(&platform.into()).unwrap().steps().iter();
    let keeps = |resource: &str| resource.starts_with("table.") || resource.starts_with("copy.");
    steps.filter(|step| keeps(step.resource.as_str())).map(ToString::to_string).collect()
}

fn views(fixture: &Fixture, desk: &str) -> Vec<String> {
    fixture.rows(
        desk,
        "SELECT name FROM sqlite_schema WHERE type = 'view' AND name LIKE '%Sell%' OR name LIKE '%Sales%'",
    )
}

/// Whoever runs it, or looks at it, has the names of now, and those alone.
fn names_of_now(fixture: &Fixture, names: Names, on: &str) {
    let dataset = DatasetKey::new(names.datastore, names.dataset);
    let group = GroupKey::new(names.workspace, names.group);
    let known = fixture.at(on, |platform, site| platform.runtime().unwrap().run_names(site)).unwrap();
    let all = [&dataset.to_string(), names.datastore, names.workspace, names.mask];
    assert!(all.iter().all(|name| known.selectable.contains(*name)), "{known:?}");
    let consumers = [names.workspace.to_owned(), group.to_string()];
    assert!(consumers.iter().all(|name| known.consumers.contains(name)), "{known:?}");
    let former =
        [BEFORE.datastore, BEFORE.workspace, BEFORE.mask].into_iter().filter(|name| !all.contains(name));
    assert!(former.into_iter().all(|name| !known.selectable.contains(name)), "{known:?}");

    let request = RunRequest::once().select(dataset.to_string()).full_refresh(dataset.clone());
    let run =
        |platform: &LocalPlatform, site: &RuntimeContext<'_>| platform.runtime().unwrap().run(site, &request);
    let report = fixture.at(on, run).unwrap();
    let ran: Vec<&DatasetKey> = report.datasets.iter().map(|run| &run.dataset).collect();
    assert_eq!((ran, report.failures.as_slice()), (vec![&dataset], &[][..]));

    let status = fixture.at(on, |platform, site| platform.runtime().unwrap().status(site)).unwrap();
    let sink = status.sinks.iter().find(|sink| sink.dataset == dataset).unwrap();
    assert_eq!(sink.group, group);
    let first = DatasetKey::new(BEFORE.datastore, BEFORE.dataset);
    assert_eq!(sink.stored_as, (first != dataset).then_some(first));
}

#[test]
fn whatever_is_renamed_its_consumers_keep_their_history() {
    let steps: [fn(Names) -> Names; 8] = [
        |names| Names { dataset: AFTER.dataset, ..names },
        |names| Names { datastore: AFTER.datastore, masked: AFTER.masked, ..names },
        |names| Names { workspace: AFTER.workspace, mask: AFTER.mask, ..names },
        |names| Names { group: AFTER.group, ..names },
        |names| Names { container: AFTER.container, ..names },
        |names| Names { team: AFTER.team, ..names },
        |names| Names { zone: AFTER.zone, ..names },
        |names| Names { platform: AFTER.platform, ..names },
    ];
    for desk in ["platform.db", "desk.db"] {
        let fixture = Fixture::new();
        fixture.render_and_apply(ecosystem(BEFORE, BEFORE, desk), "2026-01-01");
        fixture.run("2026-01-01");
        fixture.source("UPDATE customers SET company_name = 'A.' WHERE customer_id = 'ALFKI'");
        fixture.run("2026-01-02");
        let mut names = BEFORE;
        for (number, step) in steps.iter().enumerate() {
            let now = step(names);
            let then = std::mem::replace(&mut names, now);
            let on = format!("2026-02-{:02}", number + 1);
            let proposal = fixture.render_and_apply(ecosystem(names, then, desk), &on);
            assert_eq!(on_data(&proposal, names.platform), [] as [String; 0], "step {number}");
            fixture
                .source(&format!("UPDATE customers SET city = 'Bonn {number}' WHERE customer_id = 'ALFKI'"));
            let ran = fixture.run(&on);
            assert_eq!(
                ran.iter().filter(|line| line.ends_with("+0 ~1 -0")).count(),
                2,
                "step {number}: {ran:?}"
            );
            let view =
                format!("{}__{}__{}__{}", names.workspace, names.group, names.datastore, names.dataset);
            let prefix = if desk == "platform.db" { String::new() } else { format!("{}__", names.platform) };
            let history = format!("SELECT company_name FROM {prefix}{view}__history ORDER BY batch_in, 1");
            assert_eq!(fixture.rows(desk, &history)[..3], ["Alfreds", "Paris", "A."], "step {number}");
            let live = format!("SELECT city FROM {prefix}{view} WHERE customer_id = 'ALFKI'");
            assert_eq!(fixture.rows(desk, &live), [format!("Bonn {number}")]);
            names_of_now(&fixture, names, &on);
            let all = views(&fixture, desk);
            let start = format!("{prefix}{}__{}__", names.workspace, names.group);
            assert!(all.len() == 4 && all.iter().all(|name| name.starts_with(&start)), "{all:?}");
        }
        // Once more: nothing is left to do.
        let again = fixture.render_and_apply(ecosystem(names, names, desk), "2026-03-01");
        assert_eq!(on_data(&again, names.platform), [] as [String; 0]);
    }
}

/// Lets transformers run incrementally, and keeps what it was asked and told.
#[derive(Clone, Debug, Default)]
struct Recording {
    due: Arc<Mutex<Vec<TriggerDue>>>,
    loaded: Arc<Mutex<Vec<DatasetKey>>>,
}

impl Hook for Recording {
    fn events(&self) -> BTreeSet<EventKind> {
        [EventKind::TriggerDue, EventKind::DatasetLoaded].into()
    }

    fn trigger_due(&self, event: &TriggerDue) -> Result<HookAnswer<TriggerDecision>, PlatformError> {
        self.due.lock().unwrap().push(event.clone());
        Ok(HookAnswer::new(TriggerDecision::RunIncrementally))
    }

    fn dataset_loaded(&self, event: &DatasetLoaded) -> Result<HookAnswer<NoDecision>, PlatformError> {
        self.loaded.lock().unwrap().push(event.batch.dataset.clone());
        Ok(HookAnswer::default())
    }
}

/// Whoever writes a hook knows the names in the model, and not those under which data was stored once.
#[test]
fn hooks_hear_the_names_of_now() {
    let fixture = Fixture::new();
    fixture.render_and_apply(ecosystem(BEFORE, BEFORE, "platform.db"), "2026-01-01");
    fixture.run("2026-01-01");
    fixture.render_and_apply(ecosystem(AFTER, BEFORE, "platform.db"), "2026-01-02");
    fixture.source("UPDATE customers SET city = 'Bonn' WHERE customer_id = 'ALFKI'");
    let hook = Recording::default();
    let hooks = Hooks::new().with_hook("recording", FailurePolicy::Refuse, hook.clone()).unwrap();
    let instance = AFTER.platform.into();
    let run = |platform: &LocalPlatform, site: &RuntimeContext<'_>| {
        let site = RuntimeContext { hooks: PlatformHooks::new(&hooks, &instance), ..*site };
        platform.runtime().unwrap().run(&site, &RunRequest::until_idle())
    };
    let report = fixture.at("2026-01-02", run).unwrap();
    assert_eq!(report.failures, []);
    let [read, made] = [AFTER.datastore, AFTER.masked].map(|store| DatasetKey::new(store, AFTER.dataset));
    let due = hook.due.lock().unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!((due[0].platform.as_ref(), due[0].workspace.as_str()), (Some(&instance), AFTER.mask));
    assert_eq!(due[0].moved().map(|input| &input.dataset).collect::<Vec<_>>(), [&read]);
    assert_eq!(due[0].outputs.iter().collect::<Vec<_>>(), [&made]);
    assert_eq!(
        *hook.loaded.lock().unwrap(),
        [read, made.clone()],
        "the output reads what moved, so it was made"
    );
    assert!(report.datasets.iter().any(|run| run.dataset == made && run.updated == 1), "{report:?}");
}

#[test]
fn a_transformer_that_writes_former_names_runs_on() {
    let now = Names { dataset: AFTER.dataset, datastore: AFTER.datastore, masked: AFTER.masked, ..BEFORE };
    for desk in ["platform.db", "desk.db"] {
        let fixture = Fixture::new();
        fixture.render_and_apply(ecosystem(BEFORE, BEFORE, desk), "2026-01-01");
        fixture.run("2026-01-01");
        let steps = [
            with_written(now, BEFORE, BEFORE, desk),
            // One name after the other is corrected, then the statements of the renames go.
            with_written(now, BEFORE, Names { dataset: now.dataset, ..BEFORE }, desk),
            ecosystem(now, BEFORE, desk),
            ecosystem(now, now, desk),
        ];
        for (number, step) in steps.into_iter().enumerate() {
            let on = format!("2026-02-{:02}", number + 1);
            let proposal = fixture.render_and_apply(step, &on);
            assert_eq!(on_data(&proposal, now.platform), [] as [String; 0], "step {number}");
            fixture
                .source(&format!("UPDATE customers SET city = 'Bonn {number}' WHERE customer_id = 'ALFKI'"));
            let ran = fixture.run(&on);
            let moved = ran.iter().filter(|line| line.ends_with("+0 ~1 -0")).count();
            assert_eq!(moved, 2, "step {number}: {ran:?}");
        }
    }
}
