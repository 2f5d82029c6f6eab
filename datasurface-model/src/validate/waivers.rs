//! `waiver/…`: findings that somebody decided to live with, for a while. They are taken out of what was found when all of
//! it is known; and what is to be said of the waivers themselves is put in.

use super::rules::UNKNOWN_POLICY;
use chrono::NaiveDate;
use datasurface_ecosystem::{
    CodeInfo, Diagnostic, Ecosystem, Findings, ModelPath, Severity, Suggestion, WaivedFinding, Waiver,
    ownership::OwnedPart,
};
use datasurface_schema::{Entity, PolicyKey, nearest, segment};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;

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

pub(super) static OTHER_OWNER: CodeInfo = CodeInfo::error(
    "waiver/other-owner",
    "a waiver is given by somebody whom the finding does not protect",
    "Each finding protects somebody: a policy its zone, an approval the team of the datastore, a classification the zone of the \
     input, the rest the ecosystem. Only they can decide to live with it, and they say so in their own `waivers`: of the zone, of \
     the team, or of the ecosystem. The waiver has no effect: remove it, and ask them.",
);

pub(super) static UNWAIVABLE: CodeInfo = CodeInfo::error(
    "waiver/unwaivable",
    "a waiver is about what an unwaivable policy denies",
    "The zone says of the policy that nobody can decide to live with what it denies, not even the zone: `unwaivable`. The waiver \
     has no effect. Mend what it is about, and remove the waiver; or let the zone change the policy.",
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

/// What was found with one code at one place.
#[derive(Debug, Default)]
struct Occurrence {
    /// Whether one of the findings could be waived.
    is_waivable: bool,
    guardians: BTreeSet<OwnedPart>,
    /// The policies that deny.
    policies: BTreeSet<PolicyKey>,
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
        let waivers: Vec<(OwnedPart, &Waiver)> = ecosystem.all_waivers().collect();
        if waivers.is_empty() {
            return Self { findings: found, waived: Findings::default() };
        }
        let codes: FxHashMap<&str, &CodeInfo> = codes.iter().map(|info| (info.code, *info)).collect();
        let mut occurrences: FxHashMap<WaivedFinding, Occurrence> =
            waivers.iter().map(|(_, waiver)| (key_of(waiver), Occurrence::default())).collect();
        let (mut findings, mut waived) = (Vec::new(), Vec::new());
        for finding in found {
            // Of a code that is not registered, all that is known is whether it kept somebody from going on.
            let is_waivable = match codes.get(finding.code()) {
                Some(info) => info.is_waivable,
                None => finding.severity() != Severity::Error,
            };
            let about = WaivedFinding::new(&finding);
            let Some(occurrence) = occurrences.get_mut(&about) else {
                findings.push(finding);
                continue;
            };
            occurrence.is_waivable |= is_waivable;
            occurrence.guardians.insert(finding.guardian());
            occurrence.policies.extend(finding.policy());
            let is_waived = is_waivable && ecosystem.waivers_of(&finding, today).next().is_some();
            if is_waived { &mut waived } else { &mut findings }.push(finding);
        }
        for (by, waiver) in &waivers {
            let nothing = Occurrence::default();
            let there = occurrences.get(&key_of(waiver)).unwrap_or(&nothing);
            let declared = Declared { by, waiver, ecosystem };
            findings.extend(declared.judge(there, codes.get(waiver.code()).copied(), today));
        }
        Self { findings: findings.into_iter().collect(), waived: waived.into_iter().collect() }
    }
}

fn key_of(waiver: &Waiver) -> WaivedFinding {
    waiver.name().clone().with_policy(None)
}

/// A waiver, and who declares it.
struct Declared<'e> {
    by: &'e OwnedPart,
    waiver: &'e Waiver,
    ecosystem: &'e Ecosystem,
}

