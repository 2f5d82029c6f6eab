//! Failures of connectors, without what their messages may show of data.

/// Returns what failed, by the classes of a trace of Java: messages of databases have values of rows.
pub(super) fn summary(trace: &str) -> String {
    let mut classes = trace.lines().enumerate().filter_map(|(number, line)| {
        let class = match number {
            0 => line,
            _ => line.strip_prefix("Caused by: ")?,
        };
        let class = class.split([':', ' ']).next().unwrap_or_default();
        let class = class.rsplit('.').next().unwrap_or_default();
        (!class.is_empty()).then_some(class)
    });
    match classes.next() {
        None => "it failed; the log of Connect says why".to_owned(),
        Some(first) => {
            let causes: Vec<&str> = classes.collect();
            let caused =
                if causes.is_empty() { String::new() } else { format!(", caused by {}", causes.join(", ")) };
            format!("it failed with {first}{caused}; the log of Connect says more")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_has_classes_and_no_message() {
        let trace = "org.apache.kafka.connect.errors.ConnectException: Exiting\n\tat a.B.c(B.java:1)\n\
                     Caused by: java.sql.BatchUpdateException: Key (id)=(secret) exists\n\t... 10 more\n";
        assert_eq!(
            summary(trace),
            "it failed with ConnectException, caused by BatchUpdateException; the log of Connect says more"
        );
        assert_eq!(summary(""), "it failed; the log of Connect says why");
    }
}
