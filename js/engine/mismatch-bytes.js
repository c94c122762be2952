// The module `mismatch` itself, a file of its own: most who explain a refusal search for no mistake, and load none of it.

export { compile } from '#module/mismatch';
