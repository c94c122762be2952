// The bytes of the module `mismatch`, in a separate file, because most programs that explain a refusal do not search for a mistake.

export { compile } from '#module/mismatch';
