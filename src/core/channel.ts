import type { CommandResult } from './command.ts';

export type Stream = 'stdout' | 'stderr';

/** A command that stays and is talked to: its input is written bit by bit, its output arrives as it comes. */
export interface Channel {
  write(text: string): void;
  /** Resolves when the command has ended, however it did; without the output, which was handed on as it came. */
  readonly ended: Promise<CommandResult>;
  /** Ends the command. */
  end(): void;
  /** While it rests, the channel does not keep this process alive; with the process its input ends. */
  rest(is: boolean): void;
}
