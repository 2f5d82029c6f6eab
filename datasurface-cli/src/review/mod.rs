//! `review`: one verdict on a proposed change.

mod arguments;
mod sides;

pub(crate) use arguments::Review;

use crate::answer::Answer;
use arguments::ReviewFormat;
use datasurface_broker::Broker;
use datasurface_change::ChangeSource;
use datasurface_model::{CodeInfo, Findings};
use datasurface_review::ReviewReport;
use sides::Sides;

pub(crate) fn review(arguments: &Review, broker: &Broker) -> Answer<'static> {
    let report = judged(arguments, broker);
    let is_allowed = report.is_allowed();
    let text = |text| Answer::text(text, &Findings::default(), is_allowed);
    let json = |json| Answer::json_text(json, &Findings::default(), is_allowed);
    match arguments.format {
        ReviewFormat::Text => text(report.to_string()),
        ReviewFormat::Json => json(report.to_json()),
        ReviewFormat::Sarif => json(report.to_sarif(codes())),
        ReviewFormat::JUnit => text(report.to_junit()),
        ReviewFormat::Markdown => text(report.to_markdown()),
    }
}

fn judged(arguments: &Review, broker: &Broker) -> ReviewReport {
    let source = ChangeSource::new(arguments.source.as_str());
    let review = datasurface_review::Review::new(broker, source, arguments.date());
    let review = if arguments.strict { review.strict() } else { review };
    let review = review.approved_by(arguments.approved_by.iter().cloned());
    match Sides::read(arguments) {
        Ok(Sides { old, new, tip, head }) => {
            let report = match &old {
                Some(old) => review.judge(old, &new),
                None => review.judge_first(&new),
            };
            let report = tip.into_iter().fold(report, ReviewReport::at_tip);
            head.into_iter().fold(report, ReviewReport::with_head)
        }
        Err(findings) => review.refuse(findings),
    }
}

/// Every code that a review can report.
fn codes() -> impl Iterator<Item = &'static CodeInfo> {
    let all = datasurface_broker::all_codes().chain(crate::CODES.iter().copied());
    #[cfg(feature = "aws")]
    let all = all.chain(datasurface_aws::CODES.iter().copied());
    #[cfg(feature = "kafka")]
    let all = all.chain(datasurface_kafka::CODES.iter().copied());
    #[cfg(feature = "local")]
    let all = all.chain(datasurface_local::CODES.iter().copied());
    all
}
