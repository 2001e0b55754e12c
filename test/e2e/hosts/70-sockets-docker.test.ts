import { docker } from '../../../src/engine/docker.ts';
import { engineSuite } from './engine-suite.ts';

engineSuite({
  user: 'bob',
  dialect: docker,
  socket: '/run/user/1002/docker.sock',
  prepare: 'true',
  restore: 'true',
});
