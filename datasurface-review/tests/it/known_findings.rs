//! What no platform can do is wrong once, whatever platforms there are.

use crate::{
    fixture::*,
    review::{MODEL, judged, refusals},
};
use datasurface_broker::Lock;
use datasurface_model::*;

/// An ecosystem whose platforms, with these names, show live data alone, and groups that ask for every version.
fn unserved<const N: usize, const M: usize>(
    platforms: [&'static str; N],
    groups: [&'static str; M],
) -> Ecosystem {
    let wanting = |group| DatasetGroup::new(group).sink("S/a").with_milestoning(Milestoning::Forensic);
    let platforms = platforms.map(|name| minimal_platform(name).setting("live_only", true));
    fixture(platforms, [groups.into_iter().map(wanting).fold(consumer("W", wanting("g")), Workspace::group)])
}

#[test]
fn a_platform_more_or_less_makes_no_new_error_of_a_group_that_none_can_serve() {
    let none = Lock::default();
    let judge = |old: &Ecosystem, new: &Ecosystem| {
        let report = judged([(old, &none), (new, &none)], MODEL, today());
        refusals(&report).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let (one, two) = (unserved(["P"], []), unserved(["P", "Q"], []));
    assert_eq!(judge(&unserved([], []), &one), [] as [&str; 0]);
    assert_eq!(judge(&one, &two), [] as [&str; 0]);
    assert_eq!(judge(&two, &one), [] as [&str; 0]);
    // Another group that none can serve is another error.
    let more = judge(&one, &unserved(["P", "Q"], ["h"]));
    assert!(more.contains(&"choice/no-platform".to_owned()), "{more:?}");
}
