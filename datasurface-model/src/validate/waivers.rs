//! `waiver/…`: findings that somebody decided to live with, for a while. They are taken out of what was found when all of
//! it is known; and what is to be said of the waivers themselves is put in.

use super::{
    resolve::{has_policy, resolves},
    rules::UNKNOWN_POLICY,
};
use crate::{
    diagnostic::{CodeInfo, Diagnostic, Findings, ModelPath, Severity, Suggestion},
    ecosystem::{Ecosystem, WaivedFinding, Waiver},
};
use chrono::NaiveDate;
use datasurface_schema::{Entity, PolicyKey, Set, nearest, segment};
use rustc_hash::{FxHashMap, FxHashSet};

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
)
.not_waivable();

pub(super) static NOT_WAIVABLE: CodeInfo = CodeInfo::error(
    "waiver/not-waivable",
    "a waiver is about what cannot be waived",
    "Policies, approvals, consents and classifications can be waived: somebody answers for them. What makes the model \
     ambiguous or incomplete cannot: nothing could be built from it. Nor can what is said of waivers. Mend what it is about, \
     and remove the waiver.",
);

pub(super) static UNUSED: CodeInfo = CodeInfo::warning(
    "waiver/unused",
    "a waiver is about a finding that is not there",
    "What it was about is mended, or its path is written differently. A waiver that is left behind would hide the next \
     problem at that place. Remove it.",
)
.not_waivable();

pub(super) static NO_REASON: CodeInfo = CodeInfo::warning(
    "waiver/no-reason",
    "a waiver does not say why",
    "Whoever reads the report in a year has to know why somebody decided to live with the finding, and whether that still \
     holds. Say why.",
)
.not_waivable();

pub(super) static SEVERAL_POLICIES: CodeInfo = CodeInfo::warning(
    "waiver/several-policies",
    "a waiver hides what several policies deny",
    "Somebody decided to live with what one policy denies; of another one, which may have come later, nobody may have known. \
     Say in `policy` which one is meant. Where several are, write a waiver for each.",
)
.not_waivable();

pub(super) static UNKNOWN_PATH: CodeInfo = CodeInfo::warning(
    "reference/unknown-path",
    "a waiver is about a place that does not exist",
    "What a waiver is about was renamed or removed, or its path has a slip of the pen. It would hide a problem of whatever \
     has that name one day. Write the path as the finding shows it, or remove the waiver.",
)
.not_waivable();

/// The findings, and those that are waived.
#[derive(Clone, Debug)]
pub(super) struct WaiverOutcome {
    pub(super) findings: Findings,
    pub(super) waived: Findings,
}

impl WaiverOutcome {
    /// Applies the waivers of an ecosystem to findings. `codes` are all that could have been found: a waiver of
    /// another code is not reported.
    pub(super) fn apply(
        found: Findings,
        codes: &[&'static CodeInfo],
        ecosystem: &Ecosystem,
        today: NaiveDate,
    ) -> Self {
        let waivers = ecosystem.waivers();
        if waivers.is_empty() {
            return Self { findings: found, waived: Findings::default() };
        }
        let codes: FxHashMap<&str, &CodeInfo> = codes.iter().map(|info| (info.code, *info)).collect();
        let mut there: FxHashSet<WaivedFinding> = FxHashSet::default();
        let mut denied: FxHashSet<WaivedFinding> = FxHashSet::default();
        let mut by_policies: FxHashMap<&WaivedFinding, Set<PolicyKey>> = FxHashMap::default();
        let (mut findings, mut waived) = (Vec::new(), Vec::new());
        for finding in found {
            // Of a code that is not registered, all that is known is whether it kept somebody from going on.
            let is_waivable = match codes.get(finding.code()) {
                Some(info) => info.is_waivable,
                None => finding.severity() != Severity::Error,
            };
            let waiving = ecosystem.waivers_of(&finding, today).filter(|_| is_waivable);
            let waiving: Vec<&Waiver> = waiving.collect();
            let is_waived = !waiving.is_empty();
            let policy = finding.policy();
            if let Some(policy) = &policy {
                for waiver in waiving.into_iter().filter(|waiver| waiver.policy().is_none()) {
                    by_policies.entry(waiver.name()).or_default().insert(policy.clone());
                }
            }
            let about = WaivedFinding {
                code: finding.code().into(),
                path: finding.path().to_string().into(),
                policy: None,
            };
            if let Some(policy) = policy {
                there.insert(WaivedFinding { policy: Some(policy), ..about.clone() });
                denied.insert(about.clone());
            }
            if is_waivable {
                there.insert(about);
            }
            if is_waived { &mut waived } else { &mut findings }.push(finding);
        }
        for waiver in waivers {
            let is_there = there.contains(waiver.name());
            let by_any = WaivedFinding { policy: None, ..waiver.name().clone() };
            let is_of_no_policy = !is_there && there.contains(&by_any) && !denied.contains(&by_any);
            let Some(info) = codes.get(waiver.code()) else {
                // Who registers no code cannot tell what could have been found; but what was found is known.
                findings.extend(is_of_no_policy.then(|| mismatched_policy(waiver, ecosystem)));
                continue;
            };
            if !info.is_waivable {
                let help = "mend what it is about, and remove the waiver";
                findings.push(about(&NOT_WAIVABLE, waiver, "is about what cannot be waived", help));
            } else if waiver.expires() < today {
                let error = format!("has expired after {}", waiver.expires());
                let help = "mend what it is about, or decide anew until when it is acceptable";
                findings.push(about(&EXPIRED, waiver, &error, help));
            } else if is_of_no_policy {
                findings.push(mismatched_policy(waiver, ecosystem));
            } else if !is_there {
                if has_places(waiver, ecosystem) {
                    let error = "is about a finding that is not there";
                    findings.push(about(&UNUSED, waiver, error, "remove the waiver"));
                }
            } else if let Some(policies) = by_policies.get(waiver.name()).filter(|denying| denying.len() > 1)
            {
                findings.push(several(waiver, policies));
            }
        }
        Self { findings: findings.into_iter().collect(), waived: waived.into_iter().collect() }
    }
}

/// Returns the findings about the waivers of an ecosystem themselves.
pub(super) fn check(ecosystem: &Ecosystem) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut before = None;
    for waiver in ecosystem.waivers() {
        if before.replace(waiver.name()) == Some(waiver.name()) {
            let error = "is about a finding that another waiver is about";
            findings.push(about(&DUPLICATE, waiver, error, "keep one of the two"));
        }
        if waiver.reason().trim().is_empty() {
            let path = waiver.model_path().attribute(segment::REASON);
            let message = format!("nothing says why {} is waived", waiver.name());
            findings.push(Diagnostic::new(&NO_REASON, path, message).with_help("say why it is acceptable"));
        }
        if !resolves(waiver.path(), ecosystem) {
            let help = "write the path as the finding shows it, or remove the waiver";
            findings.push(about(&UNKNOWN_PATH, waiver, "is about a place that does not exist", help));
        }
        if let Some(policy) = waiver.policy()
            && !has_policy(policy, ecosystem)
        {
            findings.push(unknown(policy, waiver, ecosystem));
        }
    }
    findings
}

