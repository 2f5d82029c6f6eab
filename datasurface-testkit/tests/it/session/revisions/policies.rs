//! A policy of a platform is a choice of who goes forward, and nothing else.

use super::{Site, Tally, chosen};
use chrono::{Days, NaiveDate};
use datasurface_broker::{Advance, Base};
use datasurface_model::{Ecosystem, PlatformName};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Gives the platforms that do not go forward policies by which they go the day after: freezes, and windows. By their policies the others go,
/// as if they were named; the day after, all go, as if nothing kept them.
pub(super) fn policies_are_kept(site: &Site, ecosystem: &Ecosystem, bits: u8, tally: &mut Tally) {
    let Some(placed) = site.place(ecosystem) else { return };
    let target = site.target();
    let forward = chosen(&placed, &target, bits);
    let thaw = site.on + Days::new(1);
    let mut document = datasurface_document::to_value(ecosystem);
    let window = json!({ "opens": thaw.format("0 0 %-d %-m *").to_string(), "lasts": "1 d" });
    let policies =
        [json!({ "frozen": { "until": thaw, "reason": "Christmas" } }), json!({ "windows": [window] })];
    let platforms = document.get_mut("platforms").and_then(|all| all.as_array_mut()).into_iter().flatten();
    for (platform, policy) in platforms.zip(policies.iter().cycle()) {
        if !forward.iter().any(|name| platform["name"] == name.as_str()) {
            platform["advances"] = policy.clone();
        }
    }
    let frozen = datasurface_document::from_json(&document.to_string()).unwrap();
    let Some(placed) = site.place(&frozen) else { panic!("a freeze decides nothing") };
    // What is not declared any more has no policy.
    let declared = |name: &PlatformName| placed.ecosystem().platforms().get(name).is_some();
    let all = chosen(&placed, &target, u8::MAX).into_iter();
    let free: BTreeSet<PlatformName> = all.filter(|name| forward.contains(name) || !declared(name)).collect();
    let same = |on: NaiveDate, choices: [&Advance; 2]| {
        let proposed = choices.map(|choice| {
            let base = Base::Target(target.manifest());
            let proposal = site.broker.propose_advance(&placed, base, on, choice).ok()?;
            let plans = proposal.plans().map(|(name, plan)| (name.clone(), plan.clone())).collect();
            let plans: BTreeMap<PlatformName, _> = plans;
            Some((proposal.manifest().clone(), proposal.lock().clone(), plans))
        });
        assert!(proposed[0] == proposed[1], "{choices:?} on {on}");
        usize::from(proposed[0].is_some())
    };
    tally.by_policy += same(site.on, [&Advance::Permitted, &Advance::Only(free.clone())]);
    same(thaw, [&Advance::Permitted, &Advance::All]);
    for name in chosen(&placed, &target, u8::MAX).difference(&free) {
        let refused = site.propose(&placed, &Advance::only([name.clone()])).err();
        assert!(refused.is_some_and(|codes| codes.iter().any(|code| code == "revision/too-early")), "{name}");
    }
}
