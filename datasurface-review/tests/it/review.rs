//! Reviews of locks: what is held stays, and so does its name.

use crate::fixture::*;
use chrono::NaiveDate;
use datasurface_broker::Lock;
use datasurface_change::ChangeSource;
use datasurface_document::Documents;
use datasurface_model::*;
use datasurface_review::{Review, ReviewReport, ReviewSide};

/// The owner of the ecosystem and of its lock.
pub(crate) const MODEL: &str = "github:o/model@main";
const TEAM: &str = "github:o/team@main";

pub(crate) fn side(ecosystem: &Ecosystem, lock: &Lock) -> ReviewSide {
    let documents = Documents::new().document("model.json", datasurface_document::to_json(ecosystem));
    ReviewSide::new(documents).with_lock(lock.to_text())
}

pub(crate) fn judged([old, new]: [(&Ecosystem, &Lock); 2], source: &str, on: NaiveDate) -> ReviewReport {
    let broker = broker();
    let review = Review::new(&broker, ChangeSource::new(source), on);
    review.judge(&side(old.0, old.1), &side(new.0, new.1))
}

pub(crate) fn refusals(report: &ReviewReport) -> Vec<&str> {
    let errors = report.findings.iter().filter(|finding| finding.severity() == Severity::Error);
    errors.map(Diagnostic::code).collect()
}

fn wanting<const N: usize>(datasets: [&str; N], retention: Option<Retention>) -> Workspace {
    let group = DatasetGroup::new("g").with_sinks(datasets);
    consumer("W", retention.into_iter().fold(group, DatasetGroup::with_retention))
}

fn of(consumers: impl IntoIterator<Item = Workspace>) -> Ecosystem {
    fixture([minimal_platform("P")], consumers)
}

/// A site where `S/b` is held for a year, with its model and its lock.
fn held(retention: Option<Retention>) -> (Ecosystem, Lock) {
    let site = Site::new();
    site.render(of([wanting(["S/a", "S/b"], retention)]), today());
    let model = of([wanting(["S/a"], retention)]);
    site.render(model.clone(), today());
    let lock = site.lock();
    assert_eq!(lock.held(&"P".into()).len(), 1);
    (model, lock)
}

/// The lock with an edit of its text.
fn edited(lock: &Lock, from: &str, to: &str) -> Lock {
    let text = lock.to_text();
    assert!(text.contains(from), "{text}");
    Lock::from_text(&text.replace(from, to)).unwrap()
}

/// The lock without anything held.
fn emptied(lock: &Lock) -> Lock {
    let mut text: serde_json::Value = serde_json::from_str(&lock.to_text()).unwrap();
    text["platforms"]["P"].as_object_mut().unwrap().remove("held").unwrap();
    Lock::from_text(&text.to_string()).unwrap()
}

#[test]
fn what_is_held_goes_neither_by_an_edit_nor_by_a_shorter_promise() {
    let (model, lock) = held(Some(Retention::years(1)));
    let unheld = emptied(&lock);
    let judge = |new: &Lock, on| judged([(&model, &lock), (&model, new)], MODEL, on);
    assert_eq!(refusals(&judge(&lock, today())), [] as [&str; 0]);
    assert_eq!(refusals(&judge(&unheld, today())), ["lock/held-changed"]);
    for on in ["2027-11-20", "2027-11-21"] {
        assert_eq!(refusals(&judge(&unheld, day(on))), ["lock/held-changed"], "{on}");
    }
    // The mirror: its last day is over.
    assert_eq!(refusals(&judge(&unheld, day("2027-11-22"))), [] as [&str; 0]);
    let sooner = edited(&lock, "2027-11-21", "2027-11-20");
    assert_eq!(refusals(&judge(&sooner, today())), ["lock/held-changed"]);
    let later = edited(&lock, "2027-11-21", "2027-11-22");
    assert_eq!(refusals(&judge(&later, today())), [] as [&str; 0]);
    // It is the ecosystem's all the same.
    let report = judged([(&model, &lock), (&model, &later)], TEAM, today());
    assert_eq!(refusals(&report), ["authorization/not-yours"]);
}

