//! The signer for Rust users, which threads share without locks.

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;
use core::time::Duration;

use crate::record_flags::{BODY_HASH, PAYLOAD_SIGNED, PAYLOAD_UNSIGNED};
use crate::request::{Input, Settings};
use crate::sha256::to_hex;
use crate::sign::scheme::Scheme;
use crate::sign::{LowLevelSigner, Signed};
use crate::signature::{Signature, Trace};
use crate::{Config, Credentials, Error, Payload, RequestView, Scope, SigV4, Timestamp};

/// Signs requests. A clone shares everything with the original: keep one, and clone it as needed.
///
/// The [`Credentials`] keep the signing keys, so a signature derives none as long as the day, the region and the service stay
/// the same.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use sigv4_wasm::{Config, Credentials, Payload, RequestView, Signer};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None)?;
/// let signer = Signer::new(Config::infer()); // region and service follow from the host
/// let now = SystemTime::now().try_into()?;
///
/// let host = "abc123.execute-api.eu-west-1.amazonaws.com";
/// let request = RequestView::new("POST", host, "/prod/items")
///     .header("content-type", "application/json")
///     .payload(Payload::Bytes(b"{}"));
/// for header in signer.sign(&request, &credentials, now)?.headers() {
///     println!("{}: {}", header.name(), header.value());
/// }
///
/// let request = RequestView::new("GET", "bucket.s3.eu-west-1.amazonaws.com", "/report.pdf");
/// let presigned = signer.presign(&request, &credentials, now, Duration::from_secs(900))?;
/// println!("https://bucket.s3.eu-west-1.amazonaws.com{}", presigned.path_and_query().unwrap_or_default());
/// # Ok::<(), sigv4_wasm::Error>(())
/// ```
pub struct Signer<S: Scheme = SigV4> {
    shared: Arc<Shared<S>>,
}

struct Shared<S: Scheme> {
    config: Config,
    is_deterministic: bool,
    memory: Memory<S>,
}

impl Signer {
    /// Signs with SigV4.
    pub fn new(config: Config) -> Self {
        config.into()
    }
}

impl<S: Scheme> From<Config> for Signer<S> {
    fn from(config: Config) -> Self {
        let shared = Shared { config, is_deterministic: false, memory: Memory::default() };
        Self { shared: Arc::new(shared) }
    }
}

impl<S: Scheme> Signer<S> {
    /// Signs with headers.
    ///
    /// # Errors
    ///
    /// If a part of the request, the credentials or the configuration cannot be signed: see [`Error`].
    pub fn sign(
        &self,
        request: &RequestView<'_>,
        credentials: &Credentials,
        now: Timestamp,
    ) -> Result<Signature, Error> {
        self.make(request, credentials, now, None, self.entropy().as_ref(), |_, signature| signature)
    }

    /// Signs with query parameters, for a request that is sent within `life` of `now`: whole seconds, from 1 to 604800 (seven
    /// days).
    pub fn presign(
        &self,
        request: &RequestView<'_>,
        credentials: &Credentials,
        now: Timestamp,
        life: Duration,
    ) -> Result<Signature, Error> {
        let seconds = Some(seconds_of(life)?);
        self.make(request, credentials, now, seconds, self.entropy().as_ref(), |_, signature| signature)
    }

    /// Signs as [`Signer::sign`] does, and shows every step.
    pub fn trace(
        &self,
        request: &RequestView<'_>,
        credentials: &Credentials,
        now: Timestamp,
    ) -> Result<Trace, Error> {
        self.make(request, credentials, now, None, self.entropy().as_ref(), Trace::of)
    }

    /// Signs as [`Signer::presign`] does, and shows every step.
    pub fn trace_presigned(
        &self,
        request: &RequestView<'_>,
        credentials: &Credentials,
        now: Timestamp,
        life: Duration,
    ) -> Result<Trace, Error> {
        let seconds = Some(seconds_of(life)?);
        self.make(request, credentials, now, seconds, self.entropy().as_ref(), Trace::of)
    }

