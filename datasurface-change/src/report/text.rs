//! The report as people read it.

use super::{ChangeReport, TouchedPart, Verdict};
use crate::{ApprovalClaim, Approvals, TrustedClaim};
use datasurface_model::{Printable, ownership::OwnedPart};
use std::{collections::BTreeSet, fmt};

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Allowed => "allowed",
            Self::Refused => "refused",
        })
    }
}

impl fmt::Display for ChangeReport {
    /// Prints the report. Texts of the models add no lines, and nothing that a terminal obeys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let differences = match self.diff.len() {
            0 => "nothing differs".to_owned(),
            1 => "1 difference".to_owned(),
            several => format!("{several} differences"),
        };
        writeln!(f, "{}: a change from {}, {differences}", self.verdict, Printable(&self.source))?;
        let findings = self.findings();
        if !findings.is_empty() {
            writeln!(f, "\n{findings}")?;
        }
        self.fmt_parts(f)?;
        self.fmt_approvals(f)?;
        self.fmt_retirements(f)?;
        self.fmt_notices(f)?;
        for proposal in &self.rename_proposals {
            writeln!(f, "\n{}; if so, say `renamed_from`", Printable(proposal))?;
        }
        Ok(())
    }
}

impl ChangeReport {
    /// The parts, if there are several, or if one has more to say than its differences.
    fn fmt_parts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_one_event = |touched: &TouchedPart| touched.summary.is_some() && touched.differences > 1;
        if self.parts.len() < 2 && !self.parts.iter().any(is_one_event) {
            return Ok(());
        }
        writeln!(f, "\nit touches")?;
        self.parts.iter().try_for_each(|touched| writeln!(f, "  {}", Printable(touched)))
    }

    fn fmt_approvals(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let approvals = &self.approvals;
        if let (false, Some(fingerprint)) = (approvals.missing.is_empty(), &approvals.fingerprint) {
            writeln!(f, "\nnot approved")?;
            for missing in &approvals.missing {
                let (repository, parts) = (&missing.repository, listed(&missing.parts));
                writeln!(f, "  by {}: {parts}", Printable(repository))?;
            }
            writeln!(f, "  an approval of exactly this proposal names {}", Printable(fingerprint))?;
        }
        approvals.claims().try_for_each(|claim| writeln!(f, "\n{}", Printable(claim)))?;
        Ok(())
    }

    fn fmt_retirements(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for retirement in &self.retirements {
            write!(f, "\nretirement of `{}`: {}", Printable(&retirement.dataset), retirement.stage)?;
            write!(f, ", deprecated since {}", retirement.since)?;
            match retirement.last_day {
                Some(last) => writeln!(f, ", there until {last}")?,
                None => writeln!(f)?,
            }
            for consent in &retirement.consents {
                writeln!(f, "  {}", Printable(consent))?;
            }
        }
        Ok(())
    }

    fn fmt_notices(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for notice in &self.notices {
            writeln!(f, "\ntell the team `{}` ({})", Printable(&notice.team), Printable(&notice.owner))?;
            for (group, paths) in &notice.groups {
                let paths: Vec<_> = paths.iter().map(ToString::to_string).collect();
                writeln!(f, "  `{}` is reached by {}", Printable(group), Printable(paths.join(", ")))?;
            }
        }
        for notice in &self.owner_notices {
            writeln!(f, "\ntell {} ({})", Printable(&notice.part), Printable(&notice.owner))?;
            for (path, event) in &notice.events {
                writeln!(f, "  {}, at {}", Printable(event), Printable(path))?;
            }
        }
        Ok(())
    }
}

impl Approvals {
    /// Returns what was claimed, in words: one line for each claim that was taken on trust, or counts for nothing.
    pub fn claims(&self) -> impl Iterator<Item = String> {
        let trusted = self.trusted.iter().map(|TrustedClaim { claim, parts }| {
            let parts = if parts.is_empty() { "nothing that needs it".to_owned() } else { listed(parts) };
            format!("taken on trust: {} approved it, for {parts}", claim.repository)
        });
        let ignored = self.ignored.iter().map(|ApprovalClaim { repository, fingerprint }| {
            format!(
                "the approval of {repository} is for another proposal (`{fingerprint}`), and counts for nothing"
            )
        });
        trusted.chain(ignored)
    }
}

fn listed(parts: &BTreeSet<OwnedPart>) -> String {
    let parts: Vec<_> = parts.iter().map(|part| Printable(part).to_string()).collect();
    parts.join(", ")
}
