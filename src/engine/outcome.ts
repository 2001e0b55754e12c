import type { CommandResult } from '../core/command.ts';
import { commandError, EXIT, RkubeError } from '../core/errors.ts';

/** An engine that takes longer to tell of itself hangs. Podman, the slowest, takes 2 s on the lab's hosts. */
export const INFO_MS = 20_000;

/** Engines' words for "it is not there": Docker, Podman and nerdctl in their versions, all on standard error. */
const ABSENT =
  /no such (container|object|image|volume|network)|(container|image|volume|network)\b[^\n]* not (found|known)|no (container|network|volume)[^\n]* found|\/volume\.json\\?" does not exist/i;

/** Engines' words for "it is there already", from `network create` and Podman's `volume create`. */
const PRESENT = /already (exists|used)/i;

export const isAbsent = (result: CommandResult): boolean => result.exitCode !== 0 && ABSENT.test(result.stderr);

/** What to do about failures that engines only name. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /no space left on device|disk quota exceeded/i,
    'Free space where the engine keeps its images (`df -h ~`), then run the same command again.',
  ],
  [
    /address already in use|port is already allocated|failed to bind port/i,
    'Find what holds the port with `ss -ltnup`, stop it or choose another port, then run the same command again.',
  ],
  [
    /permission denied[^\n]*docker\.sock/i,
    'Use a rootless Docker of your own: `dockerd-rootless-setuptool.sh install`.',
  ],
  // The latter since Docker 29.
  [
    /cannot connect to the docker daemon|failed to connect to the docker api/i,
    'Start it: `systemctl --user start docker`.',
  ],
  [/rootless containerd not running/i, 'Start it: `systemctl --user start containerd`.'],
  [
    /newuidmap|newgidmap|no subuid ranges/i,
    'This user needs ranges in /etc/subuid and /etc/subgid, and newuidmap (package uidmap): see `rkube doctor`.',
  ],
];

/** The error of a failed engine command, with the next step where it is known. */
export function engineError(result: CommandResult, doing: string): RkubeError {
  return commandError(result, doing, hint(result.stderr));
}

const hint = (text: string): string | undefined => HINTS.find(([pattern]) => pattern.test(text))?.[1];

/** A parser for commands whose output does not matter. */
export function succeeded(doing: string): (result: CommandResult) => void {
  return (result) => {
    if (result.exitCode !== 0) throw engineError(result, doing);
  };
}

/** Docker, Podman and nerdctl name what they loaded in the same words. */
export function loadedReference(archive: string): (result: CommandResult) => string {
  return (result) => {
    if (result.exitCode !== 0) throw engineError(result, `Loading image archive ${archive}`);
    const reference = [...result.stdout.matchAll(/^Loaded image(?:\(s\))?: (\S+)/gm)].at(-1)?.[1];
    if (reference !== undefined) return reference;
    throw new RkubeError({
      id: 'image-archive',
      message: `Image archive ${archive} holds no image with a name, so it cannot be chosen`,
      next: 'Take the archive that `make node-image` names, or load it yourself and name the image with --image.',
    });
  };
}

/** The thing removed may be gone already. */
export function succeededOrAbsent(doing: string): (result: CommandResult) => void {
  return (result) => {
    if (result.exitCode !== 0 && !isAbsent(result)) throw engineError(result, doing);
  };
}

/** The thing created may be there already. */
export function succeededOrPresent(doing: string): (result: CommandResult) => void {
  return (result) => {
    if (result.exitCode !== 0 && !PRESENT.test(result.stderr)) throw engineError(result, doing);
  };
}

/** One name a line. */
export function names(doing: string): (result: CommandResult) => readonly string[] {
  return (result) => {
    if (result.exitCode !== 0) throw engineError(result, doing);
    return result.stdout
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  };
}

/** The engine's program runs, but there is no engine behind it that rkube could use. */
export function noAnswer(why: string, next = hint(why)): RkubeError {
  return new RkubeError({
    id: 'engine-no-answer',
    message: why,
    exitCode: EXIT.preflight,
    ...(next === undefined ? {} : { next }),
  });
}
