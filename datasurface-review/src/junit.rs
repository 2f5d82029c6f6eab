//! Reviews as JUnit XML, which servers of continuous integration show.

use super::report::ReviewReport;
use datasurface_model::{Diagnostic, Printable, Severity};
use std::fmt::Write;

/// A suite: the verdict, and a case for each finding; what is no error passes.
pub(super) fn xml(report: &ReviewReport) -> String {
    let errors = report.findings.iter().filter(|finding| finding.severity() == Severity::Error).count();
    let failures = errors + usize::from(!report.is_allowed());
    let cases = report.findings.len() + 1;
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let counts = format!("tests=\"{cases}\" failures=\"{failures}\" errors=\"0\"");
    xml += &format!("<testsuites {counts}>\n<testsuite name=\"datasurface review\" {counts}>\n");
    let headline = report.headline();
    case(&mut xml, "datasurface", "verdict", (!report.is_allowed()).then_some((&*headline, &*headline)));
    for finding in report.findings.iter() {
        let (class, name) = (finding.code().replace('/', "."), name(finding));
        let text = finding.to_string();
        let failure = (finding.severity() == Severity::Error).then_some((finding.message(), &*text));
        case(&mut xml, &class, &name, failure);
    }
    xml + "</testsuite>\n</testsuites>\n"
}

fn name(finding: &Diagnostic) -> String {
    format!("{}: {}", finding.path(), finding.message())
}

fn case(xml: &mut String, class: &str, name: &str, failure: Option<(&str, &str)>) {
    let (class, name) = (attribute(class), attribute(name));
    // Writing to a text cannot fail.
    let _ = match failure {
        Some((message, text)) => writeln!(
            xml,
            "<testcase classname=\"{class}\" name=\"{name}\"><failure message=\"{}\">{}</failure></testcase>",
            attribute(message),
            escaped(text),
        ),
        None => writeln!(xml, "<testcase classname=\"{class}\" name=\"{name}\"/>"),
    };
}

/// A text in one line: what shows a name may show it in a log.
fn attribute(text: &str) -> String {
    escaped(&Printable(text).to_string())
}

/// A text as XML has it; what XML 1.0 cannot have at all becomes the replacement character.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&apos;",
            '\n' | '\r' | '\t' => escaped += &format!("&#{};", u32::from(character)),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            _ => escaped.push(character),
        }
    }
    escaped
}
