// Written by the build from src/request.rs. Do not edit.

/** The longest URL and headers together. */
export const MAX_REQUEST_BYTES = 1048576;
