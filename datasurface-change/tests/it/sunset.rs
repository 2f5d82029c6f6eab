//! Sunsets that move, consumers who come late, and schemas that nobody can read.

use super::fixture::*;
use datasurface_change::{ChangeControl, ChangeReport, ChangeSource, ModelDiff, Verdict, new_findings};
use datasurface_model::*;

fn validated(ecosystem: &Ecosystem, on: &str) -> Findings {
    match ecosystem.clone().validate(&Validation::on(day(on))) {
        Ok(checked) => checked.findings().clone(),
        Err(invalid) => invalid.findings().clone(),
    }
}

fn judged(old: &Ecosystem, new: &Ecosystem, source: &str, on: &str) -> ChangeReport {
    let control = ChangeControl::new(ChangeSource::new(source), day(on));
    let control = control.with_findings(&validated(old, on), &validated(new, on));
    control.judge(&Valid::assume_valid(old.clone()), &Valid::assume_valid(new.clone()))
}

/// Customers that are deprecated since March, until this day, and a group that agreed until that one.
fn retiring(last: Option<&str>, agreed: Option<&str>) -> Ecosystem {
    retiring_for("there is a better one", "2026-03-01", last, agreed)
}

fn retiring_for(reason: &str, since: &str, last: Option<&str>, agreed: Option<&str>) -> Ecosystem {
    let deprecation = Deprecation::new(day(since), reason);
    let deprecation = last.map(day).into_iter().fold(deprecation, Deprecation::with_sunset);
    let sink = DatasetSink::new("Store/customers");
    let sink = agreed.map(day).into_iter().fold(sink, DatasetSink::with_consent_until);
    stock_wanting(
        with_store(store([customers().deprecated(deprecation), orders()])),
        [sink, "Store/orders".into()],
    )
}

fn codes(report: &ChangeReport) -> Vec<String> {
    report.breaking.iter().map(|breaking| breaking.finding.code().to_owned()).collect()
}

#[test]
fn a_closer_sunset_breaks_for_those_who_agreed_to_a_later_day() {
    let old = retiring(Some("2026-12-31"), Some("2026-10-31"));
    for (last, day) in
        [("2026-09-30", "2026-04-01"), ("2026-03-15", "2026-04-01"), ("2026-10-30", "2026-11-15")]
    {
        let report = judged(&old, &retiring(Some(last), Some("2026-10-31")), SALES, day);
        assert!(!report.is_allowed(), "{report}");
        assert_eq!(codes(&report), ["retirement/sunset-closer"]);
        assert_eq!(report.breaking[0].consumers.first().unwrap().group, "Analysis/all".into());
    }
    // As long as they agreed, or where there was none that they could rely on.
    let report = judged(&old, &retiring(Some("2026-10-31"), Some("2026-10-31")), SALES, "2026-04-01");
    assert!(report.is_allowed(), "{report}");
    let unused = |last| stock_wanting(retiring(Some(last), None), ["Store/orders".into()]);
    assert!(judged(&unused("2026-12-31"), &unused("2026-09-30"), SALES, "2026-04-01").is_allowed());
    // A first sunset is one as well, and so is another deprecation.
    let open = retiring(None, Some("2026-10-31"));
    assert_eq!(
        codes(&judged(&open, &retiring(Some("2026-09-30"), Some("2026-10-31")), SALES, "2026-04-01")),
        ["retirement/sunset-closer"]
    );
    let sink = DatasetSink::new("Store/customers").with_consent_until(day("2026-10-31"));
    let active = stock_wanting(fixture(), [sink, "Store/orders".into()]);
    let report = judged(&active, &retiring(Some("2026-09-30"), Some("2026-10-31")), SALES, "2026-04-01");
    assert_eq!(codes(&report), ["retirement/sunset-closer"]);
    // Nor in two steps: it is taken back, and announced for a later day.
    let announced = |last, agreed| retiring_for("old", "2026-06-01", Some(last), agreed);
    let report = judged(&active, &announced("2026-09-30", Some("2026-10-31")), SALES, "2026-04-01");
    assert_eq!(codes(&report), ["retirement/sunset-closer"]);
    assert!(judged(&active, &announced("2026-10-31", Some("2026-10-31")), SALES, "2026-04-01").is_allowed());
    let nobody_agreed = stock_wanting(fixture(), ["Store/customers".into(), "Store/orders".into()]);
    assert!(judged(&nobody_agreed, &announced("2026-09-30", None), SALES, "2026-04-01").is_allowed());
}

