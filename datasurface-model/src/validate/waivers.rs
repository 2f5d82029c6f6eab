//! `waiver/…`: findings that somebody decided to live with, for a while. They are taken out of what was found when all of
//! it is known; and what is to be said of the waivers themselves is put in.

use super::rules::CODES;
use crate::{
    diagnostic::{CodeInfo, Diagnostic, Findings, ModelPath},
    ecosystem::Waiver,
    named::{Entity, Named},
};
use chrono::NaiveDate;
use rustc_hash::{FxHashMap, FxHashSet};
use std::fmt::Write;

pub(super) static DUPLICATE: CodeInfo = CodeInfo::error(
    "waiver/duplicate",
    "two waivers are about one finding",
    "Nobody could tell which of the two reasons and dates counts. Keep one.",
);

pub(super) static EXPIRED: CodeInfo = CodeInfo::warning(
    "waiver/expired",
    "a waiver has expired",
    "The finding was accepted until a day that is over, and counts again. Mend what it is about and remove the waiver, or \
     decide anew until when it is acceptable.",
);

pub(super) static NOT_WAIVABLE: CodeInfo = CodeInfo::error(
    "waiver/not-waivable",
    "a waiver is about an error that nobody can live with",
    "Policies, approvals, consents and classifications can be waived: somebody answers for them. What makes the model \
     ambiguous or incomplete cannot: nothing could be built from it. Mend what it is about, and remove the waiver.",
);

pub(super) static UNUSED: CodeInfo = CodeInfo::warning(
    "waiver/unused",
    "a waiver is about a finding that is not there",
    "What it was about is mended, or its path is written differently. A waiver that is left behind would hide the next \
     problem at that place. Remove it.",
);

/// What was found, and what of it was waived.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub(super) findings: Findings,
    pub(super) waived: Findings,
}

impl Judged {
    pub(super) fn of(found: Findings, waivers: &Named<Waiver>, today: NaiveDate) -> Self {
        if waivers.is_empty() {
            return Self { findings: found, waived: Findings::default() };
        }
        let codes: FxHashMap<&str, &CodeInfo> = CODES.iter().map(|info| (info.code, *info)).collect();
        let is_waivable = |waiver: &Waiver| codes.get(waiver.code()).is_some_and(|info| info.is_waivable);
        let in_force: FxHashSet<(&str, &str)> = waivers
            .iter()
            .filter(|waiver| is_waivable(waiver) && today <= waiver.expires())
            .map(|waiver| (waiver.code(), waiver.path()))
            .collect();
        let mut there: FxHashSet<(String, String)> = FxHashSet::default();
        let (mut findings, mut waived) = (Vec::new(), Vec::new());
        for finding in found {
            let mut path = String::new();
            // Writing to memory cannot fail.
            let _ = write!(path, "{}", finding.path());
            let is_waived = in_force.contains(&(finding.code(), path.as_str()));
            there.insert((finding.code().to_owned(), path));
            if is_waived { &mut waived } else { &mut findings }.push(finding);
        }
        let mut before = None;
        for waiver in waivers {
            let is_duplicate = before.replace(waiver.name()) == Some(waiver.name());
            if is_duplicate {
                findings.push(about(
                    &DUPLICATE,
                    waiver,
                    "is about a finding that another waiver is about",
                    "keep one of the two",
                ));
            }
            // What validation does not report, whoever reports it must judge.
            let Some(info) = codes.get(waiver.code()) else { continue };
            if !info.is_waivable {
                let what = "is about an error that nobody can live with";
                findings.push(about(
                    &NOT_WAIVABLE,
                    waiver,
                    what,
                    "mend what it is about, and remove the waiver",
                ));
            } else if waiver.expires() < today {
                let what = format!("has expired after {}", waiver.expires());
                findings.push(about(
                    &EXPIRED,
                    waiver,
                    &what,
                    "mend what it is about, or decide anew until when it is acceptable",
                ));
            } else if !there.contains(&(waiver.code().to_owned(), waiver.path().to_owned())) {
                findings.push(about(
                    &UNUSED,
                    waiver,
                    "is about a finding that is not there",
                    "remove the waiver",
                ));
            }
        }
        Self { findings: findings.into_iter().collect(), waived: waived.into_iter().collect() }
    }
}

fn about(code: &CodeInfo, waiver: &Waiver, what: &str, help: &str) -> Diagnostic {
    let path = ModelPath::root().child("waivers", waiver.path());
    let message = format!("the waiver of `{}` at `{}` {what}", waiver.code(), waiver.path());
    Diagnostic::new(code, path.clone(), message).help(help).suggest_removal(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::{
        Validation,
        rules::fixture::{day, valid},
    };

    #[test]
    fn a_waived_error_lets_the_ecosystem_be_valid_and_is_still_told() {
        let path = "zones/USA/teams/NorthWind/workspaces/Mask/transformer/output";
        let transformer = crate::ecosystem::DataTransformer::sql("Masked")
            .select("customers", "SELECT customer_id, city FROM NW_Data_customers");
        let leaky = valid().edit_team("USA", "NorthWind", |team| {
            let workspace =
                crate::validate::rules::fixture::deriving("Mask", "NW_Data/customers", transformer);
            team.without_workspace(&"Mask".into()).workspace(workspace)
        });
        let on = Validation::on(day("2026-06-30"));
        assert!(leaky.clone().validate(&on).is_err());
        let waiver =
            Waiver::new("transformer/under-classified", path, "is masked by hand", day("2026-12-31"));
        let checked = leaky.waiver(waiver).validate(&on).unwrap();
        assert!(checked.findings().is_empty());
        assert_eq!(checked.waived().codes().collect::<Vec<_>>(), ["transformer/under-classified"]);
    }
}
