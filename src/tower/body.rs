//! Reading a body, up to a limit.

use alloc::vec::Vec;
use core::pin::pin;

use bytes::Buf;
use http_body::Body;
use http_body_util::BodyExt;

/// Why a body was not read.
pub(super) enum BodyError<E> {
    TooLong,
    Failed(E),
}

/// The whole body, without its trailers.
pub(super) async fn read<B: Body>(body: B, limit: usize) -> Result<Vec<u8>, BodyError<B::Error>> {
    let mut body = pin!(body);
    let expected = body.size_hint().exact().and_then(|length| usize::try_from(length).ok());
    if expected.is_some_and(|length| length > limit) {
        return Err(BodyError::TooLong);
    }
    let mut bytes = Vec::with_capacity(expected.unwrap_or_default());
    while let Some(frame) = body.frame().await {
        let Ok(mut data) = frame.map_err(BodyError::Failed)?.into_data() else { continue };
        if data.remaining() > limit - bytes.len() {
            return Err(BodyError::TooLong);
        }
        while data.has_remaining() {
            let chunk = data.chunk();
            bytes.extend_from_slice(chunk);
            let length = chunk.len();
            data.advance(length);
        }
    }
    Ok(bytes)
}
