//! Policies: a document is passed once and gets a number; a request for a decision is passed as a flat record.
//!
//! The record is a run of UTF-8 fields, each ended by a NUL: the numbers of the policies joined with commas, likewise
//! those of the session, those of the permissions boundary and of the policy of the API, and the caller, which may be empty, the
//! action, the resource, then for each context key the key, the number of its values, and the values. The number of fields
//! is an argument, so no text can smuggle one in: texts that contain a NUL are passed once more, escaped.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::runtime::Single;
use crate::policy::value::{Value, write_string};
use crate::policy::{
    AccessRequest, Context, Decision, Element, Evaluation, Place, Policy, PolicyKind, PolicySet, PolicySets,
    evaluate_policies,
};
use crate::record_flags::policy::{ESCAPED, HAS_PRINCIPAL, IS_ACCESS};

/// An error is a text that says what is wrong with the document.
#[wasm_bindgen]
#[allow(unreachable_pub)] // wasm-bindgen exports it
pub fn parse(document: JsValue, is_of_api: bool, name: &str) -> Result<u32, JsValue> {
    // JavaScript made it from JSON.
    let value: Value = serde_wasm_bindgen::from_value(document)?;
    let kind = if is_of_api { PolicyKind::Resource } else { PolicyKind::Identity };
    let policy = Policy::from_value(&value, kind, name).map_err(|error| JsValue::from_str(error.text()))?;
    Ok(STATE.lend().keep(policy))
}

/// Forgets a policy. Its number may be reused.
#[wasm_bindgen]
#[allow(unreachable_pub)]
pub fn release(number: u32) {
    let mut state = STATE.lend();
    if let Some(slot) = state.policies.get_mut(number as usize)
        && slot.take().is_some()
    {
        state.vacant.push(number);
    }
}

/// The address of the buffer, after it was extended to at least this length. Its old content may be lost.
#[wasm_bindgen]
#[allow(unreachable_pub)]
pub fn reserve(length: usize) -> usize {
    let buffer = &mut STATE.lend().buffer;
    if buffer.len() < length {
        *buffer = alloc::vec![0; length];
    }
    buffer.as_ptr() as usize
}

/// The address of the outcome of an evaluation: see [`Outcome`].
#[wasm_bindgen]
#[allow(unreachable_pub)]
pub fn outcome() -> usize {
    STATE.lend().outcome.as_ptr() as usize
}

/// Evaluates the record in the buffer. Further details replace it, as JSON: returns their length, or one of the
/// negative numbers below.
#[wasm_bindgen]
#[allow(unreachable_pub)]
pub fn evaluate(length: usize, fields: usize, flags: u32) -> i32 {
    let state = &mut *STATE.lend();
    match evaluate_record(
        &state.policies,
        state.buffer.get(..length).unwrap_or_default(),
        fields,
        flags,
        &mut state.outcome,
    ) {
        Ok(details) => {
            let bytes = details.as_bytes();
            if state.buffer.len() < bytes.len() {
                state.buffer = alloc::vec![0; bytes.len()];
            }
            if let Some(start) = state.buffer.get_mut(..bytes.len()) {
                start.copy_from_slice(bytes);
            }
            bytes.len() as i32
        }
        Err(refusal) => refusal,
    }
}

const RECORD_INVALID: i32 = -1;
const ACTION_INVALID: i32 = -2;
const RESOURCE_INVALID: i32 = -3;

static STATE: Single<State> =
    Single::new(State { buffer: Vec::new(), policies: Vec::new(), vacant: Vec::new(), outcome: [0; 14] });

struct State {
    /// Shared with JavaScript.
    buffer: Vec<u8>,
    policies: Vec<Option<Policy>>,
    vacant: Vec<u32>,
    outcome: Outcome,
}

/// The decision, and the kind of policies that decided; then for each kind its own decision, and the places of the policy and the
/// statement that decided (counted from 1; 0 for none).
type Outcome = [u32; 14];

impl State {
    fn keep(&mut self, policy: Policy) -> u32 {
        if let Some(number) = self.vacant.pop()
            && let Some(slot) = self.policies.get_mut(number as usize)
        {
            *slot = Some(policy);
            return number;
        }
        self.policies.push(Some(policy));
        (self.policies.len() - 1) as u32
    }
}

