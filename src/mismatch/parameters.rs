//! The query, as signers write it and as they should write it.

use alloc::vec::Vec;

use super::pieces::Text;
use super::steps::{Step, spelled};
use crate::canonical::{Entry, sort};
use crate::text::Put;

/// As on the wire; without a value if there is no `=`.
#[derive(Clone, PartialEq)]
pub(crate) struct Parameter {
    pub(crate) name: Text,
    pub(crate) value: Option<Text>,
}

/// A change by a client to the list of its parameters.
#[derive(Clone, Copy)]
pub(crate) enum ListChange {
    Nothing,
    Empty,
    WithoutEmpty,
    WithoutUndefined,
    LastOfEachName,
    FirstOfEachName,
    JoinRepeated,
    SplitAtCommas,
    WithoutBrackets,
    WithBrackets,
    WithIndexes,
    LowerCaseNames,
}

#[derive(Clone)]
pub(crate) enum Order {
    ByNameAndValue,
    AsSent,
    ByWholeText,
    ByName,
    ByNameIgnoringCase,
    ByDecodedName,
    /// Sorted in the order of these names; other parameters come last.
    Listed(Vec<Text>),
}

/// When the `=` of a parameter is left out.
#[derive(Clone, Copy)]
pub(crate) enum WriteForm {
    Nowhere,
    WithoutValue,
    WithEmptyValue,
}

impl ListChange {
    #[inline(never)]
    pub(crate) fn apply(self, mut list: Vec<Parameter>) -> Vec<Parameter> {
        match self {
            Self::Nothing => {}
            Self::Empty => list.clear(),
            Self::WithoutEmpty => list.retain(|it| it.value.as_ref().is_some_and(|value| !value.is_empty())),
            Self::WithoutUndefined => list.retain(|it| it.value.is_some()),
            Self::LastOfEachName => list = joined(list, |known, value| *known = value),
            Self::FirstOfEachName => {
                list.reverse();
                list = joined(list, |known, value| *known = value);
            }
            Self::JoinRepeated => {
                list = joined(list, |known, value| {
                    let mut text = known.take().unwrap_or_default();
                    text.put(b",").put(&value.unwrap_or_default());
                    *known = Some(text);
                });
                list.iter_mut().for_each(|it| it.value = Some(it.value.take().unwrap_or_default()));
            }
            Self::SplitAtCommas => list = list.iter().flat_map(split_at_commas).collect(),
            Self::WithoutBrackets => without_brackets(&mut list),
            Self::WithBrackets => with_brackets(&mut list),
            Self::WithIndexes => with_indexes(&mut list),
            Self::LowerCaseNames => list.iter_mut().for_each(|it| it.name.make_ascii_lowercase()),
        }
        list
    }
}

/// Keeps each name once, at its first place.
fn joined(list: Vec<Parameter>, join: impl Fn(&mut Option<Text>, Option<Text>)) -> Vec<Parameter> {
    let mut kept: Vec<Parameter> = Vec::with_capacity(list.len());
    for next in list {
        match kept.iter_mut().find(|it| it.name == next.name) {
            Some(known) => join(&mut known.value, next.value),
            None => kept.push(next),
        }
    }
    kept
}

fn split_at_commas(parameter: &Parameter) -> Vec<Parameter> {
    let mut parts = Vec::new();
    let mut part = Text::new();
    let mut rest = parameter.value.as_deref().unwrap_or_default();
    loop {
        let tail = match rest {
            [b',', tail @ ..] | [b'%', b'2', b'C' | b'c', tail @ ..] => tail,
            [byte, tail @ ..] => {
                part.push(*byte);
                rest = tail;
                continue;
            }
            [] => break,
        };
        parts.push(core::mem::take(&mut part));
        rest = tail;
    }
    parts.push(part);
    parts.into_iter().map(|value| Parameter { name: parameter.name.clone(), value: Some(value) }).collect()
}

