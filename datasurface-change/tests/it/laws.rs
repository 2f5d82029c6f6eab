//! What holds of every change.

use super::{
    fixture::{ECOSYSTEM, SALES},
    sarif,
};
use chrono::NaiveDate;
use datasurface_change::{ChangeControl, ChangeReport, ChangeSource, Retirement};
use datasurface_model::{Ecosystem, Printable, TypeChange, Valid};
use datasurface_strategies::{Edit, arbitrary_ecosystems, data_types, ecosystems, edits, shuffled};
use proptest::{collection::vec, prelude::*, sample::select};

/// Somebody who owns something in every generated ecosystem, and others.
fn sources() -> impl Strategy<Value = ChangeSource> {
    (select(&["github:example/ecosystem@main", ECOSYSTEM, SALES]), any::<bool>()).prop_map(
        |(repository, touches_lock)| {
            let source = ChangeSource::new(repository);
            if touches_lock { source.touching_lock() } else { source }
        },
    )
}

fn days() -> impl Strategy<Value = NaiveDate> {
    (2019..2030, 1..=12_u32).prop_map(|(year, month)| NaiveDate::from_ymd_opt(year, month, 1).unwrap())
}

fn controls() -> impl Strategy<Value = ChangeControl> {
    (sources(), days()).prop_map(|(source, on)| ChangeControl::new(source, on))
}

fn edited(old: &Ecosystem, edits: Vec<Edit>) -> Ecosystem {
    edits.into_iter().fold(old.clone(), |ecosystem, edit| edit.apply(ecosystem))
}

fn judged(control: &ChangeControl, old: &Ecosystem, new: &Ecosystem) -> ChangeReport {
    control.judge(&Valid::assume_valid(old.clone()), &Valid::assume_valid(new.clone()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_type_changes_into_itself(data_type in data_types()) {
        prop_assert_eq!(TypeChange::between(&data_type, &data_type), TypeChange::Same);
    }

    /// However wrong both are, there is an answer; and what differs is never overlooked.
    #[test]
    fn anything_is_judged(old in arbitrary_ecosystems(), new in arbitrary_ecosystems(), control in controls()) {
        let report = judged(&control, &old, &new);
        prop_assert_eq!(report.diff.is_empty(), old == new);
        let stranger = ChangeControl::new(ChangeSource::new("github:else/where@main"), NaiveDate::MAX);
        prop_assert_eq!(judged(&stranger, &old, &new).authorization.is_allowed(), old == new);
        prop_assert!(judged(&stranger, &old, &old).is_allowed());
        sarif::check(&report.to_sarif());
    }

    #[test]
    fn the_order_of_declarations_makes_no_difference(
        old in ecosystems(), edits in vec(edits(), 1..5), control in controls(), is_strict in any::<bool>(), seed in any::<u64>(),
    ) {
        let control = if is_strict { control.strict() } else { control };
        let new = edited(&old, edits);
        let report = judged(&control, &old, &new);
        let again = judged(&control, &shuffled(&old, seed).unwrap(), &shuffled(&new, !seed).unwrap());
        prop_assert_eq!(report.to_json(), again.to_json());
        prop_assert_eq!(report.to_string(), again.to_string());
        prop_assert_eq!(report, again);
    }

    #[test]
    fn models_that_share_what_did_not_change_are_judged_like_any_others(
        old in ecosystems(), edits in vec(edits(), 1..5), control in controls(),
    ) {
        let new = edited(&old, edits);
        let apart = datasurface_document::from_json(&datasurface_document::to_json(&new)).unwrap();
        prop_assert_eq!(judged(&control, &old, &new), judged(&control, &old, &apart));
    }

    #[test]
    fn strict_mode_allows_nothing_that_is_refused_without_it(
        old in ecosystems(), edits in vec(edits(), 1..5), control in controls(),
    ) {
        let new = edited(&old, edits);
        let (report, strict) = (judged(&control, &old, &new), judged(&control.strict(), &old, &new));
        prop_assert!(report.is_allowed() || !strict.is_allowed());
        // What is found is the same: strict mode only takes it more seriously.
        let codes = |report: &ChangeReport| report.findings().codes().map(str::to_owned).collect::<Vec<_>>();
        let (mut found, mut strictly) = (codes(&report), codes(&strict));
        found.sort();
        strictly.sort();
        prop_assert_eq!(found, strictly);
    }

    #[test]
    fn every_form_of_a_report_says_the_same(
        old in ecosystems(), edits in vec(edits(), 1..5), control in controls(),
    ) {
        let report = judged(&control, &old, &edited(&old, edits));
        sarif::check(&report.to_sarif());
        let log: serde_json::Value = serde_json::from_str(&report.to_sarif()).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap();
        prop_assert_eq!(results.len(), report.findings().len());
        let text = report.to_string();
        for finding in &report.findings() {
            prop_assert!(text.contains(&Printable(finding.message()).to_string()));
        }
        for missing in report.retirements.iter().flat_map(Retirement::missing_consents) {
            let group = format!("`{}` of the team `{}`", missing.group, missing.team);
            prop_assert!(text.contains(&group));
        }
        let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
        prop_assert_eq!(&json["verdict"], &report.verdict.to_string());
        prop_assert_eq!(json["breaking"].as_array().unwrap().len(), report.breaking.len());
    }

    #[test]
    fn nothing_is_found_where_nothing_differs(ecosystem in ecosystems(), on in days()) {
        let report = judged(&ChangeControl::new(ChangeSource::new(""), on).strict(), &ecosystem, &ecosystem);
        prop_assert!(report.is_allowed() && report.findings().is_empty() && report.diff.is_empty());
        prop_assert!(report.notices.is_empty() && report.rename_proposals.is_empty());
    }
}
