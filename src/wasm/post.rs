//! Verifies uploads by HTML form for JavaScript: the form is passed once to find out whose key is needed, and once more with the
//! key and the contents of the policy. JavaScript parses the JSON of the policy, so that the module needs no parser.
//!
//! A record is a run of UTF-8 texts, each ended by a byte that does not occur in UTF-8: region, service, minutes of skew, bucket,
//! length of the file, the number of fields, name and value of each; then the expiry of the policy and its conditions, four texts
//! each. The values of the server follow: the session token, and the key.
#![allow(unreachable_pub, missing_docs)] // wasm-bindgen exports what is `pub`

use alloc::vec::Vec;

use wasm_bindgen::prelude::wasm_bindgen;

use super::buffer::{BUFFER, Failure, finish};
use super::runtime::clear_stack;
use super::verify::{ENGINE, has_key, session_token};
use super::verify_results::stated_post;
use crate::Error;
use crate::record_flags::verify::*;
use crate::text::split;
use crate::verify::{PostForm, UnverifiedPost, Verifier};

/// The statements of the form in the buffer about its signature, after every check that needs no key: see `stated_post`. Returns
/// the result of `finish`.
#[wasm_bindgen]
pub fn begin_post(length: usize, flags: u32, now: f64) -> i32 {
    let mut buffer = BUFFER.lend();
    let outcome = read(buffer.get(..length).unwrap_or_default(), flags, now, &mut |unverified, _| {
        Ok(stated_post(&unverified))
    });
    finish(&mut buffer, outcome, length)
}

/// Whether the policy of the form is signed with the key, and the form complies with it. The result is empty.
#[wasm_bindgen]
pub fn verify_post(
    length: usize,
    flags: u32,
    now: f64,
    token_length: usize,
    key_length: usize,
    expires_at: f64,
) -> i32 {
    let mut buffer = BUFFER.lend();
    let used = length.saturating_add(token_length).saturating_add(key_length);
    let (record, known) = buffer.get(..used).and_then(|all| all.split_at_checked(length)).unwrap_or_default();
    let (token, key) = known.split_at_checked(token_length).unwrap_or_default();
    let expires_at = (flags & HAS_EXPIRY != 0).then_some(expires_at as i64);
    let outcome = read(record, flags, now, &mut |unverified, policy| {
        if flags & UNKNOWN != 0 {
            return Err(unverified.unknown().into());
        }
        unverified.check_token(session_token(token, flags)?, expires_at)?;
        let authorization = unverified.authorization();
        let is_signed = has_key(
            key,
            flags,
            &mut ENGINE.lend().keys,
            authorization.scope().as_bytes(),
            unverified.policy().as_bytes(),
            authorization.signature().as_bytes(),
        )?;
        if !is_signed {
            return Err(unverified.mismatch().into());
        }
        let [expiration, conditions @ ..] = policy else { return Err(Error::RecordInvalid.into()) };
        unverified.check_conditions(expiration, conditions.as_chunks().0)?;
        Ok(Vec::new())
    });
    let status = finish(&mut buffer, outcome, used);
    clear_stack();
    status
}

/// A function for a form, which gets the rest of the record.
type Work<'w> = &'w mut dyn FnMut(UnverifiedPost<'_>, &[&str]) -> Result<Vec<u8>, Failure>;

fn read(record: &[u8], flags: u32, now: f64, work: Work<'_>) -> Result<Vec<u8>, Failure> {
    let texts = record.strip_suffix(&[END]).and_then(str_list);
    let texts = texts.ok_or(Error::RecordInvalid)?;
    let [region, service, minutes, bucket, file_length, count, rest @ ..] = &texts[..] else {
        return Err(Error::RecordInvalid.into());
    };
    let count = count.parse().unwrap_or(usize::MAX).saturating_mul(2);
    let (fields, policy) = rest.split_at_checked(count).ok_or(Error::RecordInvalid)?;
    let fields: Vec<_> = fields.as_chunks().0.iter().map(|[name, value]| (*name, *value)).collect();
    let verifier = Verifier {
        region: (flags & ANY_REGION == 0).then_some((*region).into()),
        service: (flags & ANY_SERVICE == 0).then_some((*service).into()),
        max_skew_minutes: (*minutes).into(),
        ..Verifier::any()
    };
    let file_length = file_length.parse().map_err(|_| Error::RecordInvalid)?;
    let form = PostForm { bucket, fields: &fields, file_length };
    work(verifier.begin_post(form, now as i64)?, policy)
}

fn str_list(texts: &[u8]) -> Option<Vec<&str>> {
    split(texts, END).map(|text| str::from_utf8(text).ok()).collect()
}

/// A byte that does not occur in UTF-8.
const END: u8 = 0xFF;