fn evaluate_record(
    policies: &[Option<Policy>],
    record: &[u8],
    fields: usize,
    flags: u32,
    outcome: &mut Outcome,
) -> Result<String, i32> {
    // `TextEncoder` writes UTF-8.
    let text = core::str::from_utf8(record).map_err(|_| RECORD_INVALID)?;
    if text.bytes().filter(|byte| *byte == 0).count() != fields {
        return Err(RECORD_INVALID);
    }
    let unescape = |field| if flags & ESCAPED != 0 { unescaped(field) } else { Cow::Borrowed(field) };
    let mut rest = text.split_terminator('\0').map(unescape);
    let mut next = || rest.next().ok_or(RECORD_INVALID);
    let policy = |number: &str| {
        let number: usize = number.parse().map_err(|_| RECORD_INVALID)?;
        policies.get(number).and_then(Option::as_ref).ok_or(RECORD_INVALID)
    };
    let list = |numbers: &str| -> Result<Vec<&Policy>, i32> {
        numbers.split(',').filter(|number| !number.is_empty()).map(policy).collect()
    };
    let (of_caller, of_session) = (list(&next()?)?, list(&next()?)?);
    let (boundary, of_api) = (list(&next()?)?, list(&next()?)?);
    let (principal, action, resource) = (next()?, next()?, next()?);
    let mut context = Context::default();
    while let Ok(key) = next() {
        let count: usize = next()?.parse().map_err(|_| RECORD_INVALID)?;
        let values = (0..count.min(fields)).map(|_| next()).collect::<Result<Vec<_>, _>>()?;
        context.insert(key, values);
    }
    let request = AccessRequest::new(&action, &resource, &context).map_err(|error| {
        if error.text().starts_with("action") { ACTION_INVALID } else { RESOURCE_INVALID }
    })?;
    let mut details = Details::default();
    if flags & IS_ACCESS != 0 {
        let principal = (flags & HAS_PRINCIPAL != 0).then_some(&*principal);
        let mut sets = PolicySets::new().identity(&of_caller).session(&of_session);
        if let [policy] = boundary[..] {
            sets = sets.permissions_boundary(policy);
        }
        if let [policy] = of_api[..] {
            sets = sets.resource(policy);
        }
        let access = sets.evaluate(principal, &request);
        let kinds = [
            ("identity", Some(access.identity())),
            ("permissionsBoundary", access.permissions_boundary()),
            ("session", access.session()),
            ("resource", Some(access.resource())),
        ];
        let mut verdicts =
            kinds.map(|(name, evaluation)| details.add(name, evaluation)).into_iter().flatten();
        let first = [code(access.decision()), kind(access.decided_by())];
        *outcome = core::array::from_fn(|at| match first.get(at) {
            Some(number) => *number,
            None => verdicts.next().unwrap_or_default(),
        });
    } else {
        let evaluation = evaluate_policies(&of_caller, &request);
        let [decision, policy, statement] = details.add("identity", Some(&evaluation));
        *outcome = [decision, 0, decision, policy, statement, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    }
    Ok(details.finish())
}

/// In a field, `\x010` stands for NUL, and `\x011` for `\x01`.
fn unescaped(field: &str) -> Cow<'_, str> {
    if !field.contains('\u{1}') {
        return Cow::Borrowed(field);
    }
    let mut text = String::with_capacity(field.len());
    let mut chars = field.chars();
    while let Some(char) = chars.next() {
        match char {
            '\u{1}' => text.push(if chars.next() == Some('0') { '\0' } else { '\u{1}' }),
            char => text.push(char),
        }
    }
    Cow::Owned(text)
}

fn code(decision: Decision) -> u32 {
    match decision {
        Decision::Allow => 0,
        Decision::ExplicitDeny => 1,
        Decision::ImplicitDeny => 2,
    }
}

/// Instead of a decision: there are no policies of this kind.
const NOT_ASKED: u32 = 3;

fn kind(set: PolicySet) -> u32 {
    match set {
        PolicySet::Identity => 0,
        PolicySet::PermissionsBoundary => 1,
        PolicySet::Session => 2,
        PolicySet::Resource => 3,
    }
}

/// The details that do not fit into an outcome: `{"identity":{"unevaluated":[…],"nearest":{…}},"resource":{…}}`, or empty.
#[derive(Default)]
struct Details(String);

impl Details {
    /// Returns the decision, and the place of the statement that decided.
    fn add(&mut self, name: &str, evaluation: Option<&Evaluation<'_>>) -> [u32; 3] {
        let Some(evaluation) = evaluation else { return [NOT_ASKED, 0, 0] };
        let mut members = String::new();
        for (index, statement) in evaluation.unevaluated().iter().enumerate() {
            members.push_str(if index == 0 { "\"unevaluated\":[{" } else { ",{" });
            write_place(&statement.place(), &mut members);
            write_text("key", statement.key(), &mut members);
            write_text("reason", statement.reason(), &mut members);
            members.push('}');
        }
        if !members.is_empty() {
            members.push(']');
        }
        if let Some(nearest) = evaluation.nearest() {
            members.push_str(if members.is_empty() { "\"nearest\":{" } else { ",\"nearest\":{" });
            write_place(&nearest.place(), &mut members);
            let element = match nearest.element() {
                Element::Principal => "Principal",
                Element::Action => "Action",
                Element::NotAction => "NotAction",
                Element::Resource => "Resource",
                Element::NotResource => "NotResource",
                Element::Condition { .. } => "Condition",
            };
            write_text("element", element, &mut members);
            if let Element::Condition { operator, key } = nearest.element() {
                write_text("operator", operator, &mut members);
                write_text("key", key, &mut members);
            }
            write_list("expected", nearest.expected(), &mut members);
            write_list("given", nearest.given(), &mut members);
            members.push('}');
        }
        if !members.is_empty() {
            self.0.push_str(if self.0.is_empty() { "{" } else { "," });
            write_string(name, &mut self.0);
            self.0.push_str(":{");
            self.0.push_str(&members);
            self.0.push('}');
        }
        let (policy, statement) = match evaluation.statement() {
            Some(place) => (place.policy() + 1, place.statement() + 1),
            None => (0, 0),
        };
        [code(evaluation.decision()), policy as u32, statement as u32]
    }

    fn finish(mut self) -> String {
        if !self.0.is_empty() {
            self.0.push('}');
        }
        self.0
    }
}

fn write_place(place: &Place<'_>, out: &mut String) {
    out.push_str("\"policy\":");
    out.push_str(&alloc::format!("{},\"statement\":{}", place.policy(), place.statement()));
    if let Some(sid) = place.sid() {
        write_text("sid", sid, out);
    }
}

/// A member after another one.
fn write_text(name: &str, text: &str, out: &mut String) {
    out.push_str(",\"");
    out.push_str(name);
    out.push_str("\":");
    write_string(text, out);
}

fn write_list(name: &str, texts: &[String], out: &mut String) {
    out.push_str(",\"");
    out.push_str(name);
    out.push_str("\":[");
    for (index, text) in texts.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_string(text, out);
    }
    out.push(']');
}
