//! Locks of which somebody edited an entry: it is what the live lock says, or what rendering and the verbs make of that.

use crate::{
    continued::{dataset, edited, store, world},
    fixture::*,
    review::{MODEL, judged, refusals},
};
use datasurface_broker::{Advance, Base, Lock};
use datasurface_model::*;
use serde_json::{Value, json};

/// `S/a` of the team `T` is held, and `S/b` and `O/d` are read.
fn live() -> (Site, Ecosystem) {
    let site = Site::new();
    let a = || dataset("a").classified("PII");
    let others = || [store("O", [dataset("d")])];
    site.render(world([store("S", [a(), dataset("b")]), store("Q", [dataset("q")])], others()), today());
    let live = world([store("S", [dataset("b")])], others());
    site.render(live.clone(), today());
    assert_eq!(site.lock().held(&"P".into()).len(), 2);
    (site, live)
}

fn codes_of(old: (&Ecosystem, &Lock), new: (&Ecosystem, &Lock)) -> Vec<String> {
    refusals(&judged([old, new], MODEL, today())).into_iter().map(str::to_owned).collect()
}

/// Edits what is held of a dataset.
fn held<'v>(lock: &'v mut Value, dataset: &str) -> &'v mut Value {
    let held = lock["platforms"]["P"]["held"].as_array_mut().unwrap();
    held.iter_mut().find(|held| held["holds"]["dataset"] == dataset).unwrap()
}

/// The model with a workspace that no platform can serve: an error that is live already, and has nothing to do with the lock.
pub(crate) fn with_an_old_error(model: &Ecosystem) -> Ecosystem {
    model.clone().edit_team("Z", "C", |team| {
        let bus = DataContainer::kafka("Bus", ["bus.example:9092"]).located("V/L");
        let reader = Workspace::new("Unserved").with_container("Z/C/Bus");
        team.container(bus).workspace(reader.group(DatasetGroup::new("g").with_sinks(["S/b"])))
    })
}

