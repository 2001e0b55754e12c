import { describe, expect, it } from 'vitest';
import { says } from './says.ts';
import { IGNORED, TestSite } from './site.ts';

// What up and init do with the checks of doctor before they make anything (join: join.test.ts).

const PROXY = { HTTPS_PROXY: 'http://proxy.example.org:3128', NO_PROXY: '' };
const strict = IGNORED.filter((id) => id !== 'proxies');

describe.each(['up', 'init'])('rkube %s', (verb) => {
  it('stops with 3 on every fatal problem at once, each with its fix and page, and makes nothing', async () => {
    using site = new TestSite();
    const ran = await site.run([verb, '--address', '203.0.113.9'], { env: PROXY, ignore: strict });
    expect(ran).toMatchObject({ exitCode: 3, stdout: '', stderr: says('2 things are in the way') });
    expect(ran.stderr).toMatch(/address: expected: [^]*found: [^]*fix: [^]*page: docs\/doctor\/address\.md/);
    expect(ran.stderr).toMatch(/proxies: expected: [^]*fix: export NO_PROXY=[^]*page: docs\/doctor\/proxies\.md/);
    expect(site.changes()).toEqual([]);
  });

  it('goes on without what is ignored, shows warnings with their page, and of what is right nothing', async () => {
    // This Podman copies layers.
    using site = new TestSite({ profiles: ['podman-4.3.1'] });
    const ran = await site.run([verb, '--ignore', 'proxies'], { env: PROXY, ignore: strict });
    expect(ran).toMatchObject({
      exitCode: 0,
      stderr: says(/engine-storage: .*driver vfs.*docs\/doctor\/engine-storage\.md/),
    });
    expect(ran.stderr).not.toMatch(/proxies|engine-found|engine-version/);
  });
});