impl Declared<'_> {
    /// What is to be said of the waiver, given what was found where it is meant.
    fn judge(&self, there: &Occurrence, info: Option<&CodeInfo>, today: NaiveDate) -> Option<Diagnostic> {
        let (waiver, policy) = (self.waiver, self.waiver.policy_of(self.by));
        let is_of_no_policy = policy.is_some() && there.is_waivable && there.policies.is_empty();
        let Some(info) = info else {
            // Who registers no code cannot tell what could have been found; but what was found is known.
            return is_of_no_policy.then(|| self.mismatched_policy());
        };
        if !info.is_waivable {
            let help = "mend what it is about, and remove the waiver";
            return Some(self.about(&NOT_WAIVABLE, "is about what cannot be waived", help));
        }
        if let Some(finding) = self.other_owner(there, info) {
            return Some(finding);
        }
        let own = |denying: &&PolicyKey| match self.by {
            OwnedPart::Zone(zone) => denying.zone == *zone,
            _ => true,
        };
        let meant: Vec<&PolicyKey> = match &policy {
            Some(policy) => vec![policy],
            None => there.policies.iter().filter(own).collect(),
        };
        if let Some(policy) = meant.iter().find(|policy| self.ecosystem.is_unwaivable(policy)) {
            return Some(self.unwaivable(policy));
        }
        if waiver.expires() < today {
            let error = format!("has expired after {}", waiver.expires());
            let help = "mend what it is about, or decide anew until when it is acceptable";
            return Some(self.about(&EXPIRED, &error, help));
        }
        if is_of_no_policy {
            return Some(self.mismatched_policy());
        }
        let denies = |policy: &PolicyKey| there.policies.contains(policy);
        let is_there = there.is_waivable && policy.as_ref().is_none_or(denies);
        if !is_there {
            let error = "is about a finding that is not there";
            return self.has_places().then(|| self.about(&UNUSED, error, "remove the waiver"));
        }
        (meant.len() > 1).then(|| self.several(&meant))
    }

    /// Somebody waives what does not protect them.
    fn other_owner(&self, there: &Occurrence, info: &CodeInfo) -> Option<Diagnostic> {
        let is_owner = match there.guardians.is_empty() {
            true => info.protects.may_be_waived_by(self.by),
            false => there.guardians.contains(self.by),
        };
        if is_owner {
            return None;
        }
        let guardians: Vec<String> = there.guardians.iter().map(ToString::to_string).collect();
        let protected =
            if guardians.is_empty() { info.protects.to_string() } else { guardians.join(" and of ") };
        let error = format!("has no effect: it protects {protected}");
        let help = match guardians.is_empty() {
            true => format!("ask {} to waive it, and remove this waiver", info.protects),
            false => {
                format!(
                    "ask {} to declare it in `{}`, and remove this waiver",
                    guardians.join(" and "),
                    segment::WAIVERS
                )
            }
        };
        Some(self.about(&OTHER_OWNER, &error, &help))
    }

    fn unwaivable(&self, policy: &PolicyKey) -> Diagnostic {
        let error = format!("has no effect: the policy `{policy}` is unwaivable");
        let place = ModelPath::root().child(segment::ZONES, &policy.zone);
        let place = place.child(segment::POLICIES, &policy.policy);
        self.about(&UNWAIVABLE, &error, "mend what it is about, and remove the waiver")
            .related_place(place, "says so")
    }

    /// Whether everything exists that the waiver names.
    fn has_places(&self) -> bool {
        self.ecosystem.has_path(self.waiver.path()) && self.has_policy()
    }

    /// Whether there is the policy that it names, if it names one: a zone means its own.
    fn has_policy(&self) -> bool {
        self.waiver.policy_of(self.by).is_none_or(|policy| {
            let is_own = match self.by {
                OwnedPart::Zone(zone) => policy.zone == *zone,
                _ => true,
            };
            is_own && self.ecosystem.has_policy(&policy)
        })
    }

    fn path(&self) -> ModelPath {
        self.waiver.model_path(self.by)
    }

    /// A waiver names a policy that no zone has, or not the one that declares it.
    fn unknown(&self, policy: &PolicyKey) -> Diagnostic {
        let zones = self.ecosystem.zones().iter().filter_map(|zone| Some((zone.name(), zone.definition()?)));
        let zones = zones.filter(|(name, _)| match self.by {
            OwnedPart::Zone(zone) => zone == *name,
            _ => true,
        });
        let keys: Vec<PolicyKey> = zones
            .flat_map(|(zone, definition)| {
                definition.policies().names().map(move |policy| PolicyKey::new(zone, policy))
            })
            .collect();
        let known: Vec<String> = keys.iter().map(ToString::to_string).collect();
        // Who leaves out the zone means a policy of some zone.
        let mut same = keys.iter().zip(&known).filter(|(key, _)| {
            policy.policy.as_str().is_empty() && key.policy.as_str() == policy.zone.as_str()
        });
        let whole = same.next().map(|(_, whole)| whole.as_str()).filter(|_| same.next().is_none());
        let wanted = self.waiver.policy_of(self.by).unwrap_or_else(|| policy.clone());
        let meant = whole.or_else(|| nearest(&wanted.to_string(), known.iter().map(String::as_str)));
        let path = self.path().attribute(segment::POLICY);
        let suggestion = meant
            .filter(|meant| !self.is_declared(Some((*meant).into())))
            .map(|meant| Suggestion::put(path.clone(), meant));
        let (message, help) = match self.by {
            OwnedPart::Zone(zone) => (
                format!("the zone `{zone}` has no policy `{policy}`"),
                "name a policy of the zone, or leave it out",
            ),
            _ => (
                format!("there is no policy `{policy}`"),
                "name the policy as `zone/policy`, or leave it out",
            ),
        };
        Diagnostic::new(&UNKNOWN_POLICY, path, message)
            .with_help(help)
            .did_you_mean(meant)
            .with_suggestion(suggestion)
    }

    /// Whether the owner declares another waiver of the same, with this policy.
    fn is_declared(&self, policy: Option<PolicyKey>) -> bool {
        let about = self.waiver.name().clone().with_policy(policy);
        self.ecosystem.waivers_by(self.by).is_some_and(|waivers| waivers.get(&about).is_some())
    }

    /// A waiver names a policy, and what it is about is there, but is no policy's denial.
    fn mismatched_policy(&self) -> Diagnostic {
        let message =
            format!("the waiver of {} is about a finding that no policy brings", self.waiver.name());
        let policy = self.path().attribute(segment::POLICY);
        Diagnostic::new(&UNUSED, self.path(), message)
            .with_help("leave the policy out, or remove the waiver")
            .with_suggestion((!self.is_declared(None)).then(|| Suggestion::remove(policy)))
    }

    fn about(&self, code: &CodeInfo, error: &str, help: &str) -> Diagnostic {
        let path = self.path();
        let message = format!("the waiver of {} {error}", self.waiver.name());
        Diagnostic::new(code, path.clone(), message).with_help(help).with_suggestion(Suggestion::remove(path))
    }

    /// A waiver without a policy hides what these deny.
    fn several(&self, policies: &[&PolicyKey]) -> Diagnostic {
        let named: Vec<String> = policies.iter().map(|policy| format!("`{policy}`")).collect();
        let message = format!(
            "the waiver of {} hides what several policies deny: {}",
            self.waiver.name(),
            named.join(", ")
        );
        let finding = Diagnostic::new(&SEVERAL_POLICIES, self.path(), message)
            .with_help("say in `policy` which one is meant; where several are, with a waiver for each");
        policies.iter().fold(finding, |finding, PolicyKey { zone, policy, .. }| {
            let policy = ModelPath::root().child(segment::ZONES, zone).child(segment::POLICIES, policy);
            finding.related_place(policy, "denies it")
        })
    }
}

/// Returns the findings about the waivers of an ecosystem themselves.
pub(super) fn check(ecosystem: &Ecosystem) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut named = FxHashSet::default();
    for (by, waiver) in ecosystem.all_waivers() {
        let declared = Declared { by: &by, waiver, ecosystem };
        let name = waiver.name().clone().with_policy(waiver.policy_of(&by));
        if !named.insert((by.clone(), name)) {
            let error = "is about a finding that another waiver is about";
            findings.push(declared.about(&DUPLICATE, error, "keep one of the two"));
        }
        if waiver.reason().trim().is_empty() {
            let path = declared.path().attribute(segment::REASON);
            let message = format!("nothing says why {} is waived", waiver.name());
            findings.push(Diagnostic::new(&NO_REASON, path, message).with_help("say why it is acceptable"));
        }
        if !ecosystem.has_path(waiver.path()) {
            let help = "write the path as the finding shows it, or remove the waiver";
            findings.push(declared.about(&UNKNOWN_PATH, "is about a place that does not exist", help));
        }
        if let Some(policy) = waiver.policy()
            && !declared.has_policy()
        {
            findings.push(declared.unknown(policy));
        }
    }
    findings
}
