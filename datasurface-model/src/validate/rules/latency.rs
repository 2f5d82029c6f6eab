//! `latency/…`: promises that timetables cannot keep.

use super::RuleContext;
use crate::validate::delays::Delay;
use datasurface_ecosystem::{CodeInfo, DatasetGroup, DatasetSink, Diagnostic, Latency};
use datasurface_schema::{DatasetKey, DatastoreName, Entity, segment};
use std::sync::Arc;

pub(super) static TIMETABLE: CodeInfo = CodeInfo::error(
    "latency/timetable",
    "a group wants data sooner than timetables on the way bring it",
    "What changes at the source is seen when the capture starts next, and in the output of a transformer when that starts next \
     after it. The longest time that passes so, on the clock and without the time that the work itself takes, is longer than the \
     latency that the group asks for: no platform can keep the promise. Let the capture, or the transformer, start more often, or \
     ask for a latency that can be kept.",
)
.waivable();

/// Judges the latency of a group by what the timetables of its data permit.
pub(super) fn check(group: &DatasetGroup, scope: &mut RuleContext<'_>) {
    let Some(latency) = group.requirements().latency else { return };
    let mut late: Vec<(Arc<Delay>, &DatasetKey)> = Vec::new();
    // Sinks are sorted: those of one datastore are beside each other.
    let mut last: Option<(&DatastoreName, Option<Arc<Delay>>)> = None;
    for sink in group.sinks().iter().map(DatasetSink::name) {
        let delay = match &last {
            Some((datastore, delay)) if **datastore == sink.datastore => delay.clone(),
            _ => scope.facts.delay(&sink.datastore),
        };
        last = Some((&sink.datastore, delay.clone()));
        let delay = delay.filter(|delay| Latency::minutes(delay.minutes) > latency);
        late.extend(delay.map(|delay| (delay, sink)));
    }
    // The slowest; of equal ones, the first by name.
    let slowest = late.iter().max_by(|(one, key), (other, other_key)| {
        one.minutes.cmp(&other.minutes).then_with(|| other_key.cmp(key))
    });
    let Some((delay, sink)) = slowest else { return };
    let name = group.name();
    let others = match late.len() - 1 {
        0 => String::new(),
        1 => " (and one more of its datasets comes too late)".to_owned(),
        more => format!(" (and {more} more of its datasets come too late)"),
    };
    let needed = Latency::minutes(delay.minutes);
    let message = format!(
        "the group `{name}` wants `{sink}` within `{latency}`, and a change of it can take `{needed}` by timetables alone{others}"
    );
    let path = scope.path().child(segment::GROUPS, name).attribute(segment::LATENCY);
    let mut finding = Diagnostic::new(&TIMETABLE, path, message).with_help(format!(
        "let the data be captured and transformed more often, or ask for no less than `{needed}`"
    ));
    for stage in &delay.stages {
        let attribute = if stage.is_capture { segment::CAPTURE } else { segment::TRANSFORMER };
        let path = stage.unit.path().attribute(attribute).attribute(segment::TRIGGER);
        let gap = Latency::minutes(stage.gap);
        finding = finding.related_place(path, format!("lets `{gap}` pass between two starts"));
    }
    scope.report(finding);
}
