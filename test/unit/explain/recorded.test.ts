import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { diagnose } from '../../../src/explain/diagnose.ts';
import { parseReading } from '../../../src/explain/reading.ts';

/** Recorded by `podman exec -i NODE bash -s <compose/symptoms`, Kubernetes v1.36.3 on Podman 5.4. */
const recorded = (name: string): string =>
  readFileSync(new URL(`../../fixtures/explain/${name}.txt`, import.meta.url), 'utf8');

it('nothing is suspected of a node that works, half a minute after its start', () => {
  const reading = parseReading(recorded('healthy'));
  expect(Object.keys(reading)).toEqual(
    expect.arrayContaining(['units', 'disk', 'controllers', 'cni', 'api', 'pods', 'kubelet', 'containerd']),
  );
  expect(diagnose(reading)).toEqual([]);
});