/// What somebody does to a lock, and how.
type Edit = (&'static str, fn(&mut Value));

#[test]
fn an_entry_that_nothing_accounts_for_is_refused() {
    let (site, model) = live();
    let lock = site.lock();
    let edits: [Edit; 19] = [
        ("two datastores swap their storage", |lock| {
            lock["storage"]["names"] = json!({"datastores": {"S": {"storage": "O"}, "O": {"storage": "S"}}});
        }),
        ("another storage name", |lock| {
            lock["storage"]["names"] = json!({"datastores": {"S": {"storage": "X"}}});
        }),
        ("a name for a dataset to come", |lock| {
            lock["storage"]["names"] =
                json!({"datasets": {"O/e": {"storage": "d"}}, "datastores": {"N": {"storage": "S"}}});
        }),
        ("a name for what is left", |lock| {
            lock["storage"]["left"].as_object_mut().unwrap().remove("datastores").unwrap();
            lock["storage"]["names"] = json!({"datastores": {"Q": {"storage": "Q"}}});
        }),
        ("what is left of a dataset", |lock| {
            lock["storage"]["left"]["datasets"].as_object_mut().unwrap().remove("S/a").unwrap();
        }),
        ("the owner of what is left", |lock| lock["storage"]["left"]["datasets"]["S/a"] = Value::Null),
        ("something left that was never there", |lock| {
            lock["storage"]["left"]["datasets"]["Never/x"] = Value::Null;
        }),
        ("all storage names", |lock| drop(lock.as_object_mut().unwrap().remove("storage"))),
        ("the format", |lock| {
            lock.as_object_mut().unwrap().remove("storage");
            lock["format"] = json!("datasurface-lock/1");
        }),
        ("an owner", |lock| drop(lock["owners"].as_object_mut().unwrap().remove("S"))),
        ("all owners", |lock| drop(lock.as_object_mut().unwrap().remove("owners"))),
        ("a class", |lock| {
            held(lock, "S/a")["node"]["facts"]["detail"]["ingest"]["datasets"][0]["classifications"] =
                json!(["Public"]);
        }),
        ("an owner of held data", |lock| {
            held(lock, "S/a")["node"]["metadata"]["subjects"][0]["owner"] = json!("github:o/other@main");
        }),
        ("the shard", |lock| held(lock, "S/a")["shard"] = json!("elsewhere")),
        ("a release before its time", |lock| {
            held(lock, "S/a")["released_by"] = json!("0".repeat(64));
        }),
        ("the revision of a platform that stays", |lock| {
            lock["platforms"]["P"]["reached"] = json!("0".repeat(64));
        }),
        ("an advance before its time", |lock| {
            let to = lock["reached"].clone();
            lock["platforms"]["P"]["early"] = json!({"to": to, "on": "2026-11-20", "reason": "outage"});
        }),
        ("a day to come, which lets a clock that is ahead release what is held", |lock| {
            lock["trusted_on"] = json!("2040-01-01");
        }),
        ("the last advance of a platform without a timetable", |lock| {
            lock["platforms"]["P"]["advanced"] = json!("2026-11-20T00:00:00Z");
        }),
    ];
    // An error that was there before hides none of it.
    for model in [&model, &with_an_old_error(&model)] {
        for (what, edit) in &edits {
            let forged = edited(&lock, edit);
            let refused = codes_of((model, &lock), (model, &forged));
            assert!(refused.contains(&"lock/edited".to_owned()), "{what}: {refused:?}");
        }
        assert_eq!(codes_of((model, &lock), (model, &lock)), [] as [&str; 0], "nobody edited it");
        let mut released = lock.clone();
        assert!(released.release(&"P".into(), "shelf.S/a", "nobody needs it").is_some());
        assert_eq!(codes_of((model, &lock), (model, &released)), [] as [&str; 0], "the mirror");
        let rendered = edited(&lock, |lock| lock["trusted_on"] = json!(today().to_string()));
        assert_eq!(codes_of((model, &lock), (model, &rendered)), [] as [&str; 0], "the mirror");
    }
}

/// The model with a policy of its platform.
fn with_policy(model: &Ecosystem, policy: Value) -> Ecosystem {
    let mut document: Value = serde_json::from_str(&datasurface_document::to_json(model)).unwrap();
    document["platforms"][0]["advances"] = policy;
    datasurface_document::from_json(&document.to_string()).unwrap()
}

#[test]
fn when_a_platform_went_forward_is_what_an_advance_wrote() {
    let (site, model) = live();
    let old = site.lock();
    let advance = |model: &Ecosystem, choice: &Advance| {
        let placed = place(model.clone(), &site.lock()).unwrap();
        let mut target = site.target();
        let proposal = broker().propose_advance(&placed, Base::Target(target.manifest()), today(), choice);
        proposal.unwrap().write(&mut target, &site.lock_path()).unwrap();
        site.lock()
    };
    let frozen = with_policy(&model, json!({ "frozen": { "until": "2027-01-04", "reason": "Christmas" } }));
    let early = advance(&frozen, &Advance::Early([].into(), "outage".to_owned()));
    assert!(early.to_text().contains("outage"));
    assert_eq!(codes_of((&model, &old), (&frozen, &early)), [] as [&str; 0]);
    let edits: [Edit; 4] = [
        ("the reason", |lock| lock["platforms"]["P"]["early"]["reason"] = json!("none")),
        ("the day", |lock| lock["platforms"]["P"]["early"]["on"] = json!("2020-01-01")),
        ("the revision", |lock| lock["platforms"]["P"]["early"]["to"] = json!("0".repeat(64))),
        ("all of it", |lock| drop(lock["platforms"]["P"].as_object_mut().unwrap().remove("early"))),
    ];
    for (what, edit) in edits {
        let forged = edited(&early, edit);
        assert_eq!(codes_of((&frozen, &early), (&frozen, &forged)), ["lock/edited"], "{what}");
    }

    let timed = with_policy(&model, json!({ "cron": "0 6 * * mon" }));
    let all = advance(&timed, &Advance::All);
    assert!(all.to_text().contains("advanced") && !all.to_text().contains("outage"));
    assert_eq!(codes_of((&frozen, &early), (&timed, &all)), [] as [&str; 0]);
    let later = |moment: &str| edited(&all, |lock| lock["platforms"]["P"]["advanced"] = json!(moment));
    for moment in ["2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"] {
        assert_eq!(codes_of((&timed, &all), (&timed, &later(moment))), ["lock/edited"], "{moment}");
    }
    let none = edited(&all, |lock| drop(lock["platforms"]["P"].as_object_mut().unwrap().remove("advanced")));
    assert_eq!(codes_of((&timed, &all), (&timed, &none)), ["lock/edited"]);
}

#[test]
fn what_rows_of_before_derive_from_is_not_forgotten() {
    let (site, model) = live();
    let with = |origins: Value| edited(&site.lock(), |lock| lock["origins"] = json!({"S/b": origins}));
    let elsewhere = json!({"zones": {"Elsewhere": []}});
    let since = |day: &str, until: &str| {
        with(json!({"now": {}, "former": [{"origins": elsewhere, "since": day, "until": until}]}))
    };
    let known = since("2026-11-20", "2027-11-20");
    assert_eq!(codes_of((&model, &known), (&model, &known)), [] as [&str; 0]);
    let refused = ["lock/edited"];
    assert_eq!(codes_of((&model, &known), (&model, &site.lock())), refused);
    let erroneous = with_an_old_error(&model);
    assert_eq!(codes_of((&erroneous, &known), (&erroneous, &site.lock())), refused);
    for (day, until) in [("2026-11-20", "2026-11-21"), ("2020-01-01", "2020-12-31")] {
        assert_eq!(
            codes_of((&model, &known), (&model, &since(day, until))),
            refused,
            "it would be over sooner"
        );
    }
    let all = edited(&known, |lock| {
        let former = lock["origins"]["S/b"]["former"].as_array_mut().unwrap();
        former.push(json!({"origins": {"zones": {"Anywhere": []}}, "since": "2026-11-20"}));
    });
    assert_eq!(codes_of((&model, &known), (&model, &all)), refused, "it would be denied to more");
    // What is derived from it by the live lock may have ended lately, as rendering the proposed model says.
    let now = with(json!({"now": elsewhere}));
    assert_eq!(codes_of((&model, &now), (&model, &known)), [] as [&str; 0]);
    for (day, until) in [("2026-11-20", "2026-11-21"), ("2020-01-01", "2020-12-31")] {
        assert_eq!(codes_of((&model, &now), (&model, &since(day, until))), refused);
    }
}

#[test]
fn a_finding_about_an_entry_names_it_and_says_what_to_do() {
    let (site, model) = live();
    let forged = edited(&site.lock(), |lock| {
        lock["storage"]["left"]["datasets"].as_object_mut().unwrap().remove("S/a").unwrap();
    });
    let report = judged([(&model, &site.lock()), (&model, &forged)], MODEL, today());
    let finding = report.findings.iter().find(|finding| finding.code() == "lock/edited").unwrap();
    assert!(finding.message().starts_with("what is left of the dataset `S/a`"), "{}", finding.message());
    assert!(finding.help().unwrap().contains("restore `datasurface.lock` of the live branch"));
}

#[test]
fn what_rendering_and_the_verbs_write_is_accounted_for() {
    let others = || [store("O", [dataset("d")])];
    let of = |stores: &[Datastore]| world(stores.to_vec(), others());
    let a = || dataset("a");
    let steps: Vec<Ecosystem> = vec![
        of(&[store("S", [a(), dataset("b")])]),
        of(&[store("S", [dataset("x").renamed_from("a"), dataset("b")])]),
        // What is renamed settles, and something new takes its former name.
        of(&[store("S", [dataset("x"), dataset("b"), a()])]),
        of(&[store("R", [dataset("x"), dataset("b"), a()]).renamed_from("S")]),
        of(&[store("R", [dataset("b")])]),
        of(&[store("R", [dataset("b"), a(), dataset("y").continuing("S/a")])]),
        of(&[]),
        of(&[store("S", [dataset("z").continuing("S/b")])]),
    ];
    let lagging = |from: usize, to: usize| {
        let site = Site::new();
        steps[..=from].iter().for_each(|model| drop(site.render(model.clone(), today())));
        let live = site.lock();
        site.render(steps[to].clone(), today());
        (live, site.lock())
    };
    let is_of_lock = |code: &String| code.starts_with("lock/");
    for at in 1..steps.len() {
        let (live, rendered) = lagging(at - 1, at);
        for lock in [&live, &rendered] {
            let codes = codes_of((&steps[at - 1], &live), (&steps[at], lock));
            assert_eq!(codes.into_iter().filter(is_of_lock).collect::<Vec<_>>(), [] as [&str; 0], "{at}");
        }
        // The lock follows later, when the change is live.
        let codes = codes_of((&steps[at], &live), (&steps[at], &rendered));
        assert_eq!(codes.into_iter().filter(is_of_lock).collect::<Vec<_>>(), [] as [&str; 0], "{at}");
    }
    // The verbs: a release, and the first lock.
    let (site, model) = live();
    let mut released = site.lock();
    assert!(released.release(&"P".into(), "shelf.S/a", "nobody needs it").is_some());
    assert_eq!(codes_of((&model, &site.lock()), (&model, &released)), [] as [&str; 0]);
    let first = Site::new();
    first.render(model.clone(), today());
    assert_eq!(codes_of((&model, &Lock::default()), (&model, &first.lock())), [] as [&str; 0]);
    // A platform that stays where it was, and goes forward later.
    let stays = edited(&site.lock(), |lock| lock["platforms"]["P"]["reached"] = lock["reached"].clone());
    for (one, other) in [(&site.lock(), &stays), (&stays, &stays), (&stays, &site.lock())] {
        assert_eq!(codes_of((&model, one), (&model, other)), [] as [&str; 0]);
    }
    // A lock of before there were names and owners.
    let older = edited(&first.lock(), |lock| {
        lock.as_object_mut().unwrap().remove("owners");
        lock["format"] = json!("datasurface-lock/1");
    });
    assert_eq!(codes_of((&model, &older), (&model, &first.lock())), [] as [&str; 0]);
}