#[test]
fn the_sunset_of_a_datastore_counts_for_its_datasets() {
    let whole = |last: &str| {
        let deprecation = Deprecation::<DatastoreName>::new(day("2026-03-01"), "old").with_sunset(day(last));
        let sink = DatasetSink::new("Store/customers").with_consent_until(day("2026-10-31"));
        stock_wanting(with_store(store([customers(), orders()]).deprecated(deprecation)), [sink])
    };
    let report = judged(&whole("2026-12-31"), &whole("2026-09-30"), SALES, "2026-04-01");
    assert_eq!(codes(&report), ["retirement/sunset-closer"]);
    assert!(judged(&whole("2026-09-30"), &whole("2026-12-31"), SALES, "2026-04-01").is_allowed());
}

#[test]
fn a_later_sunset_and_a_better_reason_are_free_even_after_a_missed_day() {
    for (agreed, today) in [(None, "2026-04-01"), (Some("2026-03-15"), "2026-04-01"), (None, "2027-02-01")] {
        let old = retiring(Some("2026-12-31"), agreed);
        for new in [
            retiring(Some("2027-12-31"), agreed),
            retiring(None, agreed),
            retiring_for("there is a much better one", "2026-03-01", Some("2026-12-31"), agreed),
        ] {
            let report = judged(&old, &new, SALES, today);
            assert!(report.is_allowed(), "{agreed:?} {today}: {report}");
            assert!(report.concerns.is_empty(), "{report}");
        }
    }
    // What is announced for a later day does not come sooner for that.
    let announced = retiring_for("old", "2026-06-01", Some("2026-12-31"), None);
    let now = retiring_for("old", "2026-03-01", Some("2027-12-31"), None);
    let report = judged(&announced, &now, SALES, "2026-04-01");
    assert_eq!(report.concerns[0].code(), "retirement/no-consent");
}

#[test]
fn nobody_joins_after_the_sunset() {
    let agreed = || DatasetSink::new("Store/customers").with_consent_until(day("2027-12-31"));
    let alone = |last| stock_wanting(retiring(Some(last), None), ["Store/orders".into()]);
    let joined = |last| stock_wanting(retiring(Some(last), None), [agreed(), "Store/orders".into()]);
    let report = judged(&alone("2026-06-30"), &joined("2026-06-30"), STOCK, "2026-07-01");
    assert!(!report.is_allowed(), "{report}");
    assert_eq!(report.concerns[0].code(), "retirement/joined-after-sunset");
    assert!(report.concerns[0].message().contains("`Analysis/all` joins `Store/customers`"));
    assert!(judged(&alone("2026-06-30"), &joined("2026-06-30"), STOCK, "2026-06-30").is_allowed());
    // Who was there may agree for longer, and under another name.
    let old = retiring(Some("2026-06-30"), Some("2026-07-31"));
    assert!(judged(&old, &joined("2026-06-30"), STOCK, "2026-07-01").is_allowed());
    let renamed = old.clone().edit_team("USA", "Stock", |team| {
        let group =
            DatasetGroup::new("every").renamed_from("all").with_sinks([agreed(), "Store/orders".into()]);
        let workspace = Workspace::new("Analytics").renamed_from("Analysis").with_container("USA/Stock/Lake");
        team.without_workspace(&"Analysis".into()).workspace(workspace.group(group))
    });
    assert!(
        !judged(&old, &renamed, STOCK, "2026-07-01")
            .findings()
            .codes()
            .any(|code| code.starts_with("retirement"))
    );
    // A second group beside one that was there joins all the same.
    let second = old.clone().edit_team("USA", "Stock", |team| {
        let group = DatasetGroup::new("g").sink(agreed());
        team.workspace(Workspace::new("Other").with_container("USA/Stock/Lake").group(group))
    });
    assert!(!judged(&old, &second, STOCK, "2026-07-01").is_allowed());
}

