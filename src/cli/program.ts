import { Command, CommanderError, Option } from 'commander';
import { SETTINGS } from '../config/settings.ts';
import { EXIT } from '../core/errors.ts';
import { rkubeVersion } from '../core/package.ts';
import { Invocation, type Process } from './invocation.ts';
import { createReporter } from './progress.ts';
import { reportError } from './report-error.ts';
import type { Verb } from './verb.ts';
import { VERBS } from './verbs/index.ts';

/** Settings that say which node a verb is about. */
const NAMING = new Set(['cluster', 'node', 'engine', 'allowRootful']);

/** Runs one command line; resolves with the exit code. Never rejects. */
export async function main(argv: readonly string[], process: Process): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = await createProgram(argv, process, async (verb, flags, args) => {
    const reporter = createReporter(process.stderr, flags['progress'] as string, process.env);
    const invocation = new Invocation(process, flags, args, reporter);
    try {
      await verb.run(invocation);
      exitCode = invocation.exitCode;
    } catch (error) {
      exitCode = reportError(error, reporter, {
        json: flags['json'] === true,
        debug: process.env['RKUBE_DEBUG'] !== undefined,
        stdout: process.stdout,
        stderr: process.stderr,
      });
    }
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  return exitCode;
}

type Runner = (verb: Verb, flags: Record<string, unknown>, args: readonly string[]) => Promise<void>;

async function createProgram(argv: readonly string[], process: Process, run: Runner): Promise<Command> {
  const program = new Command('rkube')
    .description('Kubernetes over hosts where you are not root')
    .usage('VERB [options]')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .enablePositionalOptions()
    .showHelpAfterError('(rkube VERB --help shows what it takes)')
    .exitOverride()
    .configureOutput({ writeOut: (text) => process.stdout.write(text), writeErr: (text) => process.stderr.write(text) })
    .addHelpText('before', `${START}\n`);
  program.version(rkubeVersion(), '--version', 'print the version');
  for (const verb of VERBS) program.addCommand(command(verb, run, program));
  const wantsCompletion = argv[0] === 'completion' || argv[0] === 'complete';
  if (wantsCompletion) {
    const { default: tab } = await import('@bomb.sh/tab/commander');
    tab(program, { completionCommandName: 'completion' });
  } else {
    program.command('completion <shell>').description('print a completion script: bash, zsh, fish, powershell');
  }
  return program;
}

const START = `Start here:
  rkube doctor                                  is this host ready?
  rkube init                                    a cluster on this host
  rkube join-command | ssh host2 rkube join     and on another
`;

function command(verb: Verb, run: Runner, program: Command): Command {
  const made = program.createCommand(verb.name).copyInheritedSettings(program).description(verb.summary);
  made.helpOption('-h, --help', 'show help');
  if (verb.args !== undefined) made.arguments(verb.args);
  made.addHelpText('before', `Examples:\n${examples(verb)}\n`);
  for (const { flags, help, default: value, repeat } of verb.options ?? []) {
    const option = new Option(flags, help);
    if (value !== undefined) option.default(value);
    if (repeat) option.argParser(collect);
    made.addOption(option);
  }
  for (const setting of SETTINGS) {
    if (setting.flag === '' || verb.settings === 'none' || (verb.settings === 'node' && !NAMING.has(setting.key)))
      continue;
    const option = new Option(setting.flag, setting.meaning);
    if (setting.kind === 'list') option.argParser(collect);
    made.addOption(option);
  }
  if (verb.settings !== 'none') made.option('--config <file>', 'settings file; ./rkube.yaml unless given');
  if (verb.data) made.option('--json', 'print JSON');
  if (verb.changes) made.option('--dry-run', 'show the commands and documents, change nothing');
  made.addOption(
    new Option('--progress <kind>', 'how progress is shown').choices(['auto', 'plain', 'json', 'none']).default('auto'),
  );
  if (verb.passThrough) made.passThroughOptions().allowUnknownOption();
  return made.action((...params: unknown[]) => {
    const self = params.at(-1) as Command;
    return run(verb, self.opts(), self.args);
  });
}

const collect = (value: string, earlier: string[] = []): string[] => [...earlier, value];

function examples(verb: Verb): string {
  const width = Math.max(...verb.examples.map(([line]) => line.length));
  return verb.examples.map(([line, what]) => `  ${line.padEnd(width)}   ${what}`).join('\n');
}