    /// Signs any text with the key of a scope, such as the string to sign of a chunk, a trailer, an event or a POST policy.
    /// The signature is in hex.
    pub fn sign_text(
        &self,
        text: &[u8],
        credentials: &Credentials,
        scope: &Scope<'_>,
    ) -> Result<String, Error> {
        let signature = S::sign_stored(credentials, &scope.text()?, text, self.entropy().as_ref())?;
        Ok(String::from_utf8(signature.as_ref().to_vec()).unwrap_or_default())
    }

    fn make<T>(
        &self,
        request: &RequestView<'_>,
        credentials: &Credentials,
        now: Timestamp,
        expires_in: Option<u32>,
        entropy: Option<&[u8; 32]>,
        finish: impl FnOnce(&Signed<'_>, Signature) -> T,
    ) -> Result<T, Error> {
        let config = &self.shared.config;
        if config.names_unsignable() {
            return Err(Error::UnsignableHeaderInvalid);
        }
        // It would come out again as it is, and end the request line.
        if [request.path, request.query].iter().any(|part| part.iter().any(u8::is_ascii_control)) {
            return Err(Error::TargetInvalid);
        }
        let hash_text;
        let mut keyword = String::new();
        let mut settings = config.settings();
        let (body, payload_hash): (&[u8], &[u8]) = match request.payload {
            Payload::Bytes(body) => (body, b""),
            Payload::Sha256(hash) => {
                hash_text = to_hex(&hash);
                settings |= BODY_HASH;
                (b"", &hash_text)
            }
            Payload::Unsigned => {
                settings = settings & !PAYLOAD_SIGNED | PAYLOAD_UNSIGNED;
                (b"", b"")
            }
            Payload::Streaming(streaming) => {
                let algorithm = str::from_utf8(S::ALGORITHM).unwrap_or_default();
                keyword.extend(streaming.keyword(algorithm));
                settings &= !(PAYLOAD_SIGNED | PAYLOAD_UNSIGNED);
                (b"", keyword.as_bytes())
            }
        };
        let session_token = credentials.session_token().unwrap_or_default();
        // Hosts are looked up in lower case, and signed as they are sent.
        let (lower_host, with_host);
        let (mut host, mut headers) = (request.host, &request.headers);
        if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
            with_host = request.with_host();
            headers = &with_host;
            lower_host = host.to_ascii_lowercase();
            host = &lower_host;
        }
        let input = Input {
            method: request.method.as_bytes(),
            host: host.as_bytes(),
            path: request.path,
            query: request.query,
            headers,
            body,
            payload_hash,
            access_key_id: credentials.access_key_id().as_bytes(),
            session_token: session_token.as_bytes(),
            region: config.region.as_bytes(),
            service: config.service.as_bytes(),
            settings: Settings(settings),
            signed_headers: config.also_signed.as_bytes(),
            unsignable_headers: config.unsignable.as_bytes(),
        };
        self.shared.memory.lend(|memory| {
            let sign = |scope: &[u8], text: &[u8]| S::sign_stored(credentials, scope, text, entropy);
            memory.sign(&input, now, expires_in, sign, |signed| {
                finish(signed, Signature::of(signed, request.path, session_token))
            })
        })
    }

    fn entropy(&self) -> Option<[u8; 32]> {
        if self.shared.is_deterministic { None } else { S::entropy() }
    }
}

