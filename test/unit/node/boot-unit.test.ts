import { describe, expect, it } from 'vitest';
import { bootUnit } from '../../../src/node/boot-unit.ts';
import { nodeNames } from '../../../src/node/names.ts';

describe('the unit that starts a node at boot', () => {
  const text = bootUnit('rkube-lab-host1', 'podman');
  const value = (key: string): string[] =>
    [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, found = '']) => found);

  it('starts and stops the container by the engine', () => {
    expect(value('ExecStart')).toEqual(['podman start rkube-lab-host1']);
    expect(value('ExecStop').join()).toMatch(/^podman stop .*rkube-lab-host1$/);
  });

  it('gives the node more time to stop than the engine takes before it kills', () => {
    const seconds = Number(/\b(\d+) rkube/.exec(value('ExecStop').join())?.[1]);
    expect(seconds).toBeGreaterThanOrEqual(30);
    expect(Number(value('TimeoutStopSec')[0])).toBeGreaterThan(seconds);
  });

  it('stays active when the engine has gone, and comes with every boot', () => {
    expect([value('Type'), value('RemainAfterExit'), value('WantedBy')]).toEqual([
      ['oneshot'],
      ['yes'],
      ['default.target'],
    ]);
  });

  it('says each thing once, in the three sections of a unit', () => {
    expect(text.match(/^\[\w+\]$/gm)).toEqual(['[Unit]', '[Service]', '[Install]']);
    const keys = [...text.matchAll(/^(\w+)=/gm)].map(([, key]) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

it('names of one node share one beginning, so nothing of others is touched', () => {
  expect(nodeNames('lab', 'host1')).toEqual({
    container: 'rkube-lab-host1',
    network: 'rkube-lab',
    volumes: { var: 'rkube-lab-host1-var', kubernetes: 'rkube-lab-host1-kubernetes' },
    unit: 'rkube-lab-host1.service',
  });
});