#[test]
fn what_comes_next_is_said_of_what_is_deprecated_already() {
    let removed = with_store(store([orders()]));
    let unused = |last| stock_wanting(retiring(last, None), ["Store/orders".into()]);
    let help = |old: &Ecosystem, on: &str| {
        let new = stock_wanting(removed.clone(), ["Store/orders".into()]);
        let report = ChangeControl::new(ChangeSource::new(SALES), day(on))
            .judge(&Valid::assume_valid(old.clone()), &Valid::assume_valid(new));
        report.breaking[0].finding.help().unwrap().to_owned()
    };
    assert!(
        help(&unused(Some("2026-06-30")), "2026-06-30")
            .starts_with("it is there until 2026-06-30: remove it after")
    );
    assert!(help(&unused(None), "2026-06-30").contains("without a last day: set its sunset"));
    assert!(help(&fixture(), "2026-06-30").starts_with("Deprecate it"));
}

#[test]
fn a_zero_of_another_sign_is_a_difference() {
    let with = |zero: f64| {
        let settings = serde_json::json!({"deep": [{"name": "a", "x": zero}], "y": [1, zero]});
        fixture().platform(PlatformDeclaration::new("P", "local").with_config(settings))
    };
    let (old, new) = (Valid::assume_valid(with(0.0)), Valid::assume_valid(with(-0.0)));
    let diff = ModelDiff::between(&old, &new);
    assert_eq!(diff.len(), 2, "{diff:?}");
    assert_eq!(diff.apply(&old).unwrap(), *new);
    assert_eq!(judged(&old, &new, SALES, "2026-01-01").verdict, Verdict::Refused);
    assert!(judged(&old, &new, ECOSYSTEM, "2026-01-01").is_allowed());

    let avro = |zero: &str| -> Ecosystem {
        let schema = format!(
            r#"{{"avro": {{"type": "record", "name": "r", "fields": [{{"name": "id", "type": "long"}}, {{"name": "x", "type": "double", "default": {zero}}}]}}, "key": ["id"]}}"#
        );
        let text = datasurface_document::to_json(&with_store(store([Dataset::new("r", "id Integer key")])));
        datasurface_document::from_json(&text.replace(r#""id Integer key""#, &schema)).unwrap()
    };
    let report = judged(&avro("0.0"), &avro("-0.0"), STOCK, "2026-01-01");
    assert!(!report.authorization.is_allowed(), "{report}");
    assert!(judged(&avro("0.0"), &avro("0.00"), STOCK, "2026-01-01").diff.is_empty());
}

#[test]
fn a_schema_that_nobody_can_read_does_not_change_under_its_consumers() {
    let with = |schema: &str| with_store(store([Dataset::new("customers", schema), orders()]));
    let (old, new) = (with("id Integer key, name Strng"), with("id Integer key, name Nothing"));
    let live = validated(&old, "2026-01-01");
    assert!(live.has_errors());
    let report = judged(&old, &new, SALES, "2026-01-01");
    assert!(!report.is_allowed(), "{report}");
    assert!(codes(&report).contains(&"dataset-change/unreadable".to_owned()));
    let unused = |ecosystem: &Ecosystem| stock_wanting(ecosystem.clone(), ["Store/orders".into()]);
    let report = judged(&unused(&old), &unused(&new), SALES, "2026-01-01");
    assert_eq!(report.breaking[0].finding.severity(), Severity::Warning);
    // To make it readable is what is asked for.
    let readable = judged(&old, &fixture(), SALES, "2026-01-01");
    assert!(readable.breaking.is_empty() && readable.is_allowed(), "{readable}");
    let same = Valid::assume_valid(old);
    assert!(new_findings(&live, &live, [&same, &same]).is_empty());
}