#[cfg(feature = "sigv4a")]
impl Signer<crate::SigV4a> {
    /// Signs with SigV4a: the region of the configuration is a region set.
    ///
    /// ```
    /// use sigv4_wasm::{Config, Credentials, RequestView, Signer};
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None)?;
    /// let signer = Signer::new_sigv4a(Config::new("s3", "us-east-1,us-west-*"));
    /// let request = RequestView::new("GET", "alias.mrap.accesspoint.s3-global.amazonaws.com", "/report.pdf");
    /// let signature = signer.sign(&request, &credentials, "20150830T123600Z".parse()?)?;
    /// assert!(signature.headers().any(|header| header.name() == "x-amz-region-set"));
    /// # Ok::<(), sigv4_wasm::Error>(())
    /// ```
    pub fn new_sigv4a(config: Config) -> Self {
        config.into()
    }

    /// A signer whose signatures are those of RFC 6979, without random bytes: a request that is signed twice has the same
    /// signature. For tests.
    pub fn deterministic(config: Config) -> Self {
        let shared = Shared { config, is_deterministic: true, memory: Memory::default() };
        Self { shared: Arc::new(shared) }
    }

    /// Signs as [`Signer::sign`] does, with random bytes of the caller instead of those of the operating system.
    pub fn sign_hedged(
        &self,
        request: &RequestView<'_>,
        credentials: &Credentials,
        now: Timestamp,
        entropy: &[u8; 32],
    ) -> Result<Signature, Error> {
        self.make(request, credentials, now, None, Some(entropy), |_, signature| signature)
    }

    /// Signs as [`Signer::presign`] does, with random bytes of the caller.
    pub fn presign_hedged(
        &self,
        request: &RequestView<'_>,
        credentials: &Credentials,
        now: Timestamp,
        life: Duration,
        entropy: &[u8; 32],
    ) -> Result<Signature, Error> {
        let seconds = Some(seconds_of(life)?);
        self.make(request, credentials, now, seconds, Some(entropy), |_, signature| signature)
    }
}

impl<S: Scheme> Clone for Signer<S> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone() }
    }
}

impl<S: Scheme> fmt::Debug for Signer<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("config", &self.shared.config).finish_non_exhaustive()
    }
}

fn seconds_of(life: Duration) -> Result<u32, Error> {
    match u32::try_from(life.as_secs()) {
        Ok(seconds) if life.subsec_nanos() == 0 => Ok(seconds),
        _ => Err(Error::ExpiresInvalid),
    }
}

/// Memory in which signatures are made, wiped after each. Without `std` there is no lock, and each takes its own.
struct Memory<S: Scheme> {
    #[cfg(feature = "std")]
    free: std::sync::Mutex<alloc::vec::Vec<LowLevelSigner<S>>>,
    #[cfg(not(feature = "std"))]
    scheme: core::marker::PhantomData<fn() -> S>,
}

impl<S: Scheme> Memory<S> {
    fn lend<T>(&self, work: impl FnOnce(&mut LowLevelSigner<S>) -> T) -> T {
        let mut memory = self.take().unwrap_or_else(LowLevelSigner::empty);
        let done = work(&mut memory);
        self.give_back(memory);
        done
    }

    /// Waits for nobody.
    #[cfg(feature = "std")]
    fn take(&self) -> Option<LowLevelSigner<S>> {
        self.free.try_lock().ok()?.pop()
    }

    #[cfg(feature = "std")]
    fn give_back(&self, memory: LowLevelSigner<S>) {
        if let Ok(mut free) = self.free.try_lock()
            && free.len() < MOST_FREE
        {
            free.push(memory);
        }
    }

    #[cfg(not(feature = "std"))]
    fn take(&self) -> Option<LowLevelSigner<S>> {
        None
    }

    #[cfg(not(feature = "std"))]
    fn give_back(&self, memory: LowLevelSigner<S>) {
        drop(memory);
    }
}

impl<S: Scheme> Default for Memory<S> {
    fn default() -> Self {
        Self {
            #[cfg(feature = "std")]
            free: std::sync::Mutex::default(),
            #[cfg(not(feature = "std"))]
            scheme: core::marker::PhantomData,
        }
    }
}

/// As many as threads that sign at the same moment; each is some kilobytes.
#[cfg(feature = "std")]
const MOST_FREE: usize = 32;
