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

/** One line as each test ends: the whole takes the better part of an hour. */
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

// The lab: real hosts, real engines, real kubeadm. Files run one after the other, in the order of their names;
// within a file each test goes on where the one before ended. `make test` (scripts/test) gives each folder hosts of
// its own, and runs two of them side by side.
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    name: 'e2e',
    include: ['test/e2e/**/*.test.ts'],
    reporters: [new ClosingLine(), asTheyEnd],
    fileParallelism: false,
    sequence: { concurrent: false, sequencer: ByName },
    // Milliseconds. Guests are slow and share two processors; whoever is slower than this hangs.
    testTimeout: 1_800_000,
    hookTimeout: 1_800_000,
    bail: 0,
  },
});
