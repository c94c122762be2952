// Written by the build from src/request.rs and src/policy/document.rs. Do not edit.

/** The longest URL and headers together. */
export const MAX_REQUEST_BYTES = 1048576;

/** The longest policy, without white space. */
export const MAX_POLICY_CHARACTERS = 20480;
