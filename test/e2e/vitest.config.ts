import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type Reporter, type TestSpecification } from 'vitest/node';
import ClosingLine from '../reporter.ts';

const started = performance.now();
const seconds = (ms: number): string => (ms / 1000).toFixed(1);

/** Vitest would begin with the files that took longest, or failed, last time. */
class ByName extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => a.moduleId.localeCompare(b.moduleId));
  }
}

/** One line as each test ends: the whole takes a quarter of an hour. */
const asTheyEnd: Reporter = {
  onTestCaseResult(test) {
    const took = test.diagnostic()?.duration ?? 0;
    const { state, errors = [] } = test.result();
    process.stderr.write(
      `[${seconds(performance.now() - started)} s] ${state}: ${test.fullName} (${seconds(took)} s)\n`,
    );
    // At once: a run that is ended before its end would not tell.
    for (const { message } of errors) process.stderr.write(`    ${message.replaceAll('\n', '\n    ')}\n`);
  },
};

/** Files about single hosts, their engines, and pairs of them that are to reach each other. */
const HOSTS = 'test/e2e/{30,40,55,60,65,70,71,72,75,76,77,78}-*.test.ts';
/** The two run side by side, each in a lab of its own (scripts/test). */
const project = (name: string, include: string, exclude: string[] = []) => ({
  extends: true as const,
  test: { name, include: [include], exclude },
});

// The lab: real hosts, real engines, real kubeadm. Files of a project run one after the other, in the order of their
// names; within a file each test goes on where the one before ended.
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    reporters: [new ClosingLine(), asTheyEnd],
    fileParallelism: false,
    sequence: { concurrent: false, sequencer: ByName },
    // Milliseconds. Guests are slow and share two processors; whoever is slower than this hangs.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    bail: 0,
    projects: [project('hosts', HOSTS), project('clusters', 'test/e2e/*.test.ts', [HOSTS])],
  },
});