fn without_brackets(list: &mut [Parameter]) {
    for it in list {
        let name = strip_either(&it.name, b"]", b"%5D").map(|inner| {
            let digits = inner.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
            inner.get(..inner.len() - digits).unwrap_or_default()
        });
        if let Some(start) = name.and_then(|inner| strip_either(inner, b"[", b"%5B")) {
            it.name.truncate(start.len());
        }
    }
}

fn strip_either<'a>(text: &'a [u8], plain: &[u8], escape: &[u8]) -> Option<&'a [u8]> {
    text.strip_suffix(plain).or_else(|| {
        let (start, end) = text.split_at_checked(text.len().checked_sub(escape.len())?)?;
        end.eq_ignore_ascii_case(escape).then_some(start)
    })
}

fn with_brackets(list: &mut [Parameter]) {
    without_brackets(list);
    let repeats: Vec<bool> =
        list.iter().map(|it| list.iter().filter(|other| other.name == it.name).nth(1).is_some()).collect();
    for (it, repeats) in list.iter_mut().zip(repeats) {
        if repeats {
            it.name.put(b"[]");
        }
    }
}

fn with_indexes(list: &mut [Parameter]) {
    with_brackets(list);
    let mut counts: Vec<(Text, u32)> = Vec::new();
    for it in list {
        let Some(start) = it.name.strip_suffix(b"[]") else { continue };
        let start = start.to_vec();
        let count = match counts.iter_mut().find(|(name, _)| *name == start) {
            Some((_, count)) => {
                *count += 1;
                *count
            }
            None => {
                counts.push((start.clone(), 0));
                0
            }
        };
        it.name = start;
        it.name.push(b'[');
        push_number(count as usize, &mut it.name);
        it.name.push(b']');
    }
}

/// Writes a list as a canonical query.
#[inline(never)]
pub(crate) fn write(
    mut list: Vec<Parameter>,
    spell: &[Step],
    order: &Order,
    form: WriteForm,
    out: &mut Text,
) {
    for it in &mut list {
        it.name = spelled(&it.name, spell);
        it.value = it.value.take().map(|value| spelled(&value, spell));
    }
    let keys: Vec<Text> = list.iter().map(|it| order.key(it)).collect();
    // Equal keys stay in order.
    let mut entries: Vec<Entry<'_>> =
        keys.iter().enumerate().map(|(order, key)| Entry { key, order, value: b"" }).collect();
    sort(&mut entries);
    for (place, entry) in entries.iter().enumerate() {
        let Some(Parameter { name, value }) = list.get(entry.order) else { continue };
        if place > 0 {
            out.push(b'&');
        }
        out.put(name);
        let is_bare = match form {
            WriteForm::Nowhere => false,
            WriteForm::WithoutValue => value.is_none(),
            WriteForm::WithEmptyValue => value.as_ref().is_none_or(Vec::is_empty),
        };
        if !is_bare {
            out.put(b"=").put(value.as_deref().unwrap_or_default());
        }
    }
}

impl Order {
    /// The sort key. A NUL sorts before every character that can continue a name.
    fn key(&self, parameter: &Parameter) -> Text {
        let Parameter { name, value } = parameter;
        let value = value.as_deref().unwrap_or_default();
        match self {
            Self::ByNameAndValue => [name, &b"\0"[..], value].concat(),
            Self::AsSent => Text::new(),
            Self::ByWholeText => [name, &b"="[..], value].concat(),
            Self::ByName => name.clone(),
            Self::ByNameIgnoringCase => name.to_ascii_lowercase(),
            Self::ByDecodedName => {
                let decoded = |text: &[u8]| spelled(text, &[Step::Decode(Text::new())]);
                [&decoded(name)[..], b"\0", &decoded(value)].concat()
            }
            Self::Listed(names) => {
                let place = names.iter().position(|listed| listed == name).unwrap_or(names.len());
                (place as u32).to_be_bytes().to_vec()
            }
        }
    }
}

