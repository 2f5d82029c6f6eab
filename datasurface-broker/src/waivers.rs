//! Waivers of codes that nothing reports. Validation knows its own codes alone; the broker knows all but those of platforms,
//! whose codes have areas of their own.

use crate::{place, propose};
use datasurface_model as model;
use datasurface_model::{
    CodeInfo, Diagnostic, Ecosystem, Findings, Suggestion, Waiver, nearest, ownership::OwnedPart, segment,
};
use std::collections::BTreeMap;

/// Every code about waivers.
pub(crate) static CODES: &[&CodeInfo] = &[&UNKNOWN_CODE];

static UNKNOWN_CODE: CodeInfo = CodeInfo::warning(
    "waiver/unknown-code",
    "a waiver is about a code that it has no influence on",
    "Nothing is reported with the code, most often because of a slip of the pen; or who reports it asks no waivers, as who \
     reads documents or judges a change. The waiver looks like a decision, and decides nothing. Write the code as the finding \
     shows it, or remove the waiver. Codes of platforms are known to these alone: one in an area that nobody else has is not \
     judged.",
)
.not_waivable();

/// Returns the findings about waivers whose codes nothing reports. [`Broker::place`](crate::Broker::place) includes them; of an
/// ecosystem that is not valid, nobody else tells.
#[must_use]
pub fn unknown_waiver_codes(ecosystem: &Ecosystem) -> Findings {
    unknown_codes(ecosystem).into_iter().collect()
}

/// Returns the findings about waivers that have no effect, whatever else was found.
pub(crate) fn unknown_codes(ecosystem: &Ecosystem) -> Vec<Diagnostic> {
    let mut waivers = ecosystem.all_waivers().peekable();
    if waivers.peek().is_none() {
        return Vec::new();
    }
    let codes = KnownCodes::known();
    waivers.filter_map(|(by, waiver)| codes.judge(&by, waiver, ecosystem)).collect()
}

/// All codes that are known, and whether waivers apply to them.
struct KnownCodes(BTreeMap<&'static str, (&'static CodeInfo, bool)>);

impl KnownCodes {
    fn known() -> Self {
        let reported = [
            model::CODES,
            datasurface_choice::CODES,
            CODES,
            place::CODES,
            propose::codes(),
            datasurface_platform::CODES,
        ];
        let reported = reported.into_iter().flatten().map(|info| (info.code, (*info, true)));
        let unreported = crate::all_codes().map(|info| (info.code, (info, false)));
        Self(unreported.chain(reported).collect())
    }

    fn judge(&self, by: &OwnedPart, waiver: &Waiver, ecosystem: &Ecosystem) -> Option<Diagnostic> {
        let (code, path) = (waiver.code(), waiver.model_path(by));
        let diagnostic = |error: &str| {
            let message = format!("the waiver of `{code}` at `{}` {error}", waiver.path());
            Diagnostic::new(&UNKNOWN_CODE, path.clone(), message)
        };
        match self.0.get(code) {
            Some((_, true)) => None,
            Some((_, false)) => Some(
                diagnostic("is about a code that no waiver is asked about")
                    .with_help("mend what it is about, and remove the waiver")
                    .with_suggestion(Suggestion::remove(path.clone())),
            ),
            None => {
                let nearest = nearest(code, self.waivable());
                let is_ours = nearest.is_some() || self.0.keys().any(|known| area(known) == area(code));
                let is_free = |code: &&str| {
                    let mut others = ecosystem.waivers_by(by).into_iter().flatten();
                    !others.any(|other| (other.code(), other.path()) == (code, waiver.path()))
                };
                let is_owner = |code: &&str| {
                    self.0.get(*code).is_some_and(|(info, _)| info.protects.may_be_waived_by(by))
                };
                let meant = nearest.filter(is_free).filter(is_owner);
                let suggestion = meant.map(|code| Suggestion::put(path.attribute(segment::CODE), code));
                is_ours.then(|| {
                    diagnostic("is about a code that nothing is reported with")
                        .with_help("write the code as the finding shows it, or remove the waiver")
                        .did_you_mean(nearest)
                        .with_suggestion(suggestion)
                })
            }
        }
    }

    /// Those that a waiver makes a difference to.
    fn waivable(&self) -> impl Iterator<Item = &'static str> {
        self.0
            .values()
            .filter(|(info, is_reported)| *is_reported && info.is_waivable)
            .map(|(info, _)| info.code)
    }
}

/// `governance` for `governance/location`.
fn area(code: &str) -> &str {
    code.split_once('/').map_or("", |(area, _)| area)
}
