import { type CommandResult, type CommandRunner, type CommandSpec, display, type RunOptions } from '../core/command.ts';
import { commandError, RkubeError } from '../core/errors.ts';
import { engineError } from '../engine/outcome.ts';
import type { ContainerEngine, ContainerState, ExecOptions } from '../engine/types.ts';
import { type Owner, rejectOthers } from './ours.ts';
import { NodeSession, SESSION } from './session.ts';

/** Options of one command in the node; `doing` names it in errors. */
export interface NodeCommand extends ExecOptions {
  readonly doing: string;
  readonly next?: string;
  readonly onLine?: (line: string) => void;
}

/** A full disk, or a crash, leaves the file as it was. */
const REPLACE =
  'umask 077 && mkdir -p "${1%/*}" && cat >"$1.new" && sync "$1.new" && mv -f "$1.new" "$1" && sync "${1%/*}"';

/** A node container: runs commands inside it, whatever the engine. */
export class NodeContainer {
  readonly name: string;
  readonly engine: ContainerEngine;
  readonly owner: Owner;
  #session: NodeSession | undefined;

  constructor(engine: ContainerEngine, name: string, owner: Owner) {
    this.engine = engine;
    this.name = name;
    this.owner = owner;
  }

  get runner(): CommandRunner {
    return this.engine.runner;
  }

  /** undefined when it is not there. @throws RkubeError `not-ours` when something else has its name */
  async state(): Promise<ContainerState | undefined> {
    const found = await this.engine.ask(this.engine.dialect.inspectContainer(this.name));
    if (found !== undefined) rejectOthers(found, this.owner);
    return found;
  }

  /** The command as the engine's own command line. */
  spec(argv: readonly string[], options: ExecOptions): CommandSpec {
    return this.engine.dialect.exec(this.name, argv, options);
  }

  /** Runs and hands back the outcome, whatever it was. */
  async try(argv: readonly string[], options: ExecOptions, run?: RunOptions): Promise<CommandResult> {
    const spec = this.spec(argv, options);
    const open = this.runner.open?.bind(this.runner);
    if (open === undefined) return this.runner.run(spec, run);
    if (this.#session?.usable !== true) {
      const shell = this.spec(['sh', '-c', SESSION], { effect: 'read', terminal: 'stdin' });
      this.#session = await NodeSession.start(open, shell);
    }
    const result = await this.#session.run(spec, argv, run);
    this.runner.note?.(result);
    return result;
  }

  /** Runs and returns standard output. @throws RkubeError with the end of the output when it fails */
  async run(argv: readonly string[], command: NodeCommand): Promise<string> {
    const result = await this.try(argv, command, command.onLine === undefined ? {} : { onLine: command.onLine });
    if (result.exitCode !== 0) throw commandError(result, command.doing, command.next);
    return result.stdout;
  }

  /** Runs and parses standard output as JSON. */
  async json<T>(argv: readonly string[], command: NodeCommand): Promise<T> {
    const text = await this.run(argv, command);
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      throw new RkubeError({
        id: 'unexpected-output',
        message: `${command.doing}: expected JSON from ${display(this.spec(argv, command))}, got ${text.slice(0, 80) || 'nothing'}`,
        cause,
      });
    }
  }

  /** Text of a file in the node; undefined when it is not there. @throws RkubeError when the node could not be asked */
  async readFile(path: string): Promise<string | undefined> {
    const result = await this.try(['cat', path], { effect: 'read', dry: '' });
    if (result.exitCode === 0) return result.stdout === '' ? undefined : result.stdout;
    if (/^cat: .*: No such file or directory$/m.test(result.stderr)) return undefined;
    throw engineError(result, `Reading ${path} in the node`);
  }

  /** Puts a text, readable by root alone, in the place of a file, on disk: whole, or not at all. */
  async writeFile(path: string, text: string, doing: string): Promise<void> {
    await this.run(['sh', '-c', REPLACE, 'sh', path], { doing, stdin: text, effect: 'write' });
  }
}
