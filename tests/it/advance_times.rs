//! Platforms go forward when they may: held against a specification that looks at each minute of a local clock.

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveDateTime, Timelike, Utc};
use chrono_tz::Tz;
use datasurface::{
    broker::AdvanceTimes,
    model::{AdvancePolicy, AdvanceWindow, Cron},
};
use proptest::{collection::vec, prelude::*, sample::select, test_runner::Config};
use std::collections::BTreeSet;

/// The moments at which clocks are put forward or back, or leave a day out, and some at which they do nothing.
const MOMENTS: [(&str, &str); 9] = [
    ("Europe/Berlin", "2026-03-29T01:00:00Z"),
    ("Europe/Berlin", "2026-10-25T01:00:00Z"),
    ("America/New_York", "2026-03-08T07:00:00Z"),
    ("America/New_York", "2026-11-01T06:00:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
    ("Australia/Lord_Howe", "2026-10-03T15:30:00Z"),
    ("Pacific/Apia", "2011-12-30T10:00:00Z"),
    ("Asia/Kolkata", "2026-11-26T00:00:00Z"),
    ("UTC", "2026-12-31T23:00:00Z"),
];

/// How far the specification looks.
const HORIZON: i64 = 3 * 24 * 60;

/// The longest window, and how far before it the specification begins to watch the clock.
const LONGEST: i64 = 2 * 24 * 60;

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Whether the fields of a timetable name a minute of a local clock.
fn names(cron: &Cron, local: NaiveDateTime) -> bool {
    let fields = cron.numbers().unwrap();
    let has = |bits: u64, number: u32| bits & (1 << number) != 0;
    let of_month = has(fields.days, local.day());
    let of_week = has(fields.weekdays, local.weekday().num_days_from_sunday());
    let is_named = match (fields.names_days, fields.names_weekdays) {
        (true, true) => of_month || of_week,
        _ => of_month && of_week,
    };
    has(fields.minutes, local.minute())
        && has(fields.hours, local.hour())
        && has(fields.months, local.month())
        && is_named
}

/// The starts of a timetable from a moment on, for so many minutes: a clock is watched as it goes.
fn starts(cron: &Cron, from: DateTime<Utc>, minutes: i64) -> BTreeSet<DateTime<Utc>> {
    let zone: Tz = cron.zone().unwrap_or("UTC").parse().unwrap();
    let shown = |at: DateTime<Utc>| at.with_timezone(&zone).naive_local();
    let mut starts = BTreeSet::new();
    // What it showed a day and a half before it may show again.
    let watched_from = from - Duration::minutes(36 * 60);
    let mut seen = shown(watched_from);
    for minute in 1..36 * 60 + minutes {
        let at = watched_from + Duration::minutes(minute);
        while seen < shown(at) {
            seen += Duration::minutes(1);
            if at >= from && names(cron, seen) {
                starts.insert(at);
            }
        }
    }
    starts
}

/// The first minute from `from` on at which the policy lets a platform go, within the horizon.
fn expected(
    policy: &AdvancePolicy,
    since: Option<DateTime<Utc>>,
    from: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let early = from - Duration::minutes(LONGEST);
    let starts_of = |cron: &Cron| starts(cron, early, LONGEST + HORIZON);
    let lets = |open: &dyn Fn(DateTime<Utc>) -> bool| {
        (0..HORIZON).map(|minute| from + Duration::minutes(minute)).find(|at| open(*at))
    };
    match policy {
        AdvancePolicy::Cron(cron) => {
            let starts = starts_of(cron);
            lets(&|at| since.is_none_or(|since| starts.iter().any(|start| since < *start && *start <= at)))
        }
        AdvancePolicy::Windows(windows) => {
            let windows: Vec<_> = windows
                .iter()
                .map(|window| (starts_of(window.opens()), Duration::minutes(window.minutes().into())))
                .collect();
            lets(&|at| {
                let is_open = |start: &DateTime<Utc>, lasts: &Duration| *start <= at && at < *start + *lasts;
                windows.iter().any(|(starts, lasts)| starts.iter().any(|start| is_open(start, lasts)))
            })
        }
        AdvancePolicy::Frozen(freeze) => lets(&|at| at.date_naive() >= freeze.until()),
        _ => Some(from),
    }
}

fn timetables() -> BoxedStrategy<String> {
    let minutes = select(vec!["0", "30", "0,45", "*/20", "59", "*"]);
    let hours = select(vec!["*", "0", "1-3", "2", "22,23", "*/5"]);
    let days = select(vec!["*", "*", "29", "25-31", "1", "30"]);
    let weekdays = select(vec!["*", "*", "fri", "sat,sun", "mon"]);
    (minutes, hours, days, weekdays)
        .prop_map(|(minute, hour, day, weekday)| format!("{minute} {hour} {day} * {weekday}"))
        .boxed()
}

fn cases() -> impl Strategy<Value = (AdvancePolicy, Option<DateTime<Utc>>, DateTime<Utc>)> {
    let policy = |zone: &'static str, day: NaiveDate| {
        let cron = timetables().prop_map(move |fields| format!("{fields} {zone}")).boxed();
        let lasts = prop_oneof![0..200_u32, 0..u32::try_from(LONGEST).unwrap()];
        let window =
            (cron.clone(), lasts).prop_map(|(opens, minutes)| AdvanceWindow::new(opens.as_str(), minutes));
        prop_oneof![
            4 => cron.prop_map(|cron| AdvancePolicy::cron(&cron)),
            4 => vec(window, 0..3).prop_map(AdvancePolicy::within),
            1 => (0..4_u64).prop_map(move |days| AdvancePolicy::frozen(day + Days::new(days), "why")),
        ]
    };
    select(MOMENTS.to_vec()).prop_flat_map(move |(zone, change)| {
        let change = moment(change);
        let minutes = prop_oneof![-36 * 60..36 * 60_i64, -180..180_i64];
        let since =
            prop_oneof![1 => Just(None), 4 => (0..LONGEST).prop_map(Some), 4 => (0..180_i64).prop_map(Some)];
        (policy(zone, change.date_naive()), since, minutes).prop_map(move |(policy, before, minutes)| {
            let from = change + Duration::minutes(minutes);
            (policy, before.map(|minutes| from - Duration::minutes(minutes)), from)
        })
    })
}

