import { podman } from '../../../src/engine/podman.ts';
import { engineSuite } from './engine-suite.ts';

engineSuite({
  user: 'alice',
  dialect: podman,
  socket: '/run/user/1001/podman/podman.sock',
  prepare: 'systemctl --user start podman.socket',
  restore: 'systemctl --user stop podman.socket podman.service',
});
