//! Law 18: nothing that surrounds a process is seen in what a platform renders: no environment, no clock.

use super::{OnPlatform, ReportBuilder};
use crate::{harness::HarnessRun, law::Law};
use chrono::{Days, NaiveDate};
use datasurface_platform::{Rendering, ScopeView};
use std::time::{SystemTime, UNIX_EPOCH};

/// Looks for the date of today in what is rendered as of another day.
pub(super) fn check_date(report: &mut ReportBuilder, stage: &HarnessRun, on: NaiveDate) {
    let Some(today) = today().filter(|today| *today != on).map(|today| today.to_string()) else {
        return;
    };
    for rendered in &stage.log.renderings {
        let Ok(rendering) = &rendered.result else {
            continue;
        };
        if !is_given(&rendered.view, &today) && text(rendering).contains(&today) {
            let place = OnPlatform(&rendered.platform, rendered.view.scope());
            let difference = format!("it is rendered as of {on}, but `{today}` occurs, which is today");
            report.report(Law::SurroundingsAreInvisible, place, difference);
        }
    }
}

/// All that a rendering says, in one text.
pub(crate) fn text(rendering: &Rendering) -> String {
    let files = rendering.files().map(|file| String::from_utf8_lossy(file.content()).into_owned());
    let resources = rendering.resources().map(|resource| serde_json::to_string(resource).unwrap_or_default());
    files.chain(resources).collect::<Vec<_>>().join("\n")
}

/// Whether a platform was told of a date.
fn is_given(view: &ScopeView, date: &str) -> bool {
    serde_json::to_string(view).is_ok_and(|view| view.contains(date))
}

fn today() -> Option<NaiveDate> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    NaiveDate::from_ymd_opt(1970, 1, 1)?.checked_add_days(Days::new(seconds / 86_400))
}
