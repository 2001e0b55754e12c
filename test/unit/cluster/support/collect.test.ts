import { describe, expect, it } from 'vitest';
import { collect, known } from '../../../../src/cluster/support/collect.ts';
import { hostSources } from '../../../../src/cluster/support/host-sources.ts';
import { CONTROL_PLANE, KUBERNETES, NODE } from '../../../../src/cluster/support/node-sources.ts';
import type { CommandResult } from '../../../../src/core/command.ts';
import { fakeHost } from '../../preflight/fake.ts';
import { leaked, PLANTED, SECRETS } from './secrets.ts';

const SOURCES = [...hostSources(fakeHost(), 'rkube-rkube-host1.service'), ...NODE, ...CONTROL_PLANE, ...KUBERNETES];

const answer = (parts: Partial<CommandResult>): CommandResult => ({
  spec: { file: 'x', args: [], effect: 'read' },
  exitCode: 0,
  stdout: '',
  stderr: '',
  timedOut: false,
  canceled: false,
  notFound: false,
  durationMs: 1,
  ...parts,
});

describe('what a bundle collects', () => {
  it('holds no secret, whatever any of its commands says', async () => {
    expect(leaked(PLANTED)).toHaveLength(SECRETS.length);
    for (const exitCode of [0, 1]) {
      const entries = await collect(SOURCES, async () => answer({ exitCode, stdout: PLANTED, stderr: PLANTED }));
      expect(entries).toHaveLength(SOURCES.length);
      for (const entry of entries) {
        expect(entry.text).toContain('***');
        expect(leaked(JSON.stringify(entry)), entry.path).toEqual([]);
      }
    }
    const last = await collect(SOURCES, async () => answer({ exitCode: 1, stderr: SECRETS.at(-1)?.[0] ?? '' }));
    expect(last.flatMap((entry) => leaked(JSON.stringify(entry)))).toEqual([]);
  });

  it('asks for no key, kubeconfig, Secret, log or description of a pod of others', () => {
    for (const { argv, path } of SOURCES) {
      const line = argv.filter((word) => !word.startsWith('--kubeconfig=')).join(' ');
      expect(line, path).not.toMatch(
        /secret|\.key|kubernetes\/[\w-]+\.conf|pki|\/etc\/shadow|environ|cmdline|kubectl logs/i,
      );
      if (/ describe pods/.test(line)) expect(line).toMatch(/ -n kube-\w+ -l /);
      if (/ get pods/.test(line)) expect(line).toMatch(/-o wide/);
      if (/\/var\/log\/pods/.test(line))
        expect(line.match(/-path \S+/g)?.every((each) => /pods\/kube-(flannel|system)_/.test(each))).toBe(true);
    }
  });

  it('says of each command what it could not read, and goes on', async () => {
    const sources = NODE.slice(0, 3);
    const answers = [
      answer({ stdout: 'a' }),
      answer({ exitCode: 1, stderr: 'cat: no such file\n' }),
      answer({ exitCode: null, timedOut: true, durationMs: 20_000 }),
    ];
    const entries = await collect(sources, async () => answers.shift() ?? answer({}));
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
