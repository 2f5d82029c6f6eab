//! Suggestions: who has to carry one out, and what comes of it.

use super::Part;
use crate::{
    diagnostic::{Findings, ModelPath, Suggestion},
    document::{DocumentError, model_of, patch, value_of},
    ecosystem::Ecosystem,
};

/// A suggestion is not about this ecosystem.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotApplicable {
    /// There is nothing at its place.
    #[error("there is nothing at {0} that the suggestion could be about")]
    NothingThere(ModelPath),
    /// What comes of it is no ecosystem.
    #[error("what comes of the suggestion cannot be read")]
    Unreadable(#[source] DocumentError),
}

impl Findings {
    /// The same findings, each suggestion addressed to the repository that owns its place, and has to make the change. Where
    /// the ecosystem does not declare who that is, to nobody.
    #[must_use]
    pub fn addressed(self, ecosystem: &Ecosystem) -> Self {
        let addressed = self.into_iter().map(|mut finding| {
            if let Some(suggestion) = finding.suggestion_mut() {
                suggestion.addressee = Part::at(&suggestion.path).owner(ecosystem).cloned();
            }
            finding
        });
        addressed.collect()
    }
}

impl Suggestion {
    /// The ecosystem as it would be if the suggestion was followed.
    ///
    /// ```
    /// use datasurface_model::{Ecosystem, InfrastructureVendor, PlatformDeclaration, Validation};
    ///
    /// let on = Validation::on(chrono::NaiveDate::MIN);
    /// let slip = Ecosystem::new("NorthWind", "github:nw/model@main", "github:nw/live@main")
    ///     .vendor(InfrastructureVendor::new("Azure").location("Europe"))
    ///     .platform(PlatformDeclaration::new("Local", "local").located("Azure/Europa"));
    /// let invalid = slip.validate(&on).unwrap_err();
    /// let suggestion = invalid.findings().iter().find_map(|finding| finding.suggestion()).unwrap();
    /// let mended = suggestion.apply(invalid.ecosystem())?;
    /// assert!(mended.validate(&on).is_ok());
    /// # Ok::<(), datasurface_model::change::NotApplicable>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there is nothing at its place: it was made for another ecosystem.
    pub fn apply(&self, ecosystem: &Ecosystem) -> Result<Ecosystem, NotApplicable> {
        let mut document = value_of(ecosystem);
        patch::apply(self, &mut document).ok_or_else(|| NotApplicable::NothingThere(self.path.clone()))?;
        model_of(document).map_err(NotApplicable::Unreadable)
    }
}
