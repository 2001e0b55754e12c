import * as z from 'zod/mini';
import type { Channel } from '../../core/channel.ts';
import type { CommandRunner, CommandSpec } from '../../core/command.ts';
import { interrupted, RkubeError } from '../../core/errors.ts';
import type { Lifetime } from '../../core/lifetime.ts';
import { lineSplitter } from '../../core/lines.ts';
import { shipped } from '../../core/package.ts';

/** Milliseconds. */
const START_LIMIT = 15_000;
const ANSWER_LIMIT = 12_000;
const END_LIMIT = 4_000;

const Answer = z.object({ ok: z.optional(z.unknown()), error: z.optional(z.string()) });

const Ready = z.object({ addresses: z.array(z.string()) });
const Listening = z.object({ port: z.number() });
const Seen = z.object({ from: z.string(), local: z.string() });
const Sent = z.extend(Seen, { bytes: z.number(), seconds: z.number(), parts: z.array(z.number()) });

/** Addresses of both ends of a flow: as the receiver saw the sender, and as the sender knows itself. */
export type Seen = z.infer<typeof Seen>;
/** What arrived: bytes, seconds from the first to the last, and the rates of the parts between, bytes a second. */
export type Sent = z.infer<typeof Sent>;

/** A TCP and UDP end to send to. */
export interface End {
  readonly host: string;
  readonly port: number;
}

/** The program of scripts/network/probe.mjs, as an argument of node: so that it runs where rkube is not installed. */
export function program(node: string): readonly string[] {
  return [node, '--input-type=module', '-e', shipped(...FILE)];
}

const FILE = ['scripts', 'network', 'probe.mjs'] as const;

/** One running end of a measurement. */
export class Probe {
  readonly #channel: Channel;
  readonly #lines: Lines;
  readonly #lifetime: Lifetime;
  #tail: Promise<unknown> = Promise.resolve();
  /** All addresses it has. */
  addresses: readonly string[] = [];

  private constructor(channel: Channel, lines: Lines, lifetime: Lifetime) {
    this.#channel = channel;
    this.#lines = lines;
    this.#lifetime = lifetime;
  }

  /** @throws RkubeError with the last words of what did not start */
  static async start(
    runner: CommandRunner,
    lifetime: Lifetime,
    command: Pick<CommandSpec, 'file' | 'args' | 'env'>,
  ): Promise<Probe> {
    if (runner.open === undefined) throw new TypeError('this runner only shows commands');
    const lines = new Lines();
    const spec = { ...command, effect: 'read' } as const;
    const channel = await runner.open(spec, (stream, text) => lines.add(stream, text));
    void channel.ended.then(({ notFound }) => lines.end(notFound ? `${spec.file} is not installed` : ''));
    const probe = new Probe(channel, lines, lifetime);
    try {
      probe.addresses = Ready.parse(await probe.#answer('starting', START_LIMIT)).addresses;
      return probe;
    } catch (error) {
      await probe.end();
      throw error;
    }
  }

  /** Takes TCP and UDP on an address; port 0 is any. Resolves with the port. */
  async listen(end: End): Promise<number> {
    return Listening.parse(await this.#do({ do: 'listen', ...end })).port;
  }

  /** Sends TCP for some seconds, by several flows; with 0 one flow only connects. */
  async send(end: End, seconds: number): Promise<Sent> {
    return Sent.parse(await this.#do({ do: 'send', ...end, seconds }));
  }

  /** Sends a datagram and waits for one that tells where it came from. */
  async ask(end: End): Promise<Seen> {
    return Seen.parse(await this.#do({ do: 'ask', ...end }));
  }

  /** Takes no datagrams any more. */
  async hush(): Promise<void> {
    await this.#do({ do: 'hush' });
  }

  /** Makes a VXLAN link with an inner address to the other end; `id` tells links of one end apart. */
  async vxlan(link: { remote: string; port: number; address: string; mtu: number; id?: number }): Promise<void> {
    await this.#do({ do: 'vxlan', ...link });
  }

  /** Ends it, by its leave or without, and waits until it has gone. */
  async end(): Promise<void> {
    this.#channel.write('{"do":"end"}\n');
    const limit = setTimeout(() => this.#channel.end(), END_LIMIT);
    await this.#channel.ended;
    clearTimeout(limit);
  }

  /** One command at a time: answers have no names. */
  #do(command: { readonly do: string } & Readonly<Record<string, unknown>>): Promise<unknown> {
    const work = this.#tail.then(() => {
      this.#channel.write(`${JSON.stringify(command)}\n`);
      return this.#answer(command.do, ANSWER_LIMIT);
    });
    this.#tail = work.catch(() => {});
    return work;
  }

  async #answer(doing: string, limitMs: number): Promise<unknown> {
    const line = await this.#lines.next(limitMs);
    if (this.#lifetime.interrupted) throw interrupted('measuring the network');
    if (line === undefined)
      throw failed(`${doing}: ${this.#lines.lastWords() || `no answer within ${limitMs / 1000} s`}`);
    const { ok, error } = Answer.parse(JSON.parse(line));
    if (error !== undefined) throw failed(error);
    return ok;
  }
}

const failed = (message: string): RkubeError => new RkubeError({ id: 'not-measured', message });

/** Lines of answers as they come, and what was said on the side. */
class Lines {
  #side = '';
  #over = false;
  readonly #waiting: string[] = [];
  #wake: () => void = () => {};
  readonly #split = lineSplitter((line) => {
    if (!line.startsWith('{')) return;
    this.#waiting.push(line);
    this.#wake();
  });

  add(stream: 'stdout' | 'stderr', text: string): void {
    if (stream === 'stderr') this.#side += text;
    else this.#split(text);
  }

  end(why: string): void {
    this.#over = true;
    this.#side += why;
    this.#wake();
  }

  /** undefined when none comes any more, or in time. */
  async next(limitMs: number): Promise<string | undefined> {
    if (this.#waiting.length === 0 && !this.#over) {
      await new Promise<void>((resolve) => {
        const limit = setTimeout(resolve, limitMs);
        this.#wake = () => {
          clearTimeout(limit);
          resolve();
        };
      });
      this.#wake = () => {};
    }
    return this.#waiting.shift();
  }

  /** The last line on the side that is no mere warning. */
  lastWords(): string {
    return (
      this.#side
        .split('\n')
        .filter((line) => line.trim() !== '' && !/level=(warning|info)/.test(line))
        .at(-1)
        ?.trim() ?? ''
    );
  }
}
