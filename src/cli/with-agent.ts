import type { Site } from '../cluster/site.ts';
import type { Invocation } from './invocation.ts';

/** After a node was made or brought up: the agent runs, and knows of it. */
export async function withAgent(invocation: Invocation, { run, host }: Site): Promise<void> {
  if (invocation.flags['agent'] === false) return;
  const { ensureAgent } = await import('../agent/unit.ts');
  await ensureAgent(run, host);
}

/** After a node was stopped or has left its cluster. */
export async function tellAgent({ run, host }: Site): Promise<void> {
  const { tellAgent } = await import('../agent/unit.ts');
  await tellAgent(run, host);
}

/** `rkube sync`: the agent does its part. */
export async function passByAgent({ run, host, config }: Site): Promise<void> {
  const { passByAgent } = await import('../agent/unit.ts');
  await passByAgent(run, host, config);
}

/** After a node was removed: the agent goes with the last one. */
export async function releaseAgent({ run, host }: Site): Promise<void> {
  const { releaseAgent } = await import('../agent/unit.ts');
  await releaseAgent(run, host);
}
