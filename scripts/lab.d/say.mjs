// Progress for people, on stderr: every line carries the time since the command began.

const began = performance.now();

/** Seconds since this command began. @returns {number} */
export const elapsed = () => (performance.now() - began) / 1000;

/** Writes one progress line. @param {string} message */
export function say(message) {
  process.stderr.write(`[${elapsed().toFixed(1).padStart(6)} s] ${message}\n`);
}

/** What went wrong in words for people: what, what was expected, what was found, the next step. */
export class LabError extends Error {
  /** @param {string} message @param {number} [exitCode] 1 failed, 2 usage, 3 this machine cannot do it */
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * Prints rows as a table with aligned columns; stdout, since it is data.
 * @param {string[][]} rows first row: headings
 */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) {
    process.stdout.write(
      `${row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd()}\n`,
    );
  }
}
