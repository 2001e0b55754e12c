// The one place that starts processes and waits for them. Each gets a process group of its own and a deadline.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { LabError, say } from './say.mjs';

/** @type {Set<number>} process groups to end when this command is interrupted */
const groups = new Set();
/** @type {Set<() => void>} undo steps for an interrupted command */
const undo = new Set();

/** Sends `signal` to a process or, negative, a group; false when it is gone. @param {number} pid @param {NodeJS.Signals} signal */
export function kill(pid, signal) {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** On SIGINT or SIGTERM: end what was started, undo what was begun, leave with 130. */
export function exitCleanlyWhenInterrupted() {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.once(signal, () => {
      say(`interrupted by ${signal}, cleaning up`);
      for (const pid of groups) kill(-pid, 'SIGKILL');
      for (const step of undo) step();
      process.exit(130);
    });
  }
}

/**
 * Runs `body`; `step` undoes what it began when it throws or the command is interrupted.
 * @template T @param {() => void} step @param {() => Promise<T>} body @returns {Promise<T>}
 */
export async function withUndo(step, body) {
  undo.add(step);
  try {
    return await body();
  } catch (error) {
    step();
    throw error;
  } finally {
    undo.delete(step);
  }
}

/** The last `count` lines of a file, indented; an empty text when there is none. @param {string} file @param {number} count */
export function lastLines(file, count) {
  try {
    const lines = readFileSync(file, 'utf8').replaceAll('\r', '').trimEnd().split('\n');
    return lines
      .slice(-count)
      .map((line) => `    ${line}`)
      .join('\n');
  } catch {
    return '';
  }
}

/** The last line of a log that has words in it, cut to a line's length. @param {string} log */
const lastWords = (log) =>
  lastLines(log, 20)
    .split('\n')
    .findLast((line) => /\w\w/.test(line))
    ?.trim()
    .slice(0, 100) ?? '';

/**
 * @typedef {object} RunOptions
 * @property {number} seconds deadline
 * @property {string} [log] file that takes stdout and stderr; without it they are collected
 * @property {string} [name] what the step is called in progress and errors
 * @property {number} [input] file descriptor for stdin
 * @property {string} [text] text for stdin
 * @property {boolean} [mayFail] resolve with the exit code in place of throwing
 * @property {boolean} [showStderr] its progress goes straight to our stderr
 * @property {Record<string, string | undefined>} [env]
 */

/**
 * Runs a command to its end.
 * @param {string} file @param {string[]} args @param {RunOptions} options
 * @returns {Promise<{code: number, stdout: string, stderr: string}>}
 */
export function run(
  file,
  args,
  { seconds, log, name = file, input, text, mayFail = false, showStderr = false, env = process.env },
) {
  const out = log === undefined ? 'pipe' : openSync(log, 'a');
  const child = spawn(file, args, {
    detached: true,
    env,
    stdio: [text === undefined ? (input ?? 'ignore') : 'pipe', out, showStderr ? 'inherit' : out],
  });
  if (typeof out === 'number') closeSync(out);
  if (child.pid !== undefined) groups.add(child.pid);
  child.stdin?.on('error', () => {}).end(text); // a child that ends early is reported by its exit code
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });

  let late = false;
  const deadline = setTimeout(() => {
    late = true;
    if (child.pid !== undefined) kill(-child.pid, 'SIGKILL');
    child.stdout?.destroy(); // a background process of its own session may hold them open
    child.stderr?.destroy();
  }, seconds * 1000);
  const heartbeat = log === undefined ? undefined : setInterval(() => say(`${name}: … ${lastWords(log)}`), 20_000);

  return new Promise((resolve, reject) => {
    const done = () => {
      clearTimeout(deadline);
      clearInterval(heartbeat);
      if (child.pid !== undefined) groups.delete(child.pid);
    };
    child.once('error', (error) => {
      done();
      reject(new LabError(`${name}: cannot start ${file}: ${error.message}`));
    });
    child.once('close', (code, signal) => {
      done();
      if (!late && (code === 0 || mayFail)) return resolve({ code: code ?? 1, stdout, stderr });
      const how = late ? `did not end within ${seconds} s` : `failed (${signal ?? `exit code ${code}`})`;
      const last =
        log === undefined ? (stderr || stdout).trimEnd().split('\n').slice(-10).join('\n') : lastLines(log, 30);
      reject(
        new LabError(
          `${name} ${how}: ${[file, ...args].join(' ').slice(0, 300)}\n${last}${log === undefined ? '' : `\n  whole log: ${log}`}`,
        ),
      );
    });
  });
}

/** Waits. @param {number} milliseconds @returns {Promise<void>} */
const sleep = (milliseconds) =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/**
 * Asks `probe` until it answers something else than undefined.
 * @template T
 * @param {number} seconds deadline @param {() => Promise<T | undefined> | T | undefined} probe
 * @param {() => string} late the error text when the deadline passes
 * @returns {Promise<T>}
 */
export async function until(seconds, probe, late) {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new LabError(late());
    await sleep(200);
  }
}
