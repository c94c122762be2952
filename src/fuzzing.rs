//! The search for the mistake of a client, as src/wasm/mismatch.rs calls it, natively for the targets of fuzz/.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::mismatch::{Added, Part, Row, Search, pieces};
use crate::verify::{Examination, IncomingRequest, Rejection, Verifier};

/// An unfinished search.
#[allow(missing_debug_implementations)] // a secret is in it
pub struct Trial {
    search: Search,
    count: usize,
}

impl Trial {
    /// A search from the pieces that should have been signed, as a record; `None` if the record is malformed. Without a
    /// signature, each candidate may be the signed one.
    pub fn begin(record: &[u8], signature: Option<[u8; 32]>) -> Option<Self> {
        Some(Self { search: Search::new(pieces(record)?, signature), count: 0 })
    }

    /// Whether the request was signed as it should be.
    pub fn is_right(&mut self) -> bool {
        self.search.is_right()
    }

    /// Tries a change alone. Returns whether it was not tried before, and whether it is found; `None` if the record is
    /// malformed.
    pub fn add(&mut self, record: &[u8], rank: u32, is_combined: bool) -> Option<(bool, bool)> {
        let added = self.search.add(pieces(record)?, rank, is_combined);
        self.count += 1;
        Some((added != Added::Known, added == Added::Found))
    }

    /// Tries every pair, then every triple of likely changes, `budget` blocks at a time. Returns whether any is found.
    pub fn combine(&mut self, budget: u32) -> bool {
        for second in 0..self.count {
            if self.goes_on(|search| search.pairs(second, budget)) {
                return true;
            }
        }
        self.goes_on(|search| search.triples(budget))
    }

    fn goes_on(&mut self, step: impl Fn(&mut Search) -> Row) -> bool {
        loop {
            match step(&mut self.search) {
                Row::Found => return true,
                Row::Done => return false,
                Row::Paused => {}
            }
        }
    }

    /// The numbers of the changes that were found.
    pub fn found(&self) -> &[usize] {
        &self.search.found().changes
    }

    /// The string to sign of the found candidate.
    pub fn string_to_sign(&self) -> &[u8] {
        &self.search.found().string_to_sign
    }

    /// The canonical request with a change; without a change, the correct one.
    pub fn canonical_request(&self, number: Option<usize>) -> Vec<u8> {
        Part::OF_REQUEST.map(|part| self.search.part(number, part)).join(&b'\n')
    }
}

/// The faults of a request, except for its signature.
#[derive(Debug)]
pub struct Examined {
    /// Their names.
    pub problems: Vec<&'static str>,
    /// As sent: name, and value if there is one.
    pub parameters: Vec<(String, Option<String>)>,
    /// As on the wire.
    pub path: String,
    /// Likewise.
    pub query: String,
    /// Each name once.
    pub headers: Vec<String>,
}

/// Examines a request as the search does.
pub fn examine(request: IncomingRequest<'_>, verifier: &Verifier, now: i64) -> Result<Examined, Rejection> {
    let it = Examination::of(request, verifier, now)?;
    let problems = [
        (it.is_scope_right, "scope"),
        (it.is_region_right, "region"),
        (it.is_service_right, "service"),
        (it.is_in_time, "time"),
        (it.is_payload_right, "payload"),
        (it.uncovered_header.is_none(), "header"),
        (it.hosts().len() < 2, "host"),
    ];
    let query = it.query();
    let text = |start: usize, length: usize| query.chars().skip(start).take(length).collect::<String>();
    let parameters = it
        .parameters()
        .into_iter()
        .map(|(start, name, value)| (text(start, name), value.map(|length| text(start + name + 1, length))));
    Ok(Examined {
        problems: problems.into_iter().filter(|(is_right, _)| !is_right).map(|(_, name)| name).collect(),
        parameters: parameters.collect(),
        headers: it.headers().into_iter().map(|(name, _)| name.to_string()).collect(),
        path: it.path().into_owned(),
        query: it.query().into_owned(),
    })
}
