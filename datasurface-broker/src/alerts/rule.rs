//! The rules: what is asked of metrics, who is told, and how urgent it is.

use crate::metric::{ASKED_AT, COMPLETE, CONFIRMED_AT, FAILING, LAG, LATE, PROMISED};
use datasurface_model::{GroupKey, Latency, Priority, Repository, TeamKey};

/// How long metrics may be old, or missing, in seconds: somebody has to ask for the status more often.
const PATIENCE: u64 = 15 * 60;

/// An alert: the condition, how long it has to hold, and what is said with it.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) alert: &'static str,
    pub(super) expression: String,
    pub(super) seconds: u64,
    /// The labels, as templates of Prometheus.
    pub(super) labels: Vec<(&'static str, String)>,
    /// The summary, as a template of Prometheus.
    pub(super) summary: String,
}

/// Who is told, and how urgent it is.
#[derive(Debug)]
pub(super) struct Addressee {
    labels: Vec<(&'static str, String)>,
}

impl Addressee {
    /// Creates the addressee of a workspace of a team.
    pub(super) fn new(team: &TeamKey, owner: Option<&Repository>, priority: Option<Priority>) -> Self {
        let severity = match priority {
            Some(Priority::Critical) => "critical",
            Some(Priority::High | Priority::Medium) | None => "warning",
            Some(Priority::Low) => "info",
        };
        let priority = priority.map(|priority| ("priority", priority.to_string()));
        let owner = owner.map(|owner| ("owner", literal(&owner.to_string())));
        let team = [("zone", team.zone.to_string()), ("team", team.team.to_string())];
        let labels = [("severity", severity.to_owned())].into_iter().chain(priority).chain(team).chain(owner);
        Self { labels: labels.collect() }
    }
}

/// Returns the rules about the metrics themselves. Without metrics, no other rule says anything.
pub(super) fn of_status() -> Vec<Rule> {
    let rule = |alert, expression, seconds, summary: &str| Rule {
        alert,
        expression,
        seconds,
        labels: vec![("severity", "critical".to_owned())],
        summary: summary.to_owned(),
    };
    vec![
        rule(
            "DataStatusIsMissing",
            format!("absent({ASKED_AT})"),
            PATIENCE,
            "nobody collects what `datasurface status --format openmetrics` says",
        ),
        rule(
            "DataStatusIsOld",
            format!("time() - {ASKED_AT} > {PATIENCE}"),
            0,
            "the status of data was asked for {{ $value | humanizeDuration }} ago",
        ),
        rule(
            "DataStatusIsIncomplete",
            format!("{COMPLETE} == 0"),
            PATIENCE,
            "some platform could not be asked for its status",
        ),
    ]
}

/// Returns the rules about what a group gets, and when, if that was promised.
pub(super) fn of_group(group: &GroupKey, promised: Option<Latency>, addressee: &Addressee) -> Vec<Rule> {
    let this = format!("{{group=\"{group}\"}}");
    let rule = |alert, expression, seconds, summary| Rule {
        alert,
        expression,
        seconds,
        labels: addressee.labels.clone(),
        summary,
    };
    let about = "`{{ $labels.dataset }}` for `{{ $labels.group }}` on `{{ $labels.platform }}`";
    let mut rules = vec![
        rule(
            "DeliveryFails",
            format!("{FAILING}{this} == 1"),
            5 * 60,
            format!("{about} is not delivered: something fails"),
        ),
        rule(
            "DataIsMissing",
            format!("absent({LATE}{this})"),
            PATIENCE,
            "nothing is delivered to `{{ $labels.group }}`: what is rendered for it is not applied"
                .to_owned(),
        ),
    ];
    if let Some(latency) = promised {
        let promised = latency.as_seconds();
        rules.push(rule(
            "DataIsLate",
            // As of when the status was asked for: between two times of that, nobody knows.
            format!("{LAG}{this} > {promised}"),
            tolerance(promised),
            format!("{about} is {{{{ $value | humanizeDuration }}}} old, and may be {latency}"),
        ));
        rules.push(rule(
            "DataIsUnknown",
            format!("{PROMISED}{this} unless on (platform, group, dataset) {CONFIRMED_AT}{this}"),
            promised.max(PATIENCE),
            format!("nobody knows how old {about} is"),
        ));
    }
    rules
}

/// Returns the seconds for which a promise has to be broken until somebody is told: a tenth of it, between a minute and an hour.
fn tolerance(promised: u64) -> u64 {
    (promised / 10).clamp(60, 3600)
}

/// Returns the template whose value is a text. Names have no braces, unlike branches.
fn literal(text: &str) -> String {
    text.replace("{{", "{{ \"{{\" }}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_promise_and_a_long_one_are_tolerated_for_a_minute_and_an_hour() {
        assert_eq!([5, 600, 6000, 86_400].map(tolerance), [60, 60, 600, 3600]);
    }

    #[test]
    fn a_name_is_no_template() {
        assert_eq!(literal("a{{b}}"), "a{{ \"{{\" }}b}}");
    }
}
