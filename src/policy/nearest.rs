//! Why a request is denied implicitly: which statement came nearest to allowing it.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::document::{Effect, Patterns, Policy, Statement};
use super::evaluate::{Caller, Place, statements};
use super::request::AccessRequest;

/// The statement that came nearest to allowing a request: that with the most elements that match, in the order principal,
/// action, resource, conditions; of several, the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nearest<'p> {
    place: Place<'p>,
    element: Element<'p>,
    expected: &'p [String],
    given: Vec<String>,
}

/// An element of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Element<'p> {
    /// `Principal`
    Principal,
    /// `Action`
    Action,
    /// `NotAction`
    NotAction,
    /// `Resource`
    Resource,
    /// `NotResource`
    NotResource,
    /// A test of `Condition`.
    #[non_exhaustive]
    Condition {
        /// Such as `StringEqualsIfExists`.
        operator: &'p str,
        /// The condition key, as the policy writes it.
        key: &'p str,
    },
}

impl<'p> Nearest<'p> {
    /// Which it is.
    pub fn place(&self) -> Place<'p> {
        self.place
    }

    /// The first of its elements that does not match.
    pub fn element(&self) -> Element<'p> {
        self.element
    }

    /// What the policy has there.
    pub fn expected(&self) -> &'p [String] {
        self.expected
    }

    /// What the request has there: nothing, where a condition key or the caller is missing.
    pub fn given(&self) -> &[String] {
        &self.given
    }
}

pub(super) fn find_nearest<'p>(
    policies: &[&'p Policy],
    request: &AccessRequest<'_>,
    caller: Caller<'_>,
) -> Option<Nearest<'p>> {
    let mut nearest: Option<(usize, Nearest<'p>)> = None;
    for (place, statement) in statements(policies).filter(|(_, statement)| statement.effect == Effect::Allow)
    {
        let Some((rank, element, expected)) = statement.first_mismatch(request, caller) else { continue };
        if nearest.as_ref().is_none_or(|(best, _)| *best < rank) {
            let given = match element {
                Element::Principal => match caller {
                    Caller::Principal { arn, .. } => arn.into_iter().map(String::from).collect(),
                    Caller::Owner => Vec::new(),
                },
                Element::Action | Element::NotAction => alloc::vec![request.action.to_string()],
                Element::Resource | Element::NotResource => alloc::vec![request.resource.to_string()],
                Element::Condition { key, .. } => request.context.texts(key),
            };
            nearest = Some((rank, Nearest { place, element, expected, given }));
        }
    }
    nearest.map(|(_, nearest)| nearest)
}

impl Statement {
    /// How many elements match before it, which it is, and what the policy has there.
    fn first_mismatch(
        &self,
        request: &AccessRequest<'_>,
        caller: Caller<'_>,
    ) -> Option<(usize, Element<'_>, &[String])> {
        if !caller.is_meant(self) {
            return Some((0, Element::Principal, self.principal.as_ref().map(|element| &*element.texts)?));
        }
        let named = |patterns: &Patterns, element, not_element| {
            if patterns.is_excluded { not_element } else { element }
        };
        if !self.action.has_action(request) {
            let element = named(&self.action, Element::Action, Element::NotAction);
            return Some((1, element, &self.action.texts));
        }
        // What cannot be evaluated does not allow either.
        if self.resource.has_resource(request) != Ok(true) {
            let element = named(&self.resource, Element::Resource, Element::NotResource);
            return Some((2, element, &self.resource.texts));
        }
        let condition =
            self.conditions.iter().find(|condition| condition.holds(request.context) != Ok(true))?;
        let element = Element::Condition { operator: &condition.operator, key: &condition.key };
        Some((3, element, &condition.values))
    }
}
