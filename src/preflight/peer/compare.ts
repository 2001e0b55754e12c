import { ok, problem } from '../finding.ts';
import type { CheckReport, Finding } from '../types.ts';
import { peerReport } from './checks.ts';
import { clockFinding } from './clock.ts';
import type { Facts } from './facts.ts';
import { rangesFinding } from './ranges.ts';

/** What two hosts tell of themselves, side by side. `there.now` was read at `at` by the clock here, milliseconds. */
export function compareFacts(here: Facts, there: Facts, at: number): readonly CheckReport[] {
  return [
    peerReport('peer-clock', clockFinding({ host: here.node, now: at }, { host: there.node, now: there.now })),
    peerReport(
      'peer-name',
      differ(
        'name',
        here.node,
        there.node,
        'Give one of them another name: `--node NAME`, RKUBE_NODE, or node in rkube.yaml',
      ),
    ),
    peerReport(
      'peer-address',
      differ('address', here.address, there.address, 'Take the one that other hosts reach each at: `--address`'),
    ),
    peerReport('peer-ranges', rangesFinding(there.node, there.networks, here)),
    peerReport('peer-settings', settings(here, there)),
  ];
}

const differ = (what: string, here: string, there: string, fix: string): Finding =>
  here === there ? problem(`both hosts have the ${what} ${here}`, fix) : ok(`${here} and ${there}`);

/** Settings that a whole cluster shares. */
const SHARED = ['kubernetesVersion', 'vxlanPort', 'podSubnet', 'serviceSubnet'] as const;

function settings(here: Facts, there: Facts): Finding {
  const other = SHARED.filter((key) => here[key] !== there[key]);
  const show = (facts: Facts, keys: readonly (typeof SHARED)[number][]): string =>
    keys.map((key) => `${key} ${facts[key]}`).join(', ');
  if (other.length === 0) return ok(show(here, SHARED));
  return problem(
    `${here.node} has ${show(here, other)}; ${there.node} has ${show(there, other)}`,
    'The first control plane decides, and its tickets tell: take what differs out of the other host’s rkube.yaml and environment',
  );
}
