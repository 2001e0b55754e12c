import { describe, expect, test } from 'vitest';
import { CHECKS } from '../../../src/preflight/checks/index.ts';
import { fakeHost, line, podman, probe } from './fake.ts';

const check = (id: string) => {
  const found = CHECKS.find((each) => each.id === id);
  if (!found) throw new Error(`no check ${id}`);
  return found;
};
const rootful = { ...podman, rootless: false };
const allowed = { config: { allowRootful: true } };

describe('engine-found', () => {
  test('says which engine answers', async () =>
    expect(line(await probe(check('engine-found')))).toBe('ok: podman 5.4.2, network pasta, ports not told'));
  test.each([
    ['docker: no answer within 10 s', /^problem: docker: no answer within 10 s → .*install/i],
    ['', /^problem: no Podman, Docker or nerdctl on PATH → /],
  ])('without one it says why (%j)', async (engineProblem, expected) =>
    expect(line(await probe(check('engine-found'), {}, { engine: undefined, engineProblem }))).toMatch(expected),
  );
  test('with the next step of what it found', async () => {
    const found = { engine: undefined, engineProblem: 'docker does not answer', engineNext: 'Start it.' };
    expect(line(await probe(check('engine-found'), {}, found))).toBe('problem: docker does not answer → Start it.');
  });
});

describe('engine-rootless', () => {
  test.each([
    ['a rootless engine is right', {}, /^ok: podman says it is rootless/],
    ['a rootful engine is refused', { engine: rootful }, /^problem: podman says it runs as root.*→ .*--allow-rootful/],
    ['a rootful engine may be allowed', { engine: rootful, ...allowed }, /^ok: .*allowed by your settings/],
    ['without an engine there is nothing to ask', { engine: undefined }, /^skip: /],
  ])('%s', async (_, changes, expected) =>
    expect(line(await probe(check('engine-rootless'), {}, changes))).toMatch(expected),
  );
});

describe('not-root', () => {
  test.each([
    ['an ordinary user is right', {}, {}, /^ok: user alice, uid 1001$/],
    ['root is refused', { uid: 0, user: 'root' }, {}, /^problem: user root, uid 0 → .*ordinary user/],
    ['root is refused with a rootful engine that is allowed', { uid: 0, user: 'root' }, allowed, /^problem: user root/],
  ])('%s', async (_, host, changes, expected) =>
    expect(line(await probe(check('not-root'), host, changes))).toMatch(expected),
  );
});

describe('checks of what rootless engines need', () => {
  const ids = [
    'user-namespaces',
    'apparmor-userns',
    'id-map-tools',
    'subuid',
    'subgid',
    'cgroup-controllers',
    'lingering',
    'user-manager',
  ];
  test.each(ids)('%s is skipped with a rootful engine that is allowed', async (id) =>
    expect(line(await probe(check(id), {}, { engine: rootful, ...allowed }))).toMatch(/^skip: only rootless/),
  );
  test('they are not skipped with one that is refused: one run shows everything', async () =>
    expect(line(await probe(check('subuid'), {}, { engine: rootful }))).toMatch(/^problem: /));
});

test('no check needs a command on a sound host: doctor stays quick', async () => {
  const host = fakeHost({
    stats: { '/usr/bin/newuidmap': { mode: 0o104755, uid: 0 }, '/usr/bin/newgidmap': { mode: 0o104755, uid: 0 } },
  });
  const ran: string[] = [];
  const runner = {
    ...host.runner,
    run: (spec: { file: string }) => (ran.push(spec.file), Promise.reject(new Error('ran'))),
  };
  const { checkInput } = await import('./fake.ts');
  for (const each of CHECKS) await each.probe({ ...checkInput(), host: { ...host, runner } });
  expect(ran).toEqual([]);
});
