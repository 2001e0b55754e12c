/** Numbers of a version, as far as they go: `26.1.5+dfsg1` and `v26.1.5` are 26, 1 and 5. */
function numbers(version: string): number[] {
  return (/\d+(\.\d+)*/.exec(version)?.[0] ?? '').split('.').filter(Boolean).map(Number);
}

/** Whether a version comes before another one; one without numbers, or one that is as far as it goes equal, does not. */
export function isOlder(version: string, than: string): boolean {
  const [a, b] = [numbers(version), numbers(than)];
  const at = b.findIndex((part, index) => part !== (a[index] ?? 0));
  return a.length > 0 && at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
}
