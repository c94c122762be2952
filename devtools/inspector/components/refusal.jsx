export function Refusal() {
  return null;
}
