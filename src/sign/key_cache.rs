//! Signing keys by credentials and scope, for the wasm modules: Rust users have keys in their credentials.

use alloc::vec::Vec;
use core::marker::PhantomData;

use zeroize::Zeroize;

use super::key::key_block;
use super::scheme::private::Scheme;
use crate::Error;
use crate::sha256::{INITIAL, State, compress};
use crate::text::ShortText;

/// The number of signing keys kept; the least recently used is dropped first. A process rarely signs for more than a few
/// credentials, regions and services at a time; 64 keys are about 20 kB.
pub(crate) const KEY_CACHE_CAPACITY: usize = 64;

/// Signing keys by credentials and scope.
///
/// Keys do not move within the table, so that no copy is left behind.
pub(crate) struct KeyCache<S: Scheme, T = Vec<Slot<<S as Scheme>::Key>>> {
    slots: T,
    clock: u64,
    derived: u64,
    scheme: PhantomData<S>,
}

/// A table of keys.
pub(crate) trait Slots<K> {
    /// A table without keys.
    const FREE: Self;

    fn all(&mut self) -> &mut [Slot<K>];

    /// Gives the table its final size.
    fn allocate(&mut self) {}
}

/// On the heap, allocated with the first key.
impl<K> Slots<K> for Vec<Slot<K>> {
    const FREE: Self = Vec::new();

    fn all(&mut self) -> &mut [Slot<K>] {
        self
    }

    fn allocate(&mut self) {
        if self.is_empty() {
            self.resize_with(KEY_CACHE_CAPACITY, || Slot::FREE);
        }
    }
}

/// Without a heap.
impl<K> Slots<K> for [Slot<K>; KEY_CACHE_CAPACITY] {
    const FREE: Self = [const { Slot::FREE }; KEY_CACHE_CAPACITY];

    fn all(&mut self) -> &mut [Slot<K>] {
        self
    }
}

/// Holds a key, or is free. Wiped on drop, like the key.
pub(crate) struct Slot<K> {
    key: Option<K>,
    /// The caller's number for the credentials; 0 for none.
    credentials_id: u64,
    /// Distinguishes secrets without storing them.
    fingerprint: State,
    /// See [`Scheme::key_name`]. A key whose name is too long is never found, so it is derived each time.
    name: ShortText<128>,
    last_used: u64,
}

impl<K> Slot<K> {
    const FREE: Self = Self {
        key: None,
        credentials_id: 0,
        fingerprint: NO_FINGERPRINT,
        name: ShortText::none(),
        last_used: 0,
    };
}

impl<K> Drop for Slot<K> {
    fn drop(&mut self) {
        self.fingerprint.zeroize();
    }
}

impl<S: Scheme, T: Slots<S::Key>> KeyCache<S, T> {
    pub(crate) const fn new() -> Self {
        Self { slots: T::FREE, clock: 0, derived: 0, scheme: PhantomData }
    }

    /// The place of the key with this name, for [`KeyCache::key`] until the next call of this. A caller that numbers its
    /// credentials (never reusing a number, never 0) can omit the secret as long as the key is cached.
    pub(crate) fn find(
        &mut self,
        credentials_id: u64,
        secret: Option<&[u8]>,
        name: &[u8],
    ) -> Result<usize, Error> {
        let known = match credentials_id {
            0 => None,
            _ => self.position(name, credentials_id, &NO_FINGERPRINT),
        };
        let index = match known {
            Some(index) => index,
            None => self.insert(credentials_id, secret.ok_or(Error::SigningKeyMissing)?, name)?,
        };
        self.clock += 1;
        if let Some(slot) = self.slots.all().get_mut(index) {
            slot.credentials_id = credentials_id;
            slot.last_used = self.clock;
        }
        Ok(index)
    }

