//! The signed text of a candidate, in parts that are written from its pieces.

use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::keys::KeyForm;
use super::parameters::{ListChange, Order, Parameter, WriteForm, push_number, write};
use super::pieces::{LineForm, Part, Payload, Piece, Text};
use super::steps::spelled;
use crate::text::Put;

/// The pieces that should have been signed.
pub(super) struct Base {
    /// The pieces that occur once.
    pieces: Vec<Piece>,
    parameters: Vec<Option<Parameter>>,
    /// In the order of their names.
    headers: Vec<(Text, Text)>,
    scope: [Text; 6],
    key: [Zeroizing<Text>; 6],
    /// Whether another body has another header, too.
    pub(super) signs_length: bool,
}

impl Base {
    /// Parameters come in order, headers in the order of their names.
    pub(super) fn new(all: Vec<Piece>) -> Self {
        let (mut pieces, mut parameters, mut headers) = (Vec::new(), Vec::new(), Vec::new());
        let (mut scope, mut key) = (<[Text; 6]>::default(), <[Zeroizing<Text>; 6]>::default());
        for piece in all {
            match piece {
                Piece::Parameter(_, parameter) => parameters.push(parameter),
                Piece::Header(name, value) => headers.push((name, value.unwrap_or_default())),
                Piece::Scope(number, text) => set(&mut scope, number, text),
                Piece::Key(number, text) => set(&mut key, number, text),
                other => pieces.push(other),
            }
        }
        let mut base = Self { pieces, parameters, headers, scope, key, signs_length: false };
        base.signs_length = View::of(&base).header_names().iter().any(|name| name == CONTENT_LENGTH);
        base
    }

    fn header(&self, name: &[u8]) -> Option<&[u8]> {
        let at = self.headers.binary_search_by(|(known, _)| known.as_slice().cmp(name)).ok()?;
        self.headers.get(at).map(|(_, value)| &value[..])
    }
}

fn set<T>(fields: &mut [T], number: usize, value: T) {
    if let Some(field) = fields.get_mut(number) {
        *field = value;
    }
}

/// The pieces of a candidate: if several layers have a piece, the first layer counts; the base comes last.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    base: &'a Base,
    layers: [&'a [Piece]; 3],
}

impl<'a> View<'a> {
    pub(super) fn of(base: &'a Base) -> Self {
        Self { base, layers: [&[]; 3] }
    }