#[test]
fn what_is_held_goes_by_release() {
    let (model, lock) = held(None);
    let unheld = emptied(&lock);
    let judge = |old: &Lock| judged([(&model, old), (&model, &unheld)], MODEL, day("2100-01-01"));
    assert_eq!(refusals(&judge(&lock)), ["lock/held-changed"]);
    let mut released = lock.clone();
    assert!(released.release(&"P".into(), "shelf.S/b", "nobody needs it").is_some());
    assert_eq!(refusals(&judge(&released)), [] as [&str; 0]);
}

#[test]
fn what_is_held_stays_with_a_platform_that_is_renamed() {
    let site = Site::new();
    let with = |platform: PlatformDeclaration, datasets: &[&str]| {
        let group = DatasetGroup::new("g").with_sinks(datasets.iter().copied());
        fixture([platform], [consumer("W", group.with_retention(Retention::years(1)))])
    };
    site.render(with(minimal_platform("P"), &["S/a", "S/b"]), today());
    let model = with(minimal_platform("P"), &["S/a"]);
    site.render(model.clone(), today());
    let lock = site.lock();
    let renamed = with(minimal_platform("Q").renamed_from("P"), &["S/a"]);
    site.render(renamed.clone(), today());
    let after = site.lock();
    assert_eq!((after.held(&"P".into()).len(), after.held(&"Q".into()).len()), (0, 1));
    let judge = |new: &Lock| judged([(&model, &lock), (&renamed, new)], MODEL, today());
    assert_eq!(refusals(&judge(&after)), [] as [&str; 0], "the lock was rendered with the change");
    assert_eq!(refusals(&judge(&lock)), [] as [&str; 0], "it is rendered later");
    // The attack: what is held gets lost on the way.
    let mut text: serde_json::Value = serde_json::from_str(&after.to_text()).unwrap();
    text["platforms"]["Q"].as_object_mut().unwrap().remove("held").unwrap();
    assert_eq!(refusals(&judge(&Lock::from_text(&text.to_string()).unwrap())), ["lock/held-changed"]);
}