pub(crate) fn push_number(number: usize, out: &mut Text) {
    let start = out.len();
    let mut rest = number;
    loop {
        out.push(b'0' + (rest % 10) as u8);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.get_mut(start..).unwrap_or_default().reverse();
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    fn list(query: &str) -> Vec<Parameter> {
        let pair = |part: &str| match part.split_once('=') {
            Some((name, value)) => Parameter { name: name.into(), value: Some(value.into()) },
            None => Parameter { name: part.into(), value: None },
        };
        query.split('&').filter(|part| !part.is_empty()).map(pair).collect()
    }

    fn written(list: Vec<Parameter>, order: &Order, form: WriteForm) -> String {
        let mut out = Text::new();
        write(list, &[], order, form, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn changes_lists_as_clients_do() {
        for (change, before, after) in [
            (ListChange::Empty, "a=1&b", ""),
            (ListChange::WithoutEmpty, "a=1&b=&c", "a=1"),
            (ListChange::WithoutUndefined, "a=1&b=&c", "a=1&b="),
            (ListChange::LastOfEachName, "a=1&b=2&a=3", "a=3&b=2"),
            (ListChange::FirstOfEachName, "a=1&b=2&a=3", "a=1&b=2"),
            (ListChange::JoinRepeated, "a=1&b&a=3&a", "a=1,3,&b="),
            (ListChange::SplitAtCommas, "a=1,2%2c3&b", "a=1&a=2&a=3&b="),
            (ListChange::WithoutBrackets, "a[]=1&b%5B2%5d=2&[x]=3&c]=4", "a=1&b=2&[x]=3&c]=4"),
            (ListChange::WithBrackets, "a=1&a[]=2&b=3", "a[]=1&a[]=2&b=3"),
            (ListChange::WithIndexes, "a=1&a=2&b=3", "a[0]=1&a[1]=2&b=3"),
            (ListChange::LowerCaseNames, "Ab=C", "ab=C"),
        ] {
            let (sorted, form) = (Order::ByName, WriteForm::WithoutValue);
            assert_eq!(
                written(change.apply(list(before)), &sorted, form),
                written(list(after), &sorted, form),
                "{before}"
            );
        }
    }

    #[test]
    fn sorts_and_writes_as_clients_do() {
        let query = "b=2&a-b=1&a=2&B=3&a=1&%61=0&c&d=";
        let names = ["d", "c", "b"].map(|name| name.as_bytes().to_vec()).to_vec();
        for (order, after) in [
            (Order::ByNameAndValue, "%61=0&B=3&a=1&a=2&a-b=1&b=2&c=&d="),
            (Order::AsSent, "b=2&a-b=1&a=2&B=3&a=1&%61=0&c=&d="),
            (Order::ByWholeText, "%61=0&B=3&a-b=1&a=1&a=2&b=2&c=&d="),
            (Order::ByName, "%61=0&B=3&a=2&a=1&a-b=1&b=2&c=&d="),
            (Order::ByNameIgnoringCase, "%61=0&a=2&a=1&a-b=1&b=2&B=3&c=&d="),
            (Order::ByDecodedName, "B=3&%61=0&a=1&a=2&a-b=1&b=2&c=&d="),
            (Order::Listed(names), "d=&c=&b=2&a-b=1&a=2&B=3&a=1&%61=0"),
        ] {
            assert_eq!(written(list(query), &order, WriteForm::Nowhere), after);
        }
        assert_eq!(written(list("c&d="), &Order::AsSent, WriteForm::WithoutValue), "c&d=");
        assert_eq!(written(list("c&d="), &Order::AsSent, WriteForm::WithEmptyValue), "c&d");
    }

    #[test]
    fn writes_numbers() {
        for number in [0, 7, 10, 65_536] {
            let mut out = Text::new();
            push_number(number, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), alloc::format!("{number}"));
        }
    }
}
