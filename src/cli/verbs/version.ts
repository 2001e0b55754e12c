import { DEFAULTS } from '../../config/defaults.ts';
import { rkubeVersion } from '../../core/package.ts';
import type { Verb } from '../verb.ts';

export const version: Verb = {
  name: 'version',
  summary: 'print the version of rkube and of the Kubernetes it installs',
  examples: [
    ['rkube version', ''],
    ['rkube version --json', ''],
  ],
  settings: 'none',
  data: true,
  async run(invocation) {
    const found = { rkube: rkubeVersion(), kubernetes: DEFAULTS.kubernetesVersion, node: process.version };
    invocation.answer(found, () => `rkube ${found.rkube} (Kubernetes ${found.kubernetes}, Node.js ${found.node})`);
  },
};