#[test]
fn what_is_promised_again_is_held_no_longer() {
    let (model, lock) = held(Some(Retention::years(1)));
    let unheld = emptied(&lock);
    let again = |retention| of([wanting(["S/a", "S/b"], Some(retention))]);
    let judge = |new: &Ecosystem| {
        let approved = judged([(&model, &lock), (new, &unheld)], MODEL, today());
        refusals(&approved)
            .into_iter()
            .filter(|code| code.starts_with("lock/"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(judge(&again(Retention::years(1))), [] as [&str; 0]);
    assert_eq!(judge(&again(Retention::days(2))), ["lock/held-changed"]);
}

#[test]
fn a_name_of_what_is_held_is_not_taken() {
    let (_, lock) = held(Some(Retention::years(1)));
    // The datastore is gone, and data of it is held.
    let named = |name: &str| world_of(store(name), [minimal_platform("P")], []);
    let gone = named("Other");
    let with = |added: Datastore| {
        let of_tables_of_its_own =
            ["a", "b", "c"].into_iter().fold(Capture::sql_snapshot("Z/T/Source"), |capture, dataset| {
                capture.table(dataset, format!("new_{dataset}"))
            });
        gone.clone().edit_team("Z", "T", |team| team.datastore(added.captured(of_tables_of_its_own)))
    };
    let judge = |new: &Ecosystem| judged([(&gone, &lock), (new, &lock)], TEAM, today());
    assert_eq!(refusals(&judge(&with(store("S")))), ["lock/held-name"]);
    assert_eq!(refusals(&judge(&with(store("T")))), [] as [&str; 0]);
    // The mirror: a lock that knows that it is gone gives the new one storage of its own.
    let site = Site::new();
    let consumers = |datasets: &[&str]| {
        let group = DatasetGroup::new("g").with_sinks(datasets.iter().copied());
        consumer("W", group.with_retention(Retention::years(1)))
    };
    let two = |stores: [Datastore; 2], datasets: &[&str]| {
        let [one, other] = stores;
        world_of(one, [minimal_platform("P")], [consumers(datasets)])
            .edit_team("Z", "T", |team| team.datastore(other))
    };
    let own = |name: &str| {
        let tables = ["a", "b", "c"].into_iter();
        let capture = Capture::sql_snapshot("Z/T/Source");
        store(name).captured(
            tables.fold(capture, |capture, dataset| capture.table(dataset, format!("{name}_{dataset}"))),
        )
    };
    site.render(two([own("Other"), own("S")], &["Other/a", "S/b"]), today());
    let without = world_of(own("Other"), [minimal_platform("P")], [consumers(&["Other/a"])]);
    site.render(without.clone(), today());
    let known = site.lock();
    assert_eq!(known.held(&"P".into()).len(), 1);
    let again = two([own("Other"), own("S")], &["Other/a", "S/b"]);
    let held = |lock: &Lock| {
        let report = judged([(&without, &known), (&again, lock)], TEAM, today());
        let codes = refusals(&report).into_iter().filter(|code| code.starts_with("lock/held"));
        codes.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(held(&known), [] as [&str; 0]);
    // The attack: an edit of the lock gives it the name of what is held.
    let mut text: serde_json::Value = serde_json::from_str(&known.to_text()).unwrap();
    text["storage"].as_object_mut().unwrap().remove("left").unwrap();
    assert_eq!(held(&Lock::from_text(&text.to_string()).unwrap()), ["lock/held-name"]);
    // Who is renamed away and comes back takes nothing.
    let there = named("S");
    let documented = there.clone().documented("the same");
    assert_eq!(refusals(&judged([(&there, &lock), (&documented, &lock)], MODEL, today())), [] as [&str; 0]);
}

#[test]
fn a_platform_that_the_lock_chose_is_reported_after_its_last_day() {
    let site = Site::new();
    let consumers = || [wanting(["S/a"], None)];
    site.render(of(consumers()), today());
    let deprecation = Deprecation::new(today(), "is replaced").with_sunset(day("2026-12-31"));
    let going = fixture([minimal_platform("P").deprecated(deprecation)], consumers());
    let documented = going.clone().documented("another text");
    let lock = site.lock();
    let judge = |old: &Ecosystem, new: &Ecosystem, on| judged([(old, &lock), (new, &lock)], MODEL, day(on));
    let at = |report: &ReviewReport| {
        let all = report.findings.iter().chain(report.known.iter());
        all.map(|finding| finding.code().to_owned())
            .filter(|code| code.contains("platform"))
            .collect::<Vec<_>>()
    };
    let before = at(&judge(&of(consumers()), &going, "2026-12-31"));
    let after = at(&judge(&of(consumers()), &going, "2027-01-01"));
    assert_eq!((before.as_slice(), after.as_slice()), (&[][..], &["lock/platform-over".to_owned()][..]));
    let report = judge(&going, &documented, "2027-01-01");
    assert!(report.is_allowed() && at(&report) == after, "it was there before");
    assert_eq!(report.known.codes().filter(|code| *code == "lock/platform-over").count(), 1);
    // Whoever places it is told, and may accept it for a while.
    let placed = |model: &Ecosystem, on| {
        let checked = model.clone().validate(&Validation::on(day(on))).unwrap();
        let placed = broker().place(checked.ecosystem(), &lock).unwrap();
        [placed.findings(), placed.waived()].map(|found| found.codes().map(str::to_owned).collect::<Vec<_>>())
    };
    let (over, nothing) = (vec!["lock/platform-over".to_owned()], Vec::new());
    assert_eq!(placed(&going, "2026-12-31"), [nothing.clone(), nothing.clone()]);
    assert_eq!(placed(&going, "2027-01-01"), [over.clone(), nothing.clone()]);
    let waiver =
        Waiver::new("lock/platform-over", "platforms/P", "it stays for a quarter", day("2027-03-31"));
    assert_eq!(placed(&going.waiver(waiver), "2027-01-01"), [nothing, over]);
}

#[test]
fn a_lock_that_is_gone_is_missed_and_the_first_one_is_the_ecosystems() {
    let (model, lock) = held(None);
    let broker = broker();
    let judge = |source: &str, old: &ReviewSide, new: &ReviewSide| {
        let review = Review::new(&broker, ChangeSource::new(source), today());
        refusals(&review.judge(old, new)).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let documents = Documents::new().document("model.json", datasurface_document::to_json(&model));
    let (with, without) = (side(&model, &lock), ReviewSide::new(documents));
    assert_eq!(judge(MODEL, &with, &without), ["lock/gone"]);
    assert_eq!(judge(MODEL, &without, &with), [] as [&str; 0]);
    assert_eq!(judge(TEAM, &without, &with), ["authorization/not-yours"]);
}

/// Folders tell owners of one repository apart, by the files that differ.
#[test]
fn an_old_error_of_choice_hides_nothing_that_platforms_find() {
    let of = |datasets: &[&str], is_erroneous: bool| {
        let group = DatasetGroup::new("g").with_sinks(datasets.iter().copied());
        let model = fixture([minimal_platform("P").setting("dislikes", "b")], [consumer("W", group)]);
        model.edit_team("Z", "T", |team| {
            let bus = DataContainer::kafka("Bus", ["bus.example:9092"]).located("V/L");
            let reader = Workspace::new("Unserved").with_container("Z/T/Bus");
            match is_erroneous {
                true => {
                    team.container(bus).workspace(reader.group(DatasetGroup::new("g").with_sinks(["S/a"])))
                }
                false => team,
            }
        })
    };
    for is_erroneous in [false, true] {
        let live = of(&["S/a"], is_erroneous);
        let judge =
            |new: &Ecosystem| judged([(&live, &Lock::default()), (new, &Lock::default())], TEAM, today());
        assert_eq!(refusals(&judge(&of(&["S/a", "S/b"], is_erroneous))), ["shelf/refused"], "{is_erroneous}");
        assert_eq!(refusals(&judge(&of(&["S/a", "S/c"], is_erroneous))), [] as [&str; 0], "{is_erroneous}");
    }
}

#[test]
fn owners_of_folders_are_told_apart_by_files() {
    const MONO: &str = "github:o/mono@main";
    let declared = |name: &str, path: &str| format!(r#"{{"name": "{name}", "owner": "{MONO}:{path}"}}"#);
    let teams = [declared("A", "teams/a"), declared("B", "teams/b")].join(", ");
    let frame = format!(
        r#"{{"format": "datasurface/1", "name": "E", "owner": "{MONO}", "live": "github:o/live@main", "zones": [
            {{"name": "Z", "owner": "{MONO}", "definition": {{"teams": [{teams}]}}}}]}}"#
    );
    let team = |name: &str, text: &str| {
        format!(r#"{{"format": "datasurface/1", "team": "Z/{name}", "documentation": "{text}"}}"#)
    };
    let side = |a: &str, b: (&str, &str)| {
        let documents =
            Documents::new().document("model.json", frame.clone()).document("teams/a/t.json", team("A", a));
        ReviewSide::new(documents.document(b.0, team("B", b.1)))
    };
    let broker = broker();
    let judge = |source: &str, old: &ReviewSide, new: &ReviewSide| {
        Review::new(&broker, ChangeSource::new(source), today()).judge(old, new).is_allowed()
    };
    let old = side("a", ("teams/b/t.json", "b"));
    for (new, sources) in [
        (side("other", ("teams/b/t.json", "b")), [true, true, false]),
        (side("a", ("teams/b/t.json", "other")), [true, false, true]),
        (side("other", ("teams/b/t.json", "other")), [true, false, false]),
        // What belongs to `B` stands in the folder of `A`.
        (side("a", ("teams/a/b.json", "other")), [false, false, false]),
    ] {
        let answers = ["", ":teams/a", ":teams/b"].map(|path| judge(&format!("{MONO}{path}"), &old, &new));
        assert_eq!(answers, sources, "{new:?}");
        assert!(!judge("github:o/fork@main", &old, &new));
    }
    // The same in a folder of the repository: nobody has a path there.
    let [below_old, below_new] =
        [&old, &side("other", ("teams/b/t.json", "b"))].map(|side| side.clone().in_folder("company"));
    assert!(!judge(MONO, &below_old, &below_new));
}