/// Whether everything exists that a waiver names.
fn has_places(waiver: &Waiver, ecosystem: &Ecosystem) -> bool {
    resolves(waiver.path(), ecosystem) && waiver.policy().is_none_or(|policy| has_policy(policy, ecosystem))
}

/// A waiver names a policy that no zone has.
fn unknown(policy: &PolicyKey, waiver: &Waiver, ecosystem: &Ecosystem) -> Diagnostic {
    let zones = ecosystem.zones().iter().filter_map(|zone| Some((zone.name(), zone.definition()?)));
    let keys: Vec<PolicyKey> = zones
        .flat_map(|(zone, definition)| {
            definition.policies().names().map(move |policy| PolicyKey::new(zone, policy))
        })
        .collect();
    let known: Vec<String> = keys.iter().map(ToString::to_string).collect();
    // Who leaves out the zone means a policy of some zone.
    let mut same = keys
        .iter()
        .zip(&known)
        .filter(|(key, _)| policy.policy.as_str().is_empty() && key.policy.as_str() == policy.zone.as_str());
    let whole = same.next().map(|(_, whole)| whole.as_str()).filter(|_| same.next().is_none());
    let meant = whole.or_else(|| nearest(&policy.to_string(), known.iter().map(String::as_str)));
    let path = waiver.model_path().attribute(segment::POLICY);
    let is_waived = |meant: &str| {
        let other = WaivedFinding { policy: Some(meant.into()), ..waiver.name().clone() };
        ecosystem.waivers().get(&other).is_some()
    };
    let suggestion =
        meant.filter(|meant| !is_waived(meant)).map(|meant| Suggestion::put(path.clone(), meant));
    Diagnostic::new(&UNKNOWN_POLICY, path, format!("there is no policy `{policy}`"))
        .with_help("name the policy as `zone/policy`, or leave it out")
        .did_you_mean(meant)
        .with_suggestion(suggestion)
}

/// A waiver names a policy, and what it is about is there, but is no policy's denial.
fn mismatched_policy(waiver: &Waiver, ecosystem: &Ecosystem) -> Diagnostic {
    let message = format!("the waiver of {} is about a finding that no policy brings", waiver.name());
    let is_waived =
        ecosystem.waivers().get(&WaivedFinding { policy: None, ..waiver.name().clone() }).is_some();
    let policy = waiver.model_path().attribute(segment::POLICY);
    Diagnostic::new(&UNUSED, waiver.model_path(), message)
        .with_help("leave the policy out, or remove the waiver")
        .with_suggestion((!is_waived).then(|| Suggestion::remove(policy)))
}

fn about(code: &CodeInfo, waiver: &Waiver, error: &str, help: &str) -> Diagnostic {
    let path = waiver.model_path();
    let message = format!("the waiver of {} {error}", waiver.name());
    Diagnostic::new(code, path.clone(), message).with_help(help).with_suggestion(Suggestion::remove(path))
}

/// A waiver without a policy hides what these deny.
fn several(waiver: &Waiver, policies: &Set<PolicyKey>) -> Diagnostic {
    let named: Vec<String> = policies.iter().map(|policy| format!("`{policy}`")).collect();
    let message =
        format!("the waiver of {} hides what several policies deny: {}", waiver.name(), named.join(", "));
    let finding = Diagnostic::new(&SEVERAL_POLICIES, waiver.model_path(), message)
        .with_help("say in `policy` which one is meant; where several are, with a waiver for each");
    policies.iter().fold(finding, |finding, PolicyKey { zone, policy, .. }| {
        let policy = ModelPath::root().child(segment::ZONES, zone).child(segment::POLICIES, policy);
        finding.related_place(policy, "denies it")
    })
}
