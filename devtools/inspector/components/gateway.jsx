export function Gateway() {
  return null;
}
