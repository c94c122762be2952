//! The memory for one signature: texts, one after the other, and lists of entries to sort.
//!
//! Nothing in it is freed or moved. The next signature begins at the start again.

use core::mem::take;

use crate::Error;
use crate::canonical::Entry;
use crate::sha256::write_hex;
use crate::text::{Put, copy_inline};

/// The rest of that memory, and the text that is being written at its start.
pub(crate) struct Arena<'m> {
    rest: &'m mut [u8],
    /// The length of the text so far.
    length: usize,
    /// The offset of the text in the whole memory.
    start: usize,
    lists: Lists<'m>,
    is_full: bool,
}

/// Where lists are.
pub(crate) enum Lists<'m> {
    /// In separate memory.
    In(&'m mut [Entry<'m>]),
    /// In the memory of the arena, because there is no heap.
    #[cfg_attr(not(all(target_arch = "wasm32", feature = "engine")), allow(dead_code))]
    Carved(Carve),
}

/// Takes the end of a memory for this many entries, and leaves the rest.
pub(crate) type Carve = for<'m> fn(&'m mut [u8], usize) -> Option<(&'m mut [u8], &'m mut [Entry<'m>])>;

#[cfg_attr(not(all(target_arch = "wasm32", feature = "engine")), allow(dead_code))] // what only these need
impl<'m> Arena<'m> {
    pub(crate) fn new(memory: &'m mut [u8], lists: Lists<'m>) -> Self {
        Self { rest: memory, length: 0, start: 0, lists, is_full: false }
    }

    /// Without lists.
    pub(crate) fn of_texts(memory: &'m mut [u8]) -> Self {
        Self::new(memory, Lists::In(&mut []))
    }

    /// An arena after the first bytes of a memory, which already hold texts; also returns these bytes.
    pub(crate) fn behind(memory: &'m mut [u8], used: usize) -> (&'m [u8], Self) {
        let (written, rest) = memory.split_at_mut_checked(used).unwrap_or_default();
        (written, Self { start: written.len(), ..Self::of_texts(rest) })
    }

    /// Ends the text. The next write starts another one.
    #[inline(never)]
    pub(crate) fn finish(&mut self) -> (&'m [u8], Span) {
        let (text, rest) = take(&mut self.rest).split_at_mut_checked(self.length).unwrap_or_default();
        let span = Span { start: self.start, end: self.used() };
        self.rest = rest;
        self.start = span.end;
        self.length = 0;
        (text, span)
    }

    /// A list with room for this many entries, or for fewer if the memory is too short.
    pub(crate) fn list(&mut self, most: usize) -> List<'m> {
        let room = match &mut self.lists {
            Lists::In(entries) => {
                let entries = take(entries);
                let most = most.min(entries.len());
                let (room, rest) = entries.split_at_mut_checked(most).unwrap_or_default();
                self.lists = Lists::In(rest);
                room
            }
            Lists::Carved(carve) => match carve(take(&mut self.rest), most) {
                Some((rest, room)) => {
                    self.rest = rest;
                    room
                }
                None => {
                    self.is_full = true;
                    &mut []
                }
            },
        };
        List { room, length: 0, is_full: false }
    }

    /// The number of bytes written, from the start of the memory.
    pub(crate) fn used(&self) -> usize {
        self.start + self.length
    }

    /// Whether a text was cut off because there was no room for it.
    pub(crate) fn is_full(&self) -> bool {
        self.is_full
    }
}

impl Put for Arena<'_> {
    #[inline(never)]
    fn put(&mut self, text: &[u8]) -> &mut Self {
        let room = self.rest.get_mut(self.length..).unwrap_or_default();
        if room.len() < text.len() {
            self.is_full = true;
            return self;
        }
        copy_inline(text, room);
        self.length += text.len();
        self
    }

    fn put_hex(&mut self, digest: &[u8; 32]) {
        match self.rest.get_mut(self.length..).and_then(|room| room.get_mut(..64)) {
            Some(room) => {
                write_hex(digest, room);
                self.length += 64;
            }
            None => self.is_full = true,
        }
    }

    fn written(&self) -> &[u8] {
        self.rest.get(..self.length).unwrap_or_default()
    }

    fn written_mut(&mut self) -> &mut [u8] {
        self.rest.get_mut(..self.length).unwrap_or_default()
    }

    fn shorten(&mut self, length: usize) {
        self.length = self.length.min(length);
    }

    fn lengthen(&mut self, most: usize) {
        let length = self.rest.len().min(self.length + most);
        self.rest.get_mut(self.length..length).unwrap_or_default().fill(0);
        self.length = length;
    }

    fn overflow(&mut self) {
        self.is_full = true;
    }
}

/// The place of a text in the memory of an arena. It outlives the arena itself.
#[derive(Clone, Copy, Default)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Span {
    #[inline(never)]
    pub(crate) fn of(self, memory: &[u8]) -> &[u8] {
        memory.get(self.start..self.end).unwrap_or_default()
    }

    pub(crate) fn of_mut(self, memory: &mut [u8]) -> &mut [u8] {
        memory.get_mut(self.start..self.end).unwrap_or_default()
    }

    /// A part of this text.
    pub(crate) fn part(self, (start, end): (usize, usize)) -> Self {
        Self { start: self.start + start, end: self.start + end }
    }
}

/// Entries to be sorted.
pub(crate) struct List<'m> {
    room: &'m mut [Entry<'m>],
    length: usize,
    is_full: bool,
}

impl<'m> List<'m> {
    #[inline(never)]
    pub(crate) fn add(&mut self, key: &'m [u8], order: usize, value: &'m [u8]) {
        match self.room.get_mut(self.length) {
            Some(entry) => {
                *entry = Entry { key, order, value };
                self.length += 1;
            }
            None => self.is_full = true,
        }
    }

    /// The entries added. Fails if there was no room for all of them.
    pub(crate) fn finish(self) -> Result<&'m mut [Entry<'m>], Error> {
        if self.is_full {
            return Err(Error::LimitExceeded);
        }
        Ok(self.room.get_mut(..self.length).unwrap_or_default())
    }
}
