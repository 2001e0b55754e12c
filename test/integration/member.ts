import { afterAll, beforeAll } from 'vitest';
import { type SiteOptions, TestSite } from './site.ts';

/** One initialised cluster for the tests of this file; each call is a copy of it to work on. */
export function initialisedOnce(base: SiteOptions = {}): (options?: SiteOptions) => TestSite {
  let made: TestSite;
  beforeAll(async () => {
    made = new TestSite(base);
    const { exitCode, stderr } = await made.run(['init']);
    if (exitCode !== 0) throw new Error(stderr);
  });
  afterAll(() => made[Symbol.dispose]());
  return (options = {}) => new TestSite({ ...base, ...options, from: made });
}
