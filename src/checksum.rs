//! The checksums that S3 accepts ("Checking object integrity", Amazon S3 user guide), and that of `Content-MD5` (RFC 1864).

use alloc::boxed::Box;
use alloc::vec::Vec;

use crc::{Algorithm, CRC_32_ISCSI, CRC_32_ISO_HDLC, CRC_64_NVME, Crc, Table};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// An unfinished checksum.
pub struct Checksum {
    state: State,
}

/// The CRCs process sixteen bytes a step, the fastest way without special instructions. Their tables of 16 and 32 kB are
/// computed for each checksum in a few microseconds, instead of downloaded.
enum State {
    Crc32(Box<Crc<u32, Table<16>>>, u32),
    Crc64(Box<Crc<u64, Table<16>>>, u64),
    Md5(Md5),
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Checksum {
    /// The checksum with this name of S3, in lower case.
    pub fn new(name: &str) -> Option<Self> {
        let state = match name {
            "crc32" => crc32(&CRC_32_ISO_HDLC),
            "crc32c" => crc32(&CRC_32_ISCSI),
            "crc64nvme" => crc64(),
            "sha1" => State::Sha1(Sha1::new()),
            "sha256" => State::Sha256(Sha256::new()),
            _ => return None,
        };
        Some(Self { state })
    }

    /// The checksum of `Content-MD5`, which S3 does not list among its checksums.
    #[cfg(feature = "verify")]
    pub(crate) fn md5() -> Self {
        Self { state: State::Md5(Md5::new()) }
    }

    /// The length in bytes.
    #[cfg(feature = "verify")]
    pub(crate) fn length(&self) -> usize {
        match &self.state {
            State::Crc32(..) => 4,
            State::Crc64(..) => 8,
            State::Md5(_) => 16,
            State::Sha1(_) => 20,
            State::Sha256(_) => 32,
        }
    }

    /// Adds more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.state {
            // The initial value of `digest_with_initial` is mirrored, like the registers of these three, and the result of
            // `finalize` is inverted.
            State::Crc32(crc, value) => {
                let mut digest = crc.digest_with_initial((*value ^ crc.algorithm.xorout).reverse_bits());
                digest.update(bytes);
                *value = digest.finalize();
            }
            State::Crc64(crc, value) => {
                let mut digest = crc.digest_with_initial((*value ^ crc.algorithm.xorout).reverse_bits());
                digest.update(bytes);
                *value = digest.finalize();
            }
            State::Md5(hash) => hash.update(bytes),
            State::Sha1(hash) => hash.update(bytes),
            State::Sha256(hash) => hash.update(bytes),
        }
    }

    /// The checksum, in network byte order.
    pub fn finish(self) -> Vec<u8> {
        match self.state {
            State::Crc32(_, value) => value.to_be_bytes().to_vec(),
            State::Crc64(_, value) => value.to_be_bytes().to_vec(),
            State::Md5(hash) => hash.finalize().to_vec(),
            State::Sha1(hash) => hash.finalize().to_vec(),
            State::Sha256(hash) => hash.finalize().to_vec(),
        }
    }
}

// The tables are on the stack before they are boxed. Inlined into one function, several would be there at a time, and
// the stack of a wasm module has room for one.

#[inline(never)]
fn crc32(algorithm: &'static Algorithm<u32>) -> State {
    let crc = Box::new(Crc::<u32, Table<16>>::new(algorithm));
    let empty = crc.digest().finalize();
    State::Crc32(crc, empty)
}

#[inline(never)]
fn crc64() -> State {
    let crc = Box::new(Crc::<u64, Table<16>>::new(&CRC_64_NVME));
    let empty = crc.digest().finalize();
    State::Crc64(crc, empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_published_check_values() {
        // Sources: for the CRCs, the catalog of parametrised CRC algorithms (reveng.sourceforge.io); for the hashes, FIPS 180-4,
        // with the same text.
        for (name, expected) in [
            ("crc32", "cbf43926"),
            ("crc32c", "e3069283"),
            ("crc64nvme", "ae8b14860a799888"),
            ("sha1", "f7c3bc1d808e04732adf679965ccc34ca7ae3441"),
            ("sha256", "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"),
        ] {
            for parts in [&["", "1", "2345678", "9"][..], &["123456789"], &["1234", "", "56789"]] {
                let mut checksum = Checksum::new(name).unwrap();
                for part in parts {
                    checksum.update(part.as_bytes());
                }
                assert_eq!(hex::encode(checksum.finish()), expected, "{name}");
            }
            // The checksum of no bytes follows from each definition.
            let empty = Checksum::new(name).unwrap().finish();
            assert_eq!(empty.iter().all(|byte| *byte == 0), name.starts_with("crc"), "{name}");
        }
        assert!(Checksum::new("md5").is_none());
    }

    #[cfg(feature = "verify")]
    #[test]
    fn md5_is_that_of_rfc_1321() {
        let mut checksum = Checksum::md5();
        checksum.update(b"message ");
        checksum.update(b"digest");
        assert_eq!(checksum.length(), 16);
        assert_eq!(hex::encode(checksum.finish()), "f96b697d7cb7938d525a2f31aaf161d0");
    }
}