    pub(crate) fn key(&mut self, index: usize) -> Result<&mut S::Key, Error> {
        let slot = self.slots.all().get_mut(index);
        slot.and_then(|slot| slot.key.as_mut()).ok_or(Error::SigningKeyMissing)
    }

    /// How many keys were derived so far.
    #[cfg(any(test, feature = "engine"))]
    pub(crate) fn derived(&self) -> u64 {
        self.derived
    }

    #[cfg(any(test, feature = "engine"))]
    pub(crate) fn clear(&mut self) {
        self.free(&|_| true);
    }

    /// Forgets the keys of a secret.
    #[cfg(any(test, feature = "engine"))]
    pub(crate) fn forget(&mut self, secret: &[u8]) {
        let fingerprint = fingerprint(secret);
        self.free(&|slot| slot.fingerprint == fingerprint);
    }

    #[cfg(any(test, feature = "engine"))]
    fn free(&mut self, is_unwanted: &dyn Fn(&Slot<S::Key>) -> bool) {
        for slot in self.slots.all() {
            if is_unwanted(slot) {
                *slot = Slot::FREE;
            }
        }
    }

    /// Where the key of a name is, of credentials with this number or with this fingerprint.
    #[inline(never)]
    fn position(&mut self, name: &[u8], credentials_id: u64, fingerprint: &State) -> Option<usize> {
        self.slots.all().iter().position(|slot| {
            (slot.credentials_id == credentials_id || slot.fingerprint == *fingerprint) && slot.name.is(name)
        })
    }

    /// The same credentials under another number share a key; otherwise one is derived.
    fn insert(&mut self, credentials_id: u64, secret: &[u8], name: &[u8]) -> Result<usize, Error> {
        let fingerprint = fingerprint(secret);
        let known = self.position(name, NO_NUMBER, &fingerprint);
        let key = match known.and_then(|index| self.slots.all().get_mut(index)) {
            // Unnumbered credentials use any key, and leave theirs to the first that has a number.
            Some(slot) if credentials_id == 0 || slot.credentials_id == 0 => {
                slot.credentials_id = credentials_id.max(slot.credentials_id);
                return known.ok_or(Error::SigningKeyMissing);
            }
            // Two numbers for the same credentials each have a slot, so that neither takes it from the other.
            Some(slot) => slot.key.clone(),
            None => {
                let key = S::derive(secret, name)?;
                self.derived += 1;
                Some(key)
            }
        };
        self.slots.allocate();
        // One that is free, or that of the key which was not used for the longest time.
        let oldest = self.slots.all().iter().enumerate().min_by_key(|(_, slot)| slot.last_used);
        let index = oldest.map_or(0, |(index, _)| index);
        if let Some(slot) = self.slots.all().get_mut(index) {
            slot.key = key;
            slot.credentials_id = credentials_id;
            slot.fingerprint = fingerprint;
            slot.name.set(name);
        }
        Ok(index)
    }
}

/// Those of no credentials.
const NO_NUMBER: u64 = u64::MAX;
const NO_FINGERPRINT: State = [0; 8];