proptest! {
    #![proptest_config(Config::with_cases(160))]

    #[test]
    fn the_next_moment_is_that_of_a_clock_that_is_watched((policy, since, from) in cases()) {
        let times = AdvanceTimes::new(&policy, since);
        let (next, expected) = (times.next(from), expected(&policy, since, from));
        let horizon = from + Duration::minutes(HORIZON);
        prop_assert_eq!(next.filter(|next| *next < horizon), expected, "{:?} since {:?}", policy, since);
        prop_assert_eq!(times.may_advance(from), expected == Some(from));
        prop_assert_eq!(times.wait(from).map(|wait| wait.until), (next != Some(from)).then_some(next));
    }
}

/// Each with a moment, and when the platform may go from then on.
#[test]
fn windows_and_timetables_follow_the_clocks_of_their_zones() {
    let night = |lasts| AdvancePolicy::within([AdvanceWindow::new("0 22 * * sat Europe/Berlin", lasts)]);
    let last = Some(moment("2026-03-28T12:00:00Z"));
    for (policy, since, from, next) in [
        // Over midnight, and for as long as it lasts although the clock is put forward.
        (night(480), None, "2026-03-28T20:59:00Z", "2026-03-28T21:00:00Z"),
        (night(480), None, "2026-03-29T04:59:00Z", "2026-03-29T04:59:00Z"),
        (night(480), None, "2026-03-29T05:00:00Z", "2026-04-04T20:00:00Z"),
        // 02:30 is left out: at 03:00.
        (
            AdvancePolicy::cron("30 2 * * * Europe/Berlin"),
            last,
            "2026-03-28T12:00:00Z",
            "2026-03-29T01:00:00Z",
        ),
        // 02:30 comes twice, and counts once.
        (
            AdvancePolicy::cron("30 2 * * * Europe/Berlin"),
            Some(moment("2026-10-25T00:30:00Z")),
            "2026-10-25T00:30:00Z",
            "2026-10-26T01:30:00Z",
        ),
        (
            AdvancePolicy::cron("30 2 * * * Europe/Berlin"),
            Some(moment("2026-10-24T12:00:00Z")),
            "2026-10-24T12:00:00Z",
            "2026-10-25T00:30:00Z",
        ),
        // It was missed, and is made up for.
        (AdvancePolicy::cron("0 6 * * mon"), last, "2026-04-01T12:34:00Z", "2026-04-01T12:34:00Z"),
        (AdvancePolicy::cron("0 6 * * mon"), None, "2026-04-01T12:34:00Z", "2026-04-01T12:34:00Z"),
    ] {
        let next_found = AdvanceTimes::new(&policy, since).next(moment(from));
        assert_eq!(next_found, Some(moment(next)), "{policy:?} from {from}");
    }
}

#[test]
fn nobody_goes_forward_by_a_policy_that_names_no_moment() {
    let now = moment("2026-11-27T09:00:00Z");
    let policies = [
        AdvancePolicy::within([]),
        AdvancePolicy::within([AdvanceWindow::new("0 20 * * fri", 0)]),
        AdvancePolicy::within([AdvanceWindow::new("0 20 * * fri Nowhere/Else", 60)]),
        AdvancePolicy::cron("whenever"),
    ];
    for policy in policies {
        let wait = AdvanceTimes::new(&policy, Some(now)).wait(now);
        let is_frozen = wait.map(|wait| (wait.until.is_some_and(|until| until == now), wait.is_frozen));
        assert_eq!(is_frozen, Some((false, false)), "{policy:?}");
    }
    for at in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        let policy = AdvancePolicy::within([AdvanceWindow::new("* * * * * Pacific/Apia", u32::MAX)]);
        assert_eq!(AdvanceTimes::new(&policy, Some(at)).next(at), None);
        let policy = AdvancePolicy::cron("* * * * * Pacific/Apia");
        assert_eq!(AdvanceTimes::new(&policy, Some(at)).next(at), None);
    }
}
