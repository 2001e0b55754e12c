import type { Lifetime } from './lifetime.ts';
import { type Reporter, report } from './reporter.ts';
import { type Condition, waitFor } from './wait.ts';

/** What all work of one invocation shares. */
export interface Run {
  readonly lifetime: Lifetime;
  readonly reporter: Reporter;
  readonly dryRun: boolean;
}

/** Waits for the condition; a dry run names it and goes on with `dry`. */
export async function awaitCondition<T>(run: Run, condition: Condition<T>, dry: T): Promise<T> {
  if (!run.dryRun) return waitFor(condition, run.lifetime);
  report(run.reporter, 'plan', `# waits up to ${Math.round(condition.deadlineMs / 1000)} s for ${condition.describe}`);
  return dry;
}