    pub(super) fn with(base: &'a Base, layers: [&'a [Piece]; 3]) -> Self {
        Self { base, layers }
    }

    /// A part as text: of the canonical request, or the start of the string to sign.
    pub(super) fn part(&self, part: Part) -> Text {
        match part {
            Part::Method => self.text(|piece| match piece {
                Piece::Method(text) => Some(text),
                _ => None,
            }),
            Part::Path => self.path(),
            Part::Query => self.query(),
            Part::Headers => self.headers(),
            Part::Payload => self.payload().map(|payload| payload.line.clone()).unwrap_or_default(),
            Part::Scope => self.scope(),
            Part::Key => Text::new(), // no text: see `key`
        }
    }

    /// The inputs of the key derivation: the start of the first step, then the names.
    pub(super) fn key(&self) -> ([&'a [u8]; 6], KeyForm) {
        let mut inputs = self.base.key.each_ref().map(|text| &text[..]);
        let mut form = KeyForm::Bytes;
        for piece in self.layers.into_iter().flatten() {
            match piece {
                Piece::Key(number, text) => set(&mut inputs, *number, text),
                Piece::KeyForm(changed) => form = *changed,
                _ => {}
            }
        }
        (inputs, form)
    }

    #[inline(never)]
    fn path(&self) -> Text {
        let wire = self.find(|piece| match piece {
            Piece::WirePath(spelling) => Some(spelling),
            _ => None,
        });
        let normalize = self.find(|piece| match piece {
            Piece::NormalizePath(steps) => Some(&steps[..]),
            _ => None,
        });
        let spell = self.find(|piece| match piece {
            Piece::SpellPath(steps) => Some(&steps[..]),
            _ => None,
        });
        let wire = wire.map(|spelling| spelling.spelled()).unwrap_or_default();
        spelled(&spelled(&wire, normalize.unwrap_or_default()), spell.unwrap_or_default())
    }

    #[inline(never)]
    fn query(&self) -> Text {
        let mut list: Vec<Parameter> = Vec::with_capacity(self.base.parameters.len());
        for (number, sent) in self.base.parameters.iter().enumerate() {
            let changed = self.find_changed(|piece| match piece {
                Piece::Parameter(changed, parameter) if *changed == number => Some(parameter),
                _ => None,
            });
            list.extend(changed.unwrap_or(sent).clone());
        }
        let more = self.find(|piece| match piece {
            Piece::AddToQuery(more) => Some(&more[..]),
            _ => None,
        });
        list.extend_from_slice(more.unwrap_or_default());
        let change = self.find(|piece| match piece {
            Piece::ChangeQuery(change) => Some(*change),
            _ => None,
        });
        let spell = self.find(|piece| match piece {
            Piece::SpellQuery(steps) => Some(&steps[..]),
            _ => None,
        });
        let order = self.find(|piece| match piece {
            Piece::OrderQuery(order) => Some(order),
            _ => None,
        });
        let form = self.find(|piece| match piece {
            Piece::WriteQuery(form) => Some(*form),
            _ => None,
        });
        let mut out = Text::new();
        write(
            change.unwrap_or(ListChange::Nothing).apply(list),
            spell.unwrap_or_default(),
            order.unwrap_or(&Order::ByNameAndValue),
            form.unwrap_or(WriteForm::Nowhere),
            &mut out,
        );
        out
    }

    #[inline(never)]
    fn headers(&self) -> Text {
        let form = self.find(|piece| match piece {
            Piece::HeaderLine(form) => Some(*form),
            _ => None,
        });
        let mut out = Text::new();
        let mut separator: &[u8] = b"";
        for name in self.header_names() {
            let changed = self.find_changed(|piece| match piece {
                Piece::Header(changed, value) if changed == name => Some(value.as_deref()),
                _ => None,
            });
            // No signer signs a header without a value.
            let Some(value) = changed.unwrap_or_else(|| self.base.header(name)) else { continue };
            out.put(separator);
            separator = b"\n";
            match form.unwrap_or(LineForm::Canonical) {
                LineForm::Canonical => out.put(name).put(b":"),
                LineForm::CapitalNames => {
                    let start = out.len();
                    out.put(name).put(b":");
                    capitalize(out.get_mut(start..).unwrap_or_default());
                    &mut out
                }
                LineForm::SpaceAfterColon => out.put(name).put(b": "),
            };
            match self.payload().and_then(|payload| payload.length) {
                Some(length) if name == CONTENT_LENGTH => push_number(length, &mut out),
                _ => {
                    out.put(value);
                }
            }
        }
        let gap = self.find(|piece| match piece {
            Piece::HeaderGap(gap) => Some(&gap[..]),
            _ => None,
        });
        out.put(b"\n").put(gap.unwrap_or_default());
        let listed = self.find(|piece| match piece {
            Piece::SignedHeaders(names) => Some(&names[..]),
            _ => None,
        });
        for (order, name) in listed.unwrap_or_default().iter().enumerate() {
            out.put(if order == 0 { b"" } else { b";" }).put(name);
        }
        out
    }

    fn header_names(&self) -> &'a [Text] {
        let names = self.find(|piece| match piece {
            Piece::HeaderNames(names) => Some(&names[..]),
            _ => None,
        });
        names.unwrap_or_default()
    }

    fn payload(&self) -> Option<&'a Payload> {
        self.find(|piece| match piece {
            Piece::Payload(payload) => Some(payload),
            _ => None,
        })
    }

    #[inline(never)]
    fn scope(&self) -> Text {
        let mut fields = self.base.scope.each_ref().map(|text| &text[..]);
        for piece in self.layers.into_iter().flatten() {
            if let Piece::Scope(number, text) = piece {
                set(&mut fields, *number, text);
            }
        }
        let [algorithm, time, names @ ..] = fields;
        let mut out = Text::with_capacity(128);
        out.put(algorithm).put(b"\n").put(time).put(b"\n");
        let mut separator: &[u8] = b"";
        for name in names.into_iter().filter(|name| !name.is_empty()) {
            out.put(separator).put(name);
            separator = b"/";
        }
        out
    }

    fn text(&self, of: impl Fn(&'a Piece) -> Option<&'a Text>) -> Text {
        self.find(of).cloned().unwrap_or_default()
    }

    fn find<T>(&self, of: impl Fn(&'a Piece) -> Option<T>) -> Option<T> {
        self.find_changed(&of).or_else(|| self.base.pieces.iter().find_map(of))
    }

    fn find_changed<T>(&self, of: impl Fn(&'a Piece) -> Option<T>) -> Option<T> {
        self.layers.into_iter().flatten().find_map(of)
    }
}

/// Capitalizes the first letter, and those after a hyphen.
fn capitalize(name: &mut [u8]) {
    let mut is_first = true;
    for byte in name {
        if is_first {
            byte.make_ascii_uppercase();
        }
        is_first = *byte == b'-';
    }
}

const CONTENT_LENGTH: &[u8] = b"content-length";
