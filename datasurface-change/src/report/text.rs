//! The report as people read it.

use super::{ChangeReport, Verdict};
use std::fmt;

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Allowed => "allowed",
            Self::Refused => "refused",
        })
    }
}

impl fmt::Display for ChangeReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let differences = match self.diff.len() {
            0 => "nothing differs".to_owned(),
            1 => "1 difference".to_owned(),
            several => format!("{several} differences"),
        };
        writeln!(f, "{}: a change from {}, {differences}", self.verdict, self.source)?;
        let findings = self.findings();
        if !findings.is_empty() {
            writeln!(f, "\n{findings}")?;
        }
        for retirement in &self.retirements {
            write!(f, "\nretirement of `{}`: {}", retirement.dataset, retirement.stage)?;
            write!(f, ", deprecated since {}", retirement.since)?;
            match retirement.last_day {
                Some(last) => writeln!(f, ", there until {last}")?,
                None => writeln!(f)?,
            }
            for consent in &retirement.consents {
                let (group, team) = (&consent.group, &consent.team);
                match consent.until {
                    Some(last) if consent.is_missing => {
                        writeln!(f, "  `{group}` of the team `{team}` agreed until {last}, which is over")?;
                    }
                    Some(last) => writeln!(f, "  `{group}` of the team `{team}` agreed until {last}")?,
                    None => writeln!(f, "  `{group}` of the team `{team}` did not agree")?,
                }
            }
        }
        for notice in &self.notices {
            writeln!(f, "\ntell the team `{}` ({})", notice.team, notice.owner)?;
            for (group, paths) in &notice.groups {
                let paths: Vec<_> = paths.iter().map(ToString::to_string).collect();
                writeln!(f, "  `{group}` is reached by {}", paths.join(", "))?;
            }
        }
        for proposal in &self.rename_proposals {
            writeln!(f, "\n{proposal}; if so, say `renamed_from`")?;
        }
        Ok(())
    }
}
