import { ok, problem, skip } from '../finding.ts';
import type { Check } from '../types.ts';

export const engineRootless: Check = {
  id: 'engine-rootless',
  title: 'the container engine runs without root',
  severity: 'fatal',
  probe: async ({ engine, config }) => {
    if (!engine) return skip('no engine to ask');
    if (engine.rootless) return ok(`${engine.kind} says it is rootless`);
    const evidence = `${engine.kind} says it runs as root: a privileged node would have power over the whole host`;
    if (config.allowRootful) return ok(`${evidence}; allowed by your settings`);
    return problem(
      evidence,
      `Set up rootless ${engine.kind} or name another engine with --engine; to accept this one: --allow-rootful`,
    );
  },
};
