import { describe, expect, it } from 'vitest';
import { collect, known } from '../../../../src/cluster/support/collect.ts';
import { hostSources } from '../../../../src/cluster/support/host-sources.ts';
import { CONTROL_PLANE, KUBERNETES, NODE } from '../../../../src/cluster/support/node-sources.ts';
import { result } from '../../engine/support.ts';
import { fakeHost } from '../../preflight/fake.ts';
import { leaked, PLANTED, SECRETS } from './secrets.ts';

const SOURCES = [...hostSources(fakeHost(), 'rkube-rkube-host1.service'), ...NODE, ...CONTROL_PLANE, ...KUBERNETES];

describe('what a bundle collects', () => {
  it('holds no secret, whatever any of its commands says', async () => {
    expect(leaked(PLANTED)).toHaveLength(SECRETS.length);
    for (const exitCode of [0, 1]) {
      const entries = await collect(SOURCES, async () => result({ exitCode, stdout: PLANTED, stderr: PLANTED }));
      expect(entries).toHaveLength(SOURCES.length);
      for (const entry of entries) {
        expect(entry.text).toContain('***');
        expect(leaked(JSON.stringify(entry)), entry.path).toEqual([]);
      }
    }
    const last = await collect(SOURCES, async () => result({ exitCode: 1, stderr: SECRETS.at(-1)?.[0] ?? '' }));
    expect(last.flatMap((entry) => leaked(JSON.stringify(entry)))).toEqual([]);
  });

  const LINES = SOURCES.map(({ argv }) => argv.filter((word) => !word.startsWith('--kubeconfig=')).join(' '));

  it('asks for no key, kubeconfig or Secret', () => {
    const forbidden = /secret|\.key|kubernetes\/[\w-]+\.conf|pki|\/etc\/shadow|environ|cmdline|kubectl logs/i;
    expect(LINES.filter((line) => forbidden.test(line))).toEqual([]);
  });

  it('asks only the pods of kubeadm and rkube for more than their state', () => {
    const wide = LINES.filter((line) => / get .*\bpods\b/.test(line) && !line.includes(' -o wide'));
    const full = LINES.filter((line) => / describe pods/.test(line) && !/ -n kube-\w+ -l /.test(line));
    const logs = LINES.flatMap((line) => line.match(/(?<=-path )\S+/g) ?? []);
    expect([wide, full]).toEqual([[], []]);
    expect(logs.length).toBeGreaterThan(0);
    expect(logs.filter((path) => !/^\/var\/log\/pods\/kube-(flannel|system)_./.test(path))).toEqual([]);
  });

  it('says of each command what it could not read, and goes on', async () => {
    const sources = NODE.slice(0, 3);
    const answers = [
      result({ stdout: 'a' }),
      result({ exitCode: 1, stderr: 'cat: no such file\n' }),
      result({ spec: { file: 'x', args: [], effect: 'read' }, exitCode: null, timedOut: true, durationMs: 20_000 }),
    ];
    const entries = await collect(sources, async () => answers.shift() ?? result({}));
    expect(entries.map(({ text, problem }) => [text, problem])).toEqual([
      ['a\n', undefined],
      [undefined, 'cat: no such file'],
      [undefined, 'x: no answer within 20 s'],
    ]);
  });

  it('tells why rkube itself does not know something', async () => {
    expect(
      await known('engine.json', 'engine', () => {
        throw new Error('no engine; http://alice:hunter2@proxy');
      }),
    ).toEqual({ path: 'engine.json', what: 'engine', problem: 'no engine; http://***@proxy' });
  });
});