/// One compression of SHA-256 of a secret. The prefix keeps it apart from everything that SigV4 derives from it.
fn fingerprint(secret: &[u8]) -> State {
    let mut state = INITIAL;
    compress(&mut state, &key_block(b"fingerprint\0", secret));
    state
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::ToString;

    use super::*;
    use crate::SigV4;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    impl<S: Scheme, T: Slots<S::Key>> KeyCache<S, T> {
        fn get(
            &mut self,
            credentials_id: u64,
            secret: Option<&[u8]>,
            name: &[u8],
        ) -> Result<&mut S::Key, Error> {
            let index = self.find(credentials_id, secret, name)?;
            self.key(index)
        }

        fn count(&mut self) -> usize {
            self.slots.all().iter().filter(|slot| slot.key.is_some()).count()
        }
    }

    fn scope(region: &str) -> Vec<u8> {
        format!("20150830/{region}/iam/aws4_request").into_bytes()
    }

    #[test]
    fn one_derivation_serves_many_signatures() {
        let mut cache = KeyCache::<SigV4>::new();
        for _ in 0..3 {
            cache.get(1, Some(SECRET.as_bytes()), &scope("us-east-1")).unwrap();
        }
        cache.get(1, None, &scope("us-east-1")).unwrap();
        cache.get(0, Some(SECRET.as_bytes()), &scope("us-east-1")).unwrap(); // unnumbered, equal credentials
        assert_eq!(cache.derived(), 1);
    }

    #[test]
    fn two_numbers_for_equal_credentials_do_not_take_the_key_from_each_other() {
        let mut cache = KeyCache::<SigV4>::new();
        for credentials_id in [0, 1, 2] {
            cache.get(credentials_id, Some(SECRET.as_bytes()), &scope("us-east-1")).unwrap();
        }
        for credentials_id in [1, 2, 1, 2] {
            cache.get(credentials_id, None, &scope("us-east-1")).unwrap();
        }
        assert_eq!((cache.derived(), cache.count()), (1, 2));
    }

    #[test]
    fn never_answers_with_the_key_of_other_credentials_or_scopes() {
        let mut cache = KeyCache::<SigV4>::new();
        let first = cache.get(1, Some(SECRET.as_bytes()), &scope("us-east-1")).unwrap().sign(b"x");
        let other_secret = cache.get(2, Some(b"another"), &scope("us-east-1")).unwrap().sign(b"x");
        let other_region = cache.get(1, Some(SECRET.as_bytes()), &scope("eu-west-1")).unwrap().sign(b"x");
        assert!(first != other_secret && first != other_region);
        assert_eq!(cache.get(3, None, &scope("us-east-1")).map(|_| ()), Err(Error::SigningKeyMissing));
        assert_eq!(cache.get(0, None, &scope("us-east-1")).map(|_| ()), Err(Error::SigningKeyMissing));
    }

    #[test]
    fn forgets_the_keys_of_one_secret_and_no_others() {
        let mut cache = KeyCache::<SigV4>::new();
        for (credentials_id, secret) in [(0, SECRET), (1, SECRET), (2, "another")] {
            cache.get(credentials_id, Some(secret.as_bytes()), &scope("us-east-1")).unwrap();
            cache.get(credentials_id, Some(secret.as_bytes()), &scope("eu-west-1")).unwrap();
        }
        cache.forget(SECRET.as_bytes());
        assert_eq!(cache.count(), 2);
        assert_eq!(cache.get(1, None, &scope("us-east-1")).map(|_| ()), Err(Error::SigningKeyMissing));
        cache.get(2, None, &scope("us-east-1")).unwrap();
    }

    #[test]
    fn no_key_moves() {
        let mut cache = KeyCache::<SigV4>::new();
        let mut place = |n: u64| {
            let key: *const _ = cache.get(n, Some(n.to_string().as_bytes()), &scope("us-east-1")).unwrap();
            key
        };
        let first = place(1);
        for n in 2..=KEY_CACHE_CAPACITY as u64 {
            place(n);
            assert_eq!(place(1), first);
        }
    }

    #[test]
    fn is_bounded_and_forgets_the_least_recently_used_first() {
        let mut cache = KeyCache::<SigV4>::new();
        let mut get = |n, secret: Option<&str>| {
            cache.get(1, secret.map(str::as_bytes), &scope(&format!("region-{n}"))).map(|_| ())
        };
        for n in 0..KEY_CACHE_CAPACITY {
            get(n, Some(SECRET)).unwrap();
        }
        get(0, None).unwrap(); // now 1 is the oldest
        get(1000, Some(SECRET)).unwrap();
        get(0, None).unwrap();
        assert_eq!(get(1, None), Err(Error::SigningKeyMissing));
        assert_eq!(cache.count(), KEY_CACHE_CAPACITY);
    }
}
