import type { EngineKind } from '../config/types.ts';
import { EXIT, RkubeError } from '../core/errors.ts';

/** Why an engine was not taken. */
export interface Rejection {
  readonly kind: EngineKind;
  readonly reason: 'not-installed' | 'no-answer' | 'elsewhere' | 'rootful';
  readonly detail: string;
  readonly next?: string | undefined;
}

/** The error when no engine fits: every rejection with its reason; the next step is that of the nearest to fit. */
export function refusal(wanted: EngineKind | 'auto', rejections: readonly Rejection[]): RkubeError {
  const details = rejections.map(({ detail }) => detail);
  const first = (reason: Rejection['reason']): Rejection | undefined =>
    rejections.find((rejection) => rejection.reason === reason);
  const rootful = first('rootful');
  if (rootful !== undefined) {
    return new RkubeError({
      id: 'engine-rootful',
      message: `${rootful.kind} is rootful: a node would run with root's power over this host, which rkube refuses`,
      details,
      next: `${rootful.next ?? ''} Or accept the risk with --allow-rootful.`,
      exitCode: EXIT.preflight,
    });
  }
  const elsewhere = first('elsewhere');
  if (elsewhere !== undefined) {
    return new RkubeError({
      id: 'engine-elsewhere',
      message: `${elsewhere.kind} runs containers on another machine: a node must be on the host where rkube runs`,
      details,
      ...(elsewhere.next === undefined ? {} : { next: elsewhere.next }),
      exitCode: EXIT.preflight,
    });
  }
  const named = wanted === 'auto' ? '' : ` ${wanted}`;
  return new RkubeError({
    id: 'no-engine',
    message: `No usable container engine${named}: expected a rootless ${named === '' ? 'podman, docker or nerdctl' : 'one'} that answers`,
    details,
    next:
      rejections.find(({ next }) => next !== undefined)?.next ??
      'Have Podman installed by an administrator (Debian, Ubuntu: `apt install podman uidmap passt`), or start a rootless Docker; `rkube doctor` checks what is missing.',
    exitCode: EXIT.preflight,
  });
}
