import { appendFileSync } from 'node:fs';
import type { SerializedError } from 'vitest';
import { DefaultReporter, type TestCase, type TestModule, type TestRunEndReason } from 'vitest/node';

/** The usual report, then every skipped test with its reason, then one plain line that any log reader finds. */
export default class ClosingLine extends DefaultReporter {
  override onTestRunEnd(
    modules: readonly TestModule[],
    unhandled: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    super.onTestRunEnd([...modules], [...unhandled], reason);
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const skipped = tests.filter((test) => test.result().state === 'skipped');
    // A file that does not load has no tests that could fail, and an error outside of tests belongs to none.
    const broken = modules.filter((module) => module.errors().length > 0).length + unhandled.length;
    const suites = modules.flatMap((module) => [...module.children.allSuites()]);
    const failed = count(tests, 'failed') + broken + suites.filter((suite) => suite.errors().length > 0).length;
    // A run that found no test at all, or was cut short, must not read like a success.
    const cut = reason === 'interrupted' || tests.length + broken === 0 ? 1 : 0;
    for (const test of skipped) process.stdout.write(`skipped: ${test.fullName}: ${why(test)}\n`);
    const passed = count(tests, 'passed');
    process.stdout.write(`${passed} passed, ${failed + cut} failed, ${skipped.length} skipped\n`);
    // scripts/test adds up several runs.
    const counts = process.env['RKUBE_TEST_COUNTS'];
    if (counts) appendFileSync(counts, `${passed} ${failed + cut} ${skipped.length}\n`);
  }
}

function count(tests: readonly TestCase[], state: 'passed' | 'failed'): number {
  return tests.filter((test) => test.result().state === state).length;
}

function why(test: TestCase): string {
  const result = test.result();
  return (result.state === 'skipped' && result.note) || 'no reason given';
}
